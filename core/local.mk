include %D%/base/local.mk
include %D%/data/local.mk
include %D%/io/local.mk
include %D%/plug/local.mk
include %D%/pipe/local.mk
include %D%/eval/local.mk
include %D%/cli/local.mk
include %D%/verify/local.mk
aclocaldir = $(datadir)/aclocal
dist_aclocal_DATA = %D%/build/m4/segkit.m4
EXTRA_DIST += %D%/build/m4/segkit-build.m4 %D%/build/m4/segkit-tap.m4
