libsegcore_la_SOURCES += \
  %D%/cache.c %D%/cache.h \
  %D%/clock.h \
  %D%/cpu.c %D%/cpu.h \
  %D%/context.c %D%/context.h \
  %D%/digest.c %D%/digest.h \
  %D%/error.c %D%/error.h \
  %D%/json.c %D%/json_write.c %D%/json.h \
  %D%/loader.c %D%/loader.h \
  %D%/memory.c %D%/memory.h \
  %D%/names.c %D%/names.h \
  %D%/pool.c %D%/pool.h \
  %D%/text.c %D%/text.h
