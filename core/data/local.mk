libsegcore_la_SOURCES += %D%/instances.c %D%/layer.c %D%/layer.h
