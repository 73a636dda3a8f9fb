# Plugins for tests, most of them bad. -rpath makes libtool build modules that are not installed.
TEST_MODULE_FLAGS = -module -avoid-version -shared -rpath /nowhere
test_modules =
test_modules += %D%/good.la
%C%_good_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"good"'
test_modules += %D%/misnamed.la
%C%_misnamed_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"other"'
test_modules += %D%/noentry.la
%C%_noentry_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"noentry"' -DFAULT_ENTRY
test_modules += %D%/null.la
%C%_null_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"null"' -DFAULT_NULL
test_modules += %D%/newmajor.la
%C%_newmajor_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"newmajor"' -DHEAD_MAJOR=2
test_modules += %D%/newminor.la
%C%_newminor_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"newminor"' -DHEAD_MINOR=99
test_modules += %D%/short.la
%C%_short_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"short"' -DHEAD_SIZE=8
test_modules += %D%/elements.la
%C%_elements_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"elements"' -DHEAD_PARAM=3
test_modules += %D%/badstage.la
%C%_badstage_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"badstage"' -DFAULT_STAGE

%C%_good_la_SOURCES = %D%/head.c %D%/stage.h
%C%_misnamed_la_SOURCES = %D%/head.c
%C%_noentry_la_SOURCES = %D%/head.c
%C%_null_la_SOURCES = %D%/head.c
%C%_newmajor_la_SOURCES = %D%/head.c
%C%_newminor_la_SOURCES = %D%/head.c
%C%_short_la_SOURCES = %D%/head.c
%C%_elements_la_SOURCES = %D%/head.c
%C%_badstage_la_SOURCES = %D%/head.c
%C%_good_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_misnamed_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_noentry_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_null_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_newmajor_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_newminor_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_short_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_elements_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_badstage_la_LDFLAGS = $(TEST_MODULE_FLAGS)
check_LTLIBRARIES += $(test_modules)
