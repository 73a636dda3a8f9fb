dist_man_MANS += %D%/segkit.1 %D%/segkit-run.1 %D%/segkit-plugin.7
dist_man_MANS += %D%/segkit-compare.1 %D%/segkit-eval.1 %D%/segkit-lint.1
