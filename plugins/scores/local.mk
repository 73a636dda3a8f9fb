plugin_LTLIBRARIES += plugins/scores.la
plugins_scores_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_scores_la_LDFLAGS = $(MODULE_FLAGS)
plugins_scores_la_LIBADD = libsegplugin.la
plugins_scores_la_SOURCES = %D%/channel.c %D%/scores.c %D%/stages.h
