# The flooding, for the family and for refine.
noinst_LTLIBRARIES += libsegflood.la
libsegflood_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
libsegflood_la_SOURCES = \
  %D%/basin.c %D%/basin.h %D%/early.c %D%/flood.c %D%/flood.h %D%/late.c %D%/queue.c %D%/queue.h

plugin_LTLIBRARIES += plugins/watershed.la
plugins_watershed_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_watershed_la_LDFLAGS = $(MODULE_FLAGS)
plugins_watershed_la_LIBADD = libsegflood.la libsegplugin.la
plugins_watershed_la_SOURCES = \
  %D%/flood_stage.c %D%/minima.c %D%/seeds.c %D%/seeds.h %D%/split.c %D%/stages.h \
  %D%/waterpixels.c %D%/watershed.c
