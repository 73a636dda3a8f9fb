EXTRA_DIST += %D%/report.png %D%/nuclei/README.md \
  %D%/nuclei/graphcut.yaml %D%/nuclei/local.yaml %D%/nuclei/network.yaml \
  %D%/nuclei/threshold.yaml %D%/nuclei/watershed.yaml %D%/nuclei/images %D%/nuclei/truth \
  %D%/documents/README.md %D%/documents/background.yaml %D%/documents/graphcut.yaml \
  %D%/documents/otsu.yaml %D%/documents/sauvola.yaml %D%/documents/wolf.yaml \
  %D%/documents/pages.py %D%/documents/images %D%/documents/truth \
  %D%/natural/README.md %D%/natural/Apache-2.0.txt %D%/natural/colour.yaml \
  %D%/natural/grabcut.yaml %D%/natural/superpixels.yaml %D%/natural/images %D%/natural/truth
