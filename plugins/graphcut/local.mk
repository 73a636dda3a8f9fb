# The solver, for the family, its tests and its measurements.
noinst_LTLIBRARIES += libsegmaxflow.la
libsegmaxflow_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
libsegmaxflow_la_SOURCES = \
  %D%/maxflow-forest.h %D%/maxflow-internal.h %D%/maxflow-open.h %D%/maxflow-sweep.h \
  %D%/maxflow-wave.h %D%/maxflow.c %D%/maxflow.h %D%/maxflow26.c %D%/maxflow4.c \
  %D%/maxflow6.c %D%/maxflow8.c

plugin_LTLIBRARIES += plugins/graphcut.la
plugins_graphcut_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_graphcut_la_LDFLAGS = $(MODULE_FLAGS)
plugins_graphcut_la_LIBADD = libsegmaxflow.la libsegplugin.la
plugins_graphcut_la_SOURCES = \
  %D%/contrast.c %D%/contrast.h %D%/cut.c %D%/cut.h %D%/energy.c %D%/expansion.c \
  %D%/expansion.h %D%/gmm.c %D%/gmm.h %D%/grabcut.c %D%/graphcut.c \
  %D%/multilabel.c %D%/ncut.c %D%/region.c %D%/region.h %D%/regions.c %D%/regions.h \
  %D%/regions_cut.c %D%/seeds.c %D%/stages.h %D%/superpixel_cut.c
