# One loadable module a family.

# libtool's own files are of no use beside modules.
install-exec-hook:
	rm -f '$(DESTDIR)$(plugindir)'/*.la
include %D%/chafa/local.mk
include %D%/cluster/local.mk
include %D%/cnn/local.mk
include %D%/common/local.mk
include %D%/contour/local.mk
include %D%/filter/local.mk
include %D%/frequency/local.mk
include %D%/graphcut/local.mk
include %D%/labels/local.mk
include %D%/markers/local.mk
include %D%/mask/local.mk
include %D%/opencv/local.mk
include %D%/refine/local.mk
include %D%/region/local.mk
include %D%/scores/local.mk
include %D%/superpixel/local.mk
include %D%/threshold/local.mk
include %D%/walker/local.mk
include %D%/watershed/local.mk
