libsegcore_la_SOURCES += \
  %D%/assign.c %D%/assign.h \
  %D%/boundary.c %D%/boundary_match.c %D%/boundary.h %D%/outline.c \
  %D%/cityscapes.c %D%/cityscapes.h \
  %D%/coco.c %D%/coco_read.c %D%/coco.h \
  %D%/confusion.c %D%/confusion.h \
  %D%/consensus.c %D%/consensus.h \
  %D%/nearest.c %D%/nearest.h \
  %D%/objects.c %D%/objects.h \
  %D%/panoptic.c %D%/panoptic.h \
  %D%/partition.c %D%/partition.h \
  %D%/rle.c %D%/polygon.c %D%/rle.h \
  %D%/score.c %D%/score_names.c %D%/score.h \
  %D%/stats.c %D%/stats.h \
  %D%/superpixel.c %D%/superpixel.h \
  %D%/surface.c %D%/elements.c %D%/surface.h \
  %D%/table.c %D%/table.h
