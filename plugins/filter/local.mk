plugin_LTLIBRARIES += plugins/filter.la
plugins_filter_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_filter_la_LDFLAGS = $(MODULE_FLAGS)
plugins_filter_la_LIBADD = libsegplugin.la
plugins_filter_la_SOURCES = \
  %D%/area_open.c %D%/arithmetic.c %D%/background.c %D%/bilateral.c %D%/canny.c %D%/channel.c \
  %D%/clahe.c %D%/color.c %D%/correlate.c %D%/correlate.h %D%/crop.c %D%/derivative.c \
  %D%/diffusion.c %D%/entropy.c %D%/equalize.c %D%/filter.c %D%/gabor.c %D%/gamma.c \
  %D%/gaussian.c %D%/gray.c %D%/guided.c %D%/invert.c %D%/map.c %D%/map.h %D%/median.c \
  %D%/median.h %D%/median3.c %D%/median_net.c %D%/morph.c %D%/nlmeans.c %D%/polynomial.c %D%/polynomial.h \
  %D%/rank.c %D%/rank_row.c %D%/reconstruct.c %D%/recursive.c %D%/recursive.h %D%/resample.c %D%/resample.h \
  %D%/resample_bytes.c %D%/resample_bytes.h \
  %D%/rescale.c %D%/resize.c %D%/ridge.c %D%/slope.h %D%/stages.h %D%/stain.c %D%/stencil.c %D%/table.h \
  %D%/tv.c %D%/unsharp.c %D%/window.c %D%/window.h
