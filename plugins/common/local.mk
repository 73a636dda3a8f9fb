# What several families share, linked into each of them.
noinst_LTLIBRARIES += libsegplugin.la
libsegplugin_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
libsegplugin_la_SOURCES = \
  %D%/bits.h %D%/border.h %D%/box.c %D%/box.h %D%/choices.h %D%/cie.h %D%/color.c %D%/color.h \
  %D%/components.c %D%/cpu.c %D%/cpu.h %D%/distance.c %D%/distance.h %D%/distance_row.c \
  %D%/distance_row.h %D%/edges.c %D%/edges.h %D%/env.c %D%/env.h %D%/extrema.c %D%/extrema.h \
  %D%/fast_math.h %D%/features.c %D%/features.h %D%/forest.c %D%/forest.h %D%/gray_morph.c \
  %D%/gray_morph.h %D%/guided.c %D%/guided.h %D%/heap.c %D%/heap.h %D%/histogram.c \
  %D%/histogram.h %D%/ids.c %D%/ids.h %D%/merge.c %D%/merge.h %D%/normal.h %D%/order.c \
  %D%/order.h %D%/region_distance.c %D%/region_distance.h %D%/regions.c %D%/regions.h \
  %D%/runs.c %D%/runs.h %D%/sample.c %D%/sample.h %D%/separable.c %D%/separable.h \
  %D%/separable_row.c %D%/separable_row.h %D%/stage.h %D%/steepness.c %D%/steepness.h
