check_PROGRAMS += tests/golden/metrics
tests_golden_metrics_CPPFLAGS = $(libsegcore_la_CPPFLAGS) -I$(srcdir)/%D%
tests_golden_metrics_LDADD = libsegcore.la
tests_golden_metrics_SOURCES = \
  %D%/golden.h %D%/metrics.c \
  %D%/golden_binary.c %D%/golden_classes.c %D%/golden_coco.c %D%/golden_labels.c \
  %D%/picture.c %D%/picture.h
TESTS += %D%/metrics.t
EXTRA_DIST += %D%/metrics.t

check_PROGRAMS += tests/golden/models
tests_golden_models_CPPFLAGS = $(libsegcore_la_CPPFLAGS) -I$(srcdir)/%D%
tests_golden_models_LDADD = libsegcore.la
tests_golden_models_SOURCES = %D%/models.c %D%/picture.c %D%/picture.h
TESTS += %D%/models.t
EXTRA_DIST += %D%/models.t

check_PROGRAMS += tests/golden/flips
tests_golden_flips_CPPFLAGS = $(libsegcore_la_CPPFLAGS)
tests_golden_flips_LDADD = libsegcore.la
tests_golden_flips_SOURCES = %D%/flips.c
TESTS += %D%/flips.t
EXTRA_DIST += %D%/flips.t

check_PROGRAMS += tests/golden/graphcut
tests_golden_graphcut_CPPFLAGS = $(libsegcore_la_CPPFLAGS)
tests_golden_graphcut_LDADD = libsegcore.la
tests_golden_graphcut_SOURCES = %D%/graphcut.c
TESTS += %D%/graphcut.t
EXTRA_DIST += %D%/graphcut.t

check_PROGRAMS += tests/golden/regions
tests_golden_regions_CPPFLAGS = $(libsegcore_la_CPPFLAGS)
tests_golden_regions_LDADD = libsegcore.la
tests_golden_regions_SOURCES = %D%/regions.c
TESTS += %D%/regions.t
EXTRA_DIST += %D%/regions.t

check_PROGRAMS += tests/golden/stages
tests_golden_stages_CPPFLAGS = $(libsegcore_la_CPPFLAGS) -I$(srcdir)/%D%
tests_golden_stages_LDADD = libsegcore.la
tests_golden_stages_SOURCES = %D%/stages.c %D%/stage_rows.c %D%/stage_rows.h
TESTS += %D%/stages.t
EXTRA_DIST += %D%/stages.t

check_PROGRAMS += tests/golden/thresholds
tests_golden_thresholds_CPPFLAGS = $(libsegcore_la_CPPFLAGS)
tests_golden_thresholds_LDADD = libsegcore.la
tests_golden_thresholds_SOURCES = %D%/thresholds.c %D%/picture.c %D%/picture.h
TESTS += %D%/thresholds.t
EXTRA_DIST += %D%/thresholds.t

check_PROGRAMS += tests/golden/quality
tests_golden_quality_CPPFLAGS = $(libsegcore_la_CPPFLAGS)
tests_golden_quality_LDADD = libsegcore.la
tests_golden_quality_SOURCES = %D%/quality.c %D%/picture.c %D%/picture.h
TESTS += %D%/quality.t
EXTRA_DIST += %D%/quality.t
