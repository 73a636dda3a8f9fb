check_PROGRAMS += %D%/cnn
TESTS += %D%/cnn
%C%_cnn_SOURCES = %D%/test_cnn_conv.c %D%/test_cnn_decode.c %D%/test_cnn_sidecar.c
%C%_cnn_CPPFLAGS = $(libsegcnn_la_CPPFLAGS) $(CRITERION_CFLAGS)
%C%_cnn_LDADD = libsegcnn.la $(CRITERION_LIBS)

check_PROGRAMS += %D%/graphcut
TESTS += %D%/graphcut
%C%_graphcut_SOURCES = %D%/test_graphcut.c %D%/test_graphcut_flow.c
%C%_graphcut_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/plugins
%C%_graphcut_LDADD = libsegmaxflow.la $(TEST_LIBS)

check_PROGRAMS += %D%/classical
TESTS += %D%/classical
%C%_classical_SOURCES = %D%/stages.c %D%/stages.h %D%/test_color.c %D%/test_contour.c \
  %D%/test_edges.c %D%/test_filter.c %D%/test_gray_morph.c %D%/test_labels.c \
  %D%/test_markers.c %D%/test_mask.c %D%/test_refine.c %D%/test_stages.c
%C%_classical_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_classical_LDADD = $(TEST_LIBS)

check_PROGRAMS += %D%/region
TESTS += %D%/region
%C%_region_SOURCES = %D%/stages.c %D%/stages.h %D%/test_region.c
%C%_region_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_region_LDADD = $(TEST_LIBS)

if HAVE_FFTW
check_PROGRAMS += %D%/frequency
TESTS += %D%/frequency
%C%_frequency_SOURCES = %D%/stages.c %D%/stages.h %D%/test_frequency.c
%C%_frequency_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_frequency_LDADD = $(TEST_LIBS)
endif
EXTRA_DIST += %D%/test_frequency.c

check_PROGRAMS += %D%/threshold
TESTS += %D%/threshold
%C%_threshold_SOURCES = %D%/stages.c %D%/stages.h %D%/test_threshold.c
%C%_threshold_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_threshold_LDADD = $(TEST_LIBS)
