dist_check_SCRIPTS += %D%/man.t
TESTS += %D%/man.t
