TESTS += %D%/eval.t %D%/plugin.t %D%/run.t %D%/usage.t
EXTRA_DIST += %D%/eval.t %D%/plugin.t %D%/run.t %D%/usage.t tests/cases/images/gray.pgm
