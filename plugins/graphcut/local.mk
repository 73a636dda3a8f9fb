plugin_LTLIBRARIES += plugins/graphcut.la
plugins_graphcut_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_graphcut_la_LDFLAGS = $(MODULE_FLAGS)
plugins_graphcut_la_LIBADD = libsegplugin.la
plugins_graphcut_la_SOURCES = \
  %D%/cut.c %D%/cut.h %D%/energy.c %D%/expansion.c %D%/expansion.h %D%/graphcut.c \
  %D%/maxflow-forest.h %D%/maxflow-internal.h %D%/maxflow.c %D%/maxflow.h %D%/maxflow26.c \
  %D%/maxflow4.c %D%/maxflow6.c %D%/maxflow8.c %D%/stages.h
