check_PROGRAMS += %D%/ncnn
%C%_ncnn_SOURCES = %D%/ncnn.c %D%/npy.c %D%/npy.h
%C%_ncnn_CPPFLAGS = $(libsegcnn_la_CPPFLAGS) -I$(srcdir)/%D%
%C%_ncnn_LDADD = libsegcnn.la
TESTS += %D%/ncnn.t
EXTRA_DIST += %D%/ncnn.t
