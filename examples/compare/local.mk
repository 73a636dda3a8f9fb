EXTRA_DIST += %D%/report.png %D%/nuclei/README.md \
  %D%/nuclei/graphcut.yaml %D%/nuclei/network.yaml %D%/nuclei/threshold.yaml \
  %D%/nuclei/watershed.yaml %D%/nuclei/images %D%/nuclei/truth
