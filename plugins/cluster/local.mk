plugin_LTLIBRARIES += plugins/cluster.la
plugins_cluster_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_cluster_la_LDFLAGS = $(MODULE_FLAGS)
plugins_cluster_la_LIBADD = libsegplugin.la
plugins_cluster_la_SOURCES = \
  %D%/cluster.c %D%/gmm.c %D%/kmeans.c %D%/means.c %D%/means.h %D%/meanshift.c %D%/mixture.c \
  %D%/mixture.h %D%/shift.c %D%/shift.h %D%/stages.h
