plugin_LTLIBRARIES += plugins/threshold.la
plugins_threshold_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_threshold_la_LDFLAGS = $(MODULE_FLAGS)
plugins_threshold_la_LIBADD = libsegplugin.la
plugins_threshold_la_SOURCES = \
  %D%/all.c %D%/apply.c %D%/apply.h %D%/byte_means.c %D%/byte_means.h %D%/entropy.c \
  %D%/extremes.c %D%/extremes.h %D%/fixed.c %D%/font.c %D%/font.h %D%/huang.c %D%/hysteresis.c %D%/isodata.c %D%/levels.c %D%/levels.h \
  %D%/li.c %D%/local.c %D%/local.h %D%/local_gaussian.c %D%/local_levels.c %D%/local_rule.c \
  %D%/mean.c %D%/method.c %D%/method.h %D%/modes.c %D%/moments.c %D%/multiotsu.c %D%/otsu.c \
  %D%/range.c %D%/shape.c %D%/shape.h %D%/stages.h %D%/threshold.c %D%/triangle.c %D%/window.c \
  %D%/yen.c
