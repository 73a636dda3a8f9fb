libsegcore_la_SOURCES += %D%/instances.c %D%/layer.c %D%/layer.h %D%/measure.h \
  %D%/outline.c %D%/outline.h %D%/region_hull.c %D%/region_perimeter.c %D%/region_props.c \
  %D%/region_table.c %D%/region_topology.c %D%/regions.c %D%/regions.h \
  %D%/simplify.c %D%/simplify.h
