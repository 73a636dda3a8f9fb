check_PROGRAMS += %D%/base %D%/io %D%/plug
TESTS += %D%/base %D%/io %D%/plug

%C%_base_SOURCES = %D%/test_digest.c %D%/test_error.c %D%/test_memory.c %D%/test_pool.c %D%/test_text.c %D%/test_layer.c
%C%_base_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_base_LDADD = $(TEST_LIBS)

%C%_io_SOURCES = %D%/io.c %D%/io.h %D%/test_io_coco.c %D%/test_io_formats.c %D%/test_io_nomem.c %D%/test_io_png.c %D%/test_io_save.c \
  %D%/test_io_tiff.c %D%/test_io_vector.c %D%/test_regions.c
%C%_io_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_io_LDADD = $(TEST_LIBS) $(TIFF_LIBS) $(JPEG_LIBS) $(ZLIB_LIBS)

%C%_plug_SOURCES = %D%/test_call.c %D%/test_module.c %D%/test_params.c %D%/test_validate.c
%C%_plug_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plug_LDADD = $(TEST_LIBS)

check_PROGRAMS += %D%/pipe
TESTS += %D%/pipe
%C%_pipe_SOURCES = %D%/pipe.c %D%/pipe.h %D%/test_alloc.c %D%/test_pipe_cases.c \
  %D%/test_isolate.c %D%/test_pipe_run.c %D%/test_pipe_text.c %D%/test_stages.c
%C%_pipe_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_pipe_LDADD = $(TEST_LIBS)

check_PROGRAMS += %D%/eval
TESTS += %D%/eval
%C%_eval_SOURCES = %D%/test_eval.c %D%/test_json.c
%C%_eval_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_eval_LDADD = $(TEST_LIBS)
