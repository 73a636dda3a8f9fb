bin_PROGRAMS += segkit
segkit_CPPFLAGS = $(libsegcore_la_CPPFLAGS)
segkit_LDADD = libsegcore.la
segkit_SOURCES = \
  %D%/cmd_bench.c %D%/cmd_check.c %D%/cmd_eval.c %D%/cmd_lint.c %D%/cmd_plugin.c %D%/cmd_run.c %D%/cmd_show.c %D%/cmd_stages.c \
  %D%/cmd_version.c %D%/commands.h \
  %D%/command.c %D%/command.h \
  %D%/eval_coco.c %D%/eval_coco.h \
  %D%/images.c %D%/images.h \
  %D%/labels.c %D%/labels.h %D%/measuring.c \
  %D%/main.c \
  %D%/pairs.c %D%/pairs.h \
  %D%/progress.c %D%/progress.h \
  %D%/report.c %D%/report.h \
  %D%/source.c %D%/source.h \
  %D%/stage_doc.c %D%/stage_doc.h %D%/stage_man.c \
  %D%/summary.c %D%/summary.h \
  %D%/target.c %D%/target.h
