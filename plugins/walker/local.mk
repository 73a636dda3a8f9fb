plugin_LTLIBRARIES += plugins/walker.la
plugins_walker_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_walker_la_LDFLAGS = $(MODULE_FLAGS)
plugins_walker_la_LIBADD = libsegplugin.la
plugins_walker_la_SOURCES = \
  %D%/coarse.c %D%/coarse.h %D%/cycle.c %D%/grid.c %D%/grid.h %D%/random_walker.c %D%/solve.c \
  %D%/stages.h %D%/star.c %D%/star.h %D%/walker.c
