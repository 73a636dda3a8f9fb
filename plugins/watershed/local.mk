plugin_LTLIBRARIES += plugins/watershed.la
plugins_watershed_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_watershed_la_LDFLAGS = $(MODULE_FLAGS)
plugins_watershed_la_LIBADD = libsegplugin.la
plugins_watershed_la_SOURCES = \
  %D%/basin.c %D%/basin.h %D%/early.c %D%/flood.c %D%/flood.h %D%/flood_stage.c %D%/late.c \
  %D%/minima.c %D%/queue.c %D%/queue.h %D%/seeds.c %D%/seeds.h %D%/split.c %D%/stages.h \
  %D%/watershed.c
