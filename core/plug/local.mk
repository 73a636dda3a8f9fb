libsegcore_la_SOURCES += \
  %D%/call.c %D%/call.h \
  %D%/folders.c %D%/folders.h \
  %D%/host.c \
  %D%/module.c %D%/module.h \
  %D%/params.c %D%/params.h \
  %D%/registry.c %D%/registry.h \
  %D%/scratch.c %D%/scratch.h \
  %D%/stage.c \
  %D%/tables.c \
  %D%/validate.c
