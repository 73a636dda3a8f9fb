libsegcore_la_SOURCES += \
  %D%/ast.c %D%/ast.h \
  %D%/check.c \
  %D%/convert.c \
  %D%/hint.c \
  %D%/isolate.c %D%/layout.c \
  %D%/outputs.c \
  %D%/parse.c \
  %D%/plan.c %D%/plan.h \
  %D%/resolve.c \
  %D%/result.c %D%/run.c %D%/run.h \
  %D%/wire.c \
  %D%/words.c \
  %D%/yaml.c
