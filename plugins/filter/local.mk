plugin_LTLIBRARIES += plugins/filter.la
plugins_filter_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_filter_la_LDFLAGS = $(MODULE_FLAGS)
plugins_filter_la_LIBADD = libsegplugin.la
plugins_filter_la_SOURCES = \
  %D%/area_open.c %D%/background.c %D%/canny.c %D%/channel.c %D%/color.c %D%/correlate.c \
  %D%/correlate.h %D%/derivative.c %D%/filter.c %D%/gabor.c %D%/gaussian.c %D%/gray.c \
  %D%/median.c %D%/median.h %D%/median_any.c %D%/median_net.c %D%/morph.c %D%/polynomial.c \
  %D%/polynomial.h %D%/reconstruct.c %D%/recursive.c %D%/recursive.h %D%/ridge.c %D%/slope.h \
  %D%/stages.h %D%/stain.c %D%/stencil.c %D%/table.h
