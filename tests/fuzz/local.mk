check_PROGRAMS += %D%/fuzz_image %D%/fuzz_pipeline
TESTS += %D%/image.t %D%/pipeline.t
EXTRA_DIST += %D%/build.sh %D%/image.t %D%/pipeline.t %D%/pipelines

%C%_fuzz_image_SOURCES = %D%/fuzz_image.c %D%/replay.c
%C%_fuzz_image_LDADD = libsegcore.la
%C%_fuzz_pipeline_SOURCES = %D%/fuzz_pipeline.c %D%/replay.c
%C%_fuzz_pipeline_LDADD = libsegcore.la
