plugin_LTLIBRARIES += plugins/region.la
plugins_region_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_region_la_LDFLAGS = $(MODULE_FLAGS)
plugins_region_la_LIBADD = libsegplugin.la
plugins_region_la_SOURCES = \
  %D%/grow.c %D%/merge.c %D%/mser.c %D%/region.c %D%/srm.c %D%/stages.h
