# The runtime, the decoders and the stages as one archive, which tests link too.
noinst_LTLIBRARIES += libsegcnn.la
libsegcnn_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/cnn $(YAML_CFLAGS)
libsegcnn_la_LIBADD = $(YAML_LIBS)
libsegcnn_la_SOURCES = \
  %D%/instance.c %D%/mapping.c %D%/mapping.h %D%/matting.c %D%/pass.c %D%/probe.c %D%/prepare.c %D%/prepare.h \
  %D%/segmenter.c %D%/semantic.c %D%/sidecar.c %D%/sidecar.h %D%/sidecar_read.c %D%/stage.h \
  %D%/tiles.c \
  %D%/model/binary.c %D%/model/error.c %D%/model/error.h %D%/model/expression.c \
  %D%/model/expression.h %D%/model/net.c %D%/model/net.h %D%/model/params.c %D%/model/params.h \
  %D%/model/text.c %D%/model/weights.c %D%/model/weights.h \
  %D%/simd/avx2.c %D%/simd/portable.c %D%/simd/simd.h %D%/simd/simd_body.h %D%/simd/vector.h \
  %D%/kernel/act_vectors.h %D%/kernel/avx2.c %D%/kernel/choose.c %D%/kernel/copy_row.h %D%/kernel/depthwise.c \
  %D%/kernel/depthwise.h %D%/kernel/depthwise_body.h %D%/kernel/direct.c %D%/kernel/direct.h \
  %D%/kernel/direct_body.h %D%/kernel/gemm.c %D%/kernel/gemm.h %D%/kernel/gemm_body.h \
  %D%/kernel/inner.c %D%/kernel/inner.h %D%/kernel/inner_body.h %D%/kernel/kernel.h \
  %D%/kernel/micro.h %D%/kernel/narrow.c %D%/kernel/narrow.h %D%/kernel/portable.c %D%/kernel/table.h %D%/kernel/table_body.h \
  %D%/kernel/winograd.c %D%/kernel/winograd.h %D%/kernel/winograd_body.h \
  %D%/layer/attention.c %D%/layer/binary.c %D%/layer/binary.h %D%/layer/boxes.c %D%/layer/boxes.h \
  %D%/layer/channel.c %D%/layer/channel.h %D%/layer/conv.c %D%/layer/conv.h %D%/layer/conv_int8.c \
  %D%/layer/conv_run.c \
  %D%/layer/data.c %D%/layer/deform.c %D%/layer/detect.c %D%/layer/fold.c %D%/layer/gather.c \
  %D%/layer/gather.h %D%/layer/grid.c %D%/layer/inner.c %D%/layer/inner.h %D%/layer/matrix.c \
  %D%/layer/matrix.h %D%/layer/norm.c %D%/layer/op.c %D%/layer/op.h %D%/layer/pad.c \
  %D%/layer/pool.c %D%/layer/prior.c %D%/layer/quantize.c %D%/layer/quantize.h \
  %D%/layer/recurrent.c %D%/layer/reduce.c %D%/layer/resample.c %D%/layer/roi.c %D%/layer/shape.c \
  %D%/layer/shuffle.c %D%/layer/slice.c %D%/layer/slice.h %D%/layer/softmax.c %D%/layer/unary.c \
  %D%/layer/unary.h \
  %D%/service.c %D%/service.h \
  %D%/graph/build.h %D%/graph/cost.c %D%/graph/cost.h %D%/graph/emit.c %D%/graph/fuse.c %D%/graph/memory.c %D%/graph/model.c %D%/graph/model.h %D%/graph/order.c \
  %D%/graph/plan.c %D%/graph/plan.h %D%/graph/session.c %D%/graph/session.h %D%/graph/weights.c \
  %D%/decode/decode.h %D%/decode/dense.c %D%/decode/dense.h %D%/decode/heads.c %D%/decode/heads.h \
  %D%/decode/map.c %D%/decode/objects.c %D%/decode/parts.c %D%/decode/prototypes.c %D%/decode/solov2.c \
  %D%/decode/yolact.c %D%/decode/yolov5.c %D%/decode/yolov8.c

plugin_LTLIBRARIES += plugins/cnn.la
plugins_cnn_la_CPPFLAGS = $(libsegcnn_la_CPPFLAGS)
plugins_cnn_la_LDFLAGS = $(MODULE_FLAGS)
plugins_cnn_la_LIBADD = libsegcnn.la
plugins_cnn_la_SOURCES = %D%/cnn.c
