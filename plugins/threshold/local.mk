plugin_LTLIBRARIES += plugins/threshold.la
plugins_threshold_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_threshold_la_LDFLAGS = $(MODULE_FLAGS)
plugins_threshold_la_LIBADD = libsegplugin.la
plugins_threshold_la_SOURCES = \
  %D%/apply.c %D%/apply.h %D%/fixed.c %D%/otsu.c %D%/stages.h %D%/threshold.c
