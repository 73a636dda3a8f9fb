libsegcore_la_SOURCES += \
  %D%/bmp.c \
  %D%/csv.c \
  %D%/format.h \
  %D%/jpeg.c \
  %D%/label.c %D%/label.h \
  %D%/load.c \
  %D%/npy.c \
  %D%/orient.c \
  %D%/overlay.c %D%/overlay.h \
  %D%/palette.c %D%/palette.h \
  %D%/png.c %D%/png.h %D%/png_filter.c %D%/png_write.c \
  %D%/pnm.c \
  %D%/reading.c %D%/reading.h \
  %D%/samples.c \
  %D%/save.c \
  %D%/sink.c %D%/sink.h \
  %D%/source.c %D%/source.h \
  %D%/tiff.c %D%/tiff.h %D%/tiff_file.c %D%/tiff_lib.c %D%/tiff_lib.h %D%/tiff_write.c
