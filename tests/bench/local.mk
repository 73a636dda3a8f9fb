# Not run by make check: make tests/bench/regions
EXTRA_PROGRAMS += %D%/regions
tests_bench_regions_LDADD = libsegkit.la
if HAVE_OPENCV
tests_bench_regions_CPPFLAGS = $(AM_CPPFLAGS) $(OPENCV_CFLAGS:-I%=-isystem%)
tests_bench_regions_LDADD += $(OPENCV_LIBS)
tests_bench_regions_SOURCES = %D%/peer.h %D%/peer_opencv.cpp %D%/regions.c
else
tests_bench_regions_SOURCES = %D%/peer.h %D%/peer_none.c %D%/regions.c
endif
EXTRA_DIST += %D%/peer_none.c %D%/peer_opencv.cpp

# make tests/bench/maxflow, where OpenCV is
if HAVE_OPENCV
EXTRA_PROGRAMS += %D%/maxflow
tests_bench_maxflow_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins $(OPENCV_CFLAGS:-I%=-isystem%)
tests_bench_maxflow_LDADD = libsegkit.la libsegmaxflow.la libsegplugin.la $(OPENCV_LIBS)
tests_bench_maxflow_SOURCES = %D%/maxflow.c %D%/maxflow_peer.cpp %D%/maxflow_peer.h \
  plugins/graphcut/gmm.c
endif
EXTRA_DIST += %D%/maxflow.c %D%/maxflow_peer.cpp %D%/maxflow_peer.h

# conv: times of the convolution kernels, a line a kernel and shape; `make tests/bench/conv`.
EXTRA_PROGRAMS += %D%/conv
%C%_conv_SOURCES = %D%/conv.c
%C%_conv_CPPFLAGS = $(libsegcnn_la_CPPFLAGS)
%C%_conv_LDADD = libsegcnn.la
