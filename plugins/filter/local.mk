plugin_LTLIBRARIES += plugins/filter.la
plugins_filter_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_filter_la_LDFLAGS = $(MODULE_FLAGS)
plugins_filter_la_LIBADD = libsegplugin.la
plugins_filter_la_SOURCES = \
  %D%/filter.c %D%/gaussian.c %D%/gray.c %D%/median.c %D%/median.h %D%/median_any.c \
  %D%/median_net.c %D%/stages.h
