check_PROGRAMS += %D%/fuzz_image
TESTS += %D%/image.t
EXTRA_DIST += %D%/build.sh %D%/image.t %D%/images

%C%_fuzz_image_SOURCES = %D%/fuzz_image.c %D%/replay.c
%C%_fuzz_image_LDADD = libsegcore.la
