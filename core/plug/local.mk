libsegcore_la_SOURCES += \
  %D%/call.c %D%/call.h %D%/child.c %D%/child.h %D%/folders.c %D%/folders.h %D%/host.c \
  %D%/isolate.c %D%/isolate.h %D%/module.c %D%/module.h %D%/params.c %D%/params.h \
  %D%/registry.c %D%/registry.h %D%/sandbox.c %D%/sandbox.h %D%/scratch.c %D%/scratch.h \
  %D%/share.c %D%/share.h %D%/service.c %D%/service.h %D%/stage.c %D%/tables.c %D%/validate.c
