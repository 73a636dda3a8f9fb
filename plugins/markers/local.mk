plugin_LTLIBRARIES += plugins/markers.la
plugins_markers_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_markers_la_LDFLAGS = $(MODULE_FLAGS)
plugins_markers_la_LIBADD = libsegplugin.la
plugins_markers_la_SOURCES = \
  %D%/distance.c %D%/extrema_stage.c %D%/extrema_stage.h %D%/h_maxima.c %D%/h_minima.c \
  %D%/markers.c %D%/peaks.c %D%/stages.h %D%/window_max.c %D%/window_max.h
