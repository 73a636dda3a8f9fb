EXTRA_DIST += %D%/quickstart.sh %D%/plugin/Makefile %D%/plugin/lines.c \
  %D%/pipelines/nuclei.yaml %D%/images/README.md %D%/images/nuclei.png %D%/images/nuclei-overlay.png

EXTRA_DIST += %D%/plugin-cpp/Makefile %D%/plugin-cpp/trimmed.cpp \
  %D%/plugin-opencv/Makefile %D%/plugin-opencv/restore.cpp \
  %D%/plugin-rust/Makefile %D%/plugin-rust/kuwahara.rs

# The example plugins, and one that `plugin new` made, build outside the tree, with what is installed
# and pkg-config alone, and pass the torture test. What they wrap or are written in may be missing.
installcheck-local:
	rm -rf installcheck.d && $(MKDIR_P) installcheck.d
	cp -R $(srcdir)/examples/plugin $(srcdir)/examples/plugin-* installcheck.d/
	chmod -R u+w installcheck.d
	cd installcheck.d && '$(DESTDIR)$(bindir)/segkit' plugin new mine
	$(CXX) $(OPENCV_CFLAGS) -E -include opencv2/photo.hpp -x c++ /dev/null >/dev/null 2>&1 || rm -r installcheck.d/plugin-opencv
	command -v rustc >/dev/null && command -v bindgen >/dev/null || rm -r installcheck.d/plugin-rust
	for folder in installcheck.d/*; do \
	  PKG_CONFIG_PATH='$(DESTDIR)$(pkgconfigdir)' $(MAKE) -C $$folder CC='$(CC)' CXX='$(CXX)' && \
	  '$(DESTDIR)$(bindir)/segkit' plugin verify $$folder/*.so || exit 1; \
	done
	'$(DESTDIR)$(bindir)/segkit' run --plugin installcheck.d/plugin/lines.so \
	  '$(srcdir)/examples/images/nuclei.png' -o installcheck.d/lines.npy -- lines.multiscale
	test -s installcheck.d/lines.npy
	rm -rf installcheck.d
EXTRA_DIST += %D%/pipelines/nuclei-cnn.yaml %D%/training/nuclei.py \
  %D%/models/nuclei/README.md %D%/models/nuclei/model.yaml \
  %D%/models/nuclei/nuclei.param %D%/models/nuclei/nuclei.bin
include %D%/compare/local.mk
EXTRA_DIST += %D%/pipelines/cnn-refine.yaml %D%/pipelines/pictures/cnn-refine.jpg
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
EXTRA_DIST += %D%/images/chelsea.jpg %D%/pipelines/cluster-colours.yaml \
  %D%/pipelines/region-grow.yaml %D%/pipelines/superpixel-merge.yaml \
  %D%/pipelines/pictures/cat.jpg
