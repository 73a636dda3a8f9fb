segkit_SOURCES += \
  %D%/audit.c %D%/audit.h \
  %D%/checks.h %D%/interrupt.c %D%/limit.c %D%/reach.c %D%/same.c \
  %D%/child.c \
  %D%/form.c %D%/form.h \
  %D%/frame.c %D%/frame.h \
  %D%/heap.c %D%/heap.h \
  %D%/report.c \
  %D%/result.c %D%/result.h \
  %D%/run.c %D%/run.h \
  %D%/values.c %D%/values.h \
  %D%/verify.c %D%/verify.h
