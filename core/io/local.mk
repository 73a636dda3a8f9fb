libsegcore_la_SOURCES += \
  %D%/bmp.c \
  %D%/coco.c %D%/coco_rle.c %D%/coco_rle.h \
  %D%/csv.c \
  %D%/feature.c %D%/feature.h \
  %D%/fill.c %D%/fill.h \
  %D%/format.h \
  %D%/geojson.c \
  %D%/inspect.c %D%/inspect.h \
  %D%/instances.c %D%/instances.h \
  %D%/jpeg.c \
  %D%/json_file.c %D%/json_file.h \
  %D%/label.c %D%/label.h \
  %D%/load.c \
  %D%/npy.c \
  %D%/orient.c \
  %D%/overlay.c %D%/overlay.h \
  %D%/palette.c %D%/palette.h \
  %D%/png.c %D%/png.h %D%/png_filter.c %D%/png_props.c %D%/png_write.c \
  %D%/pnm.c \
  %D%/reading.c %D%/reading.h \
  %D%/samples.c \
  %D%/save.c %D%/save.h \
  %D%/sink.c %D%/sink.h \
  %D%/source.c %D%/source.h \
  %D%/svg.c \
  %D%/tiff.c %D%/tiff.h %D%/tiff_file.c %D%/tiff_lib.c %D%/tiff_lib.h %D%/tiff_write.c \
  %D%/vector.h \
  %D%/yolo.c
