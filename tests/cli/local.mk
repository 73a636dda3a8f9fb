TESTS += %D%/compare.t %D%/eval.t
EXTRA_DIST += %D%/compare.t %D%/eval.t
