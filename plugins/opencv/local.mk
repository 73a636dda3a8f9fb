# The header is for the families that ask for the table.
EXTRA_DIST += %D%/cv.h
if HAVE_OPENCV
plugin_LTLIBRARIES += plugins/opencv.la
plugins_opencv_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENCV_CFLAGS:-I%=-isystem%)
plugins_opencv_la_LDFLAGS = $(MODULE_FLAGS)
plugins_opencv_la_LIBADD = $(OPENCV_LIBS)
plugins_opencv_la_SOURCES = %D%/cv.cpp %D%/cv.h
endif
