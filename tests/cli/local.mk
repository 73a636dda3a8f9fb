cli_tests = \
  %D%/check.t \
  %D%/cnn.t \
  %D%/compare.t \
  %D%/complete.t \
  %D%/convert.t \
  %D%/embed.t \
  %D%/eval.t \
  %D%/examples.t \
  %D%/hostile.t \
  %D%/isolate.t \
  %D%/model.t \
  %D%/plugin.t \
  %D%/plugin_new.t \
  %D%/replay.t \
  %D%/run.t \
  %D%/tune.t \
  %D%/usage.t \
  %D%/verify.t \
  %D%/verify_shipped_0.t \
  %D%/verify_shipped_1.t \
  %D%/verify_shipped_2.t \
  %D%/verify_shipped_3.t
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) tests/cases/images/gray.pgm
