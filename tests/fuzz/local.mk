check_PROGRAMS += %D%/fuzz_image %D%/fuzz_pipeline
TESTS += %D%/image.t %D%/pipeline.t
EXTRA_DIST += %D%/build.sh %D%/image.t %D%/images %D%/pipeline.t %D%/pipelines

%C%_fuzz_image_SOURCES = %D%/fuzz_image.c %D%/replay.c
%C%_fuzz_image_LDADD = libsegcore.la
%C%_fuzz_pipeline_SOURCES = %D%/fuzz_pipeline.c %D%/replay.c
%C%_fuzz_pipeline_LDADD = libsegcore.la

check_PROGRAMS += %D%/fuzz_model
TESTS += %D%/model.t
EXTRA_DIST += %D%/model.t %D%/models

%C%_fuzz_model_SOURCES = %D%/fuzz_model.c %D%/replay.c
%C%_fuzz_model_CPPFLAGS = $(libsegcnn_la_CPPFLAGS)
%C%_fuzz_model_LDADD = libsegcnn.la

check_PROGRAMS += %D%/fuzz_sidecar
TESTS += %D%/sidecar.t
EXTRA_DIST += %D%/sidecar.t %D%/sidecars

%C%_fuzz_sidecar_SOURCES = %D%/fuzz_sidecar.c %D%/replay.c
%C%_fuzz_sidecar_CPPFLAGS = $(libsegcnn_la_CPPFLAGS)
%C%_fuzz_sidecar_LDADD = libsegcnn.la
