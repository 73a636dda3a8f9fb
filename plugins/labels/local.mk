plugin_LTLIBRARIES += plugins/labels.la
plugins_labels_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_labels_la_LDFLAGS = $(MODULE_FLAGS)
plugins_labels_la_LIBADD = libsegplugin.la
plugins_labels_la_SOURCES = \
  %D%/clear_border.c %D%/labels.c %D%/relabel.c %D%/remove_small.c %D%/stages.h
