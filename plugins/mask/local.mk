plugin_LTLIBRARIES += plugins/mask.la
plugins_mask_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_mask_la_LDFLAGS = $(MODULE_FLAGS)
plugins_mask_la_LIBADD = libsegplugin.la
plugins_mask_la_SOURCES = \
  %D%/binary.c %D%/binary.h %D%/close.c %D%/components.c %D%/fill_holes.c %D%/mask.c \
  %D%/open.c %D%/stages.h
