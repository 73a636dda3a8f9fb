dist_check_SCRIPTS += %D%/man.t %D%/pipeline.t %D%/stages.t %D%/plugin.t %D%/library.t
TESTS += %D%/man.t %D%/pipeline.t %D%/stages.t %D%/plugin.t %D%/library.t
