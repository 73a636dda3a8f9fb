seginclude_HEADERS += \
  %D%/segkit/context.h %D%/segkit/layer.h %D%/segkit/model.h %D%/segkit/pipeline.h %D%/segkit/plugin-util.h \
  %D%/segkit/plugin.h %D%/segkit/regions.h %D%/segkit/registry.h %D%/segkit/segkit.h %D%/segkit/status.h \
  %D%/segkit/version.h
