EXTRA_DIST += %D%/quickstart.sh %D%/plugin/Makefile %D%/plugin/lines.c
EXTRA_DIST += %D%/pipelines/nuclei.yaml
