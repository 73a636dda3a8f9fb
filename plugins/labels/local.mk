plugin_LTLIBRARIES += plugins/labels.la
plugins_labels_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_labels_la_LDFLAGS = $(MODULE_FLAGS)
plugins_labels_la_LIBADD = libsegplugin.la
plugins_labels_la_SOURCES = \
  %D%/areas.c %D%/boundaries.c %D%/clear_border.c %D%/combine.c %D%/condition.c %D%/condition.h \
  %D%/expand.c %D%/fill_holes.c %D%/filter.c %D%/from_mask.c %D%/keep.c %D%/keep.h %D%/labels.c \
  %D%/merge_small.c %D%/relabel.c %D%/select.c %D%/smooth.c %D%/split.c %D%/stages.h
