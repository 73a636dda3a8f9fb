dist_check_SCRIPTS += %D%/man.t %D%/pipeline.t
TESTS += %D%/man.t %D%/pipeline.t
