plugin_LTLIBRARIES += plugins/contour.la
plugins_contour_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_contour_la_LDFLAGS = $(MODULE_FLAGS)
plugins_contour_la_LIBADD = libsegplugin.la
plugins_contour_la_SOURCES = \
  %D%/contour.c %D%/morph.c %D%/morph.h %D%/morph_chan_vese.c %D%/stages.h
