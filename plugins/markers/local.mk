plugin_LTLIBRARIES += plugins/markers.la
plugins_markers_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_markers_la_LDFLAGS = $(MODULE_FLAGS)
plugins_markers_la_LIBADD = libsegplugin.la
plugins_markers_la_SOURCES = \
  %D%/distance.c %D%/erode.c %D%/extrema.c %D%/from_labels.c %D%/grid.c %D%/markers.c %D%/peaks.c \
  %D%/regions.c %D%/regions.h %D%/stages.h %D%/window_max.c %D%/window_max.h
