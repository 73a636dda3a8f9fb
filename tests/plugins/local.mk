# Plugins for tests, most of them bad. -rpath makes libtool build modules that are not installed.
TEST_MODULE_FLAGS = -module -avoid-version -shared -rpath /nowhere
%C%_good_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"good"'
%C%_misnamed_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"other"'
%C%_noentry_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"noentry"' -DFAULT_ENTRY
%C%_null_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"null"' -DFAULT_NULL
%C%_newmajor_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"newmajor"' -DHEAD_MAJOR=2
%C%_newminor_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"newminor"' -DHEAD_MINOR=99
%C%_short_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"short"' -DHEAD_SIZE=8
%C%_elements_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"elements"' -DHEAD_PARAM=3
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
check_LTLIBRARIES += %D%/good.la %D%/misnamed.la %D%/noentry.la %D%/null.la \
  %D%/newmajor.la %D%/newminor.la %D%/short.la %D%/elements.la \
  %D%/badstage.la

# with a symbol that nobody has
check_LTLIBRARIES += %D%/undefined.la
%C%_undefined_la_SOURCES = %D%/head.c
%C%_undefined_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAMILY='"undefined"' -DFAULT_SYMBOL
%C%_undefined_la_LDFLAGS = $(TEST_MODULE_FLAGS)

# The same plugin against the header as it was in ABI 1.0, and as it may be in 1.7.
check_LTLIBRARIES += %D%/frozen.la %D%/longer.la
%C%_frozen_la_SOURCES = %D%/tables.c
%C%_frozen_la_CPPFLAGS = -I$(top_srcdir)/tests/abi/1.0 -DFAMILY='"frozen"'
%C%_frozen_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_longer_la_SOURCES = %D%/tables.c
%C%_longer_la_CPPFLAGS = -I$(top_builddir)/tests/abi/longer -I$(top_srcdir)/include -DFAMILY='"longer"'
%C%_longer_la_LDFLAGS = $(TEST_MODULE_FLAGS)

# one that is good, with stages of every kind
check_LTLIBRARIES += %D%/toy.la
%C%_toy_la_SOURCES = %D%/toy.c
%C%_toy_la_LDFLAGS = $(TEST_MODULE_FLAGS)

# one that runs wild when it is told to, and, in a folder that nobody lists, when it is opened
check_LTLIBRARIES += %D%/wild.la %D%/open/wildopen.la
%C%_wild_la_SOURCES = %D%/wild.c
%C%_wild_la_LDFLAGS = $(TEST_MODULE_FLAGS)
%C%_open_wildopen_la_SOURCES = %D%/wild.c
%C%_open_wildopen_la_CPPFLAGS = $(AM_CPPFLAGS) -DFAULT_OPEN
%C%_open_wildopen_la_LDFLAGS = $(TEST_MODULE_FLAGS)

# one with a stage for each thing that `plugin verify` finds
check_LTLIBRARIES += %D%/wrong.la
%C%_wrong_la_SOURCES = %D%/wrong.c
%C%_wrong_la_LDFLAGS = $(TEST_MODULE_FLAGS)
