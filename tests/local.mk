# Programs without an ending are Criterion's, *.t are shell scripts; both speak TAP.
TEST_EXTENSIONS = .t
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/core/build/aux/tap-driver.sh
T_LOG_COMPILER = $(SHELL)
LOG_DRIVER = $(T_LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/support/criterion.sh
AM_TESTS_ENVIRONMENT = \
  SEGKIT='$(abs_top_builddir)/segkit'; export SEGKIT; \
  SEGKIT_PLUGIN_PATH='$(abs_top_builddir)/plugins/.libs'; export SEGKIT_PLUGIN_PATH; \
  SEGKIT_SHARED="$${SEGKIT_SHARED:-$(abs_top_srcdir)/../shared}"; export SEGKIT_SHARED; \
  SEGKIT_ISOLATE="$${SEGKIT_ISOLATE:-never}"; export SEGKIT_ISOLATE; \
  srcdir='$(abs_top_srcdir)'; export srcdir; \
  builddir='$(abs_top_builddir)'; export builddir;

TEST_CPPFLAGS = $(libsegcore_la_CPPFLAGS) $(CRITERION_CFLAGS) -I$(top_srcdir)/tests
TEST_LIBS = libsegcore.la $(CRITERION_LIBS)
EXTRA_DIST += %D%/run.sh %D%/support/criterion.sh %D%/support/lsan.supp %D%/support/tap.sh \
  %D%/support/verify_shipped.sh
EXTRA_DIST += %D%/cases/pipelines

include %D%/abi/local.mk
include %D%/plugins/local.mk
include %D%/cli/local.mk
include %D%/docs/local.mk
if HAVE_CRITERION
include %D%/stage/local.mk
include %D%/unit/local.mk
endif
include %D%/fuzz/local.mk
include %D%/golden/local.mk
include %D%/ncnn/local.mk
include %D%/bench/local.mk
