TESTS += %D%/eval.t
EXTRA_DIST += %D%/eval.t
