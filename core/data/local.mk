libsegcore_la_SOURCES += %D%/instances.c %D%/layer.c %D%/layer.h \
  %D%/outline.c %D%/outline.h %D%/region_props.c %D%/regions.c %D%/regions.h \
  %D%/simplify.c %D%/simplify.h
