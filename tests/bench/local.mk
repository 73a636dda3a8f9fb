# Programs that print times; not run by make check.

# make tests/bench/toolbox: stages and the packaged toolboxes that were found.
EXTRA_PROGRAMS += %D%/toolbox
tests_bench_toolbox_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_TREE='"$(abs_top_srcdir)"'
tests_bench_toolbox_LDADD = libsegkit.la
tests_bench_toolbox_SOURCES = \
  %D%/inputs.c %D%/peer_skimage.c %D%/plan.c %D%/side.c %D%/toolbox.c %D%/toolbox.h \
  %D%/rows_cluster.c %D%/rows_contour.c %D%/rows_filter.c %D%/rows_frequency.c %D%/rows_markers.c \
  %D%/rows_mask.c %D%/rows_pipeline.c %D%/rows_refine.c %D%/rows_superpixel.c %D%/rows_threshold.c \
  %D%/rows_walker.c %D%/rows_watershed.c
opencv_peers = \
  %D%/peer_opencv.cpp %D%/peer_opencv.h %D%/peer_opencv_cluster.cpp %D%/peer_opencv_filter.cpp %D%/peer_opencv_frequency.cpp \
  %D%/peer_opencv_markers.cpp %D%/peer_opencv_mask.cpp %D%/peer_opencv_pipeline.cpp \
  %D%/peer_opencv_superpixel.cpp %D%/peer_opencv_threshold.cpp %D%/peer_opencv_watershed.cpp
if HAVE_OPENCV_PEER
tests_bench_toolbox_CPPFLAGS += -DBENCH_OPENCV $(OPENCV_CFLAGS:-I%=-isystem%)
tests_bench_toolbox_LDADD += $(OPENCV_PEER_LIBS)
tests_bench_toolbox_SOURCES += $(opencv_peers)
endif
if HAVE_LEPTONICA_PEER
tests_bench_toolbox_CPPFLAGS += -DBENCH_LEPTONICA $(LEPTONICA_CFLAGS:-I%=-isystem%)
tests_bench_toolbox_LDADD += $(LEPTONICA_LIBS)
tests_bench_toolbox_SOURCES += %D%/peer_leptonica.c
endif
EXTRA_DIST += %D%/quality $(opencv_peers) %D%/peer_leptonica.c %D%/peer_skimage.py

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

# what an identity stage adds: `make tests/bench/abi`, then tests/bench/abi TOY.so PICTURE
EXTRA_PROGRAMS += %D%/abi
%C%_abi_SOURCES = %D%/abi.c
%C%_abi_LDADD = libsegkit.la
