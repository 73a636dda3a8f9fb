EXTRA_DIST += %D%/quickstart.sh %D%/plugin/Makefile %D%/plugin/lines.c \
  %D%/pipelines/nuclei.yaml %D%/images/README.md %D%/images/nuclei.png %D%/images/nuclei-overlay.png

# The example plugin builds outside the tree, with what is installed and pkg-config alone, and runs.
installcheck-local:
	rm -rf installcheck.d && $(MKDIR_P) installcheck.d
	cp $(srcdir)/examples/plugin/Makefile $(srcdir)/examples/plugin/lines.c installcheck.d/
	chmod -R u+w installcheck.d
	cd installcheck.d && PKG_CONFIG_PATH='$(DESTDIR)$(pkgconfigdir)' $(MAKE) CC='$(CC)' lines.so
	'$(DESTDIR)$(bindir)/segkit' run --plugin installcheck.d/lines.so \
	  '$(srcdir)/examples/images/nuclei.png' -o installcheck.d/lines.npy -- lines.multiscale
	test -s installcheck.d/lines.npy
	rm -rf installcheck.d
EXTRA_DIST += %D%/pipelines/nuclei-cnn.yaml %D%/training/nuclei.py \
  %D%/models/nuclei/README.md %D%/models/nuclei/model.yaml \
  %D%/models/nuclei/nuclei.param %D%/models/nuclei/nuclei.bin
include %D%/compare/local.mk
EXTRA_DIST += %D%/pipelines/graphcut-energy.yaml %D%/pipelines/graphcut-grabcut.yaml \
  %D%/pipelines/graphcut-ncut.yaml %D%/pipelines/graphcut-refine.yaml \
  %D%/pipelines/graphcut-seeds.yaml %D%/pipelines/graphcut-superpixels.yaml
EXTRA_DIST += %D%/pipelines/README.md %D%/pipelines/coins.yaml %D%/pipelines/cracks.yaml \
  %D%/pipelines/page.yaml %D%/pipelines/roads.yaml %D%/pipelines/vessels.yaml \
  %D%/pipelines/pictures/coins.jpg %D%/pipelines/pictures/cracks.jpg \
  %D%/pipelines/pictures/nuclei.jpg %D%/pipelines/pictures/page.jpg \
  %D%/pipelines/pictures/roads.jpg %D%/pipelines/pictures/vessels.jpg \
  %D%/images/coins.png %D%/images/crack.png %D%/images/page.png %D%/images/retina.png \
  %D%/images/roads.png %D%/images/scikit-image.txt %D%/images/synthetic.py
include %D%/embed/local.mk
