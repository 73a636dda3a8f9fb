plugin_LTLIBRARIES += plugins/refine.la
plugins_refine_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_refine_la_LDFLAGS = $(MODULE_FLAGS)
plugins_refine_la_LIBADD = libsegflood.la libsegplugin.la
plugins_refine_la_SOURCES = \
  %D%/dense_crf.c %D%/guided.c %D%/label.h %D%/lattice.c %D%/lattice.h %D%/majority.c %D%/refine.c \
  %D%/snap.c %D%/stages.h
