plugin_LTLIBRARIES += plugins/mask.la
plugins_mask_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
plugins_mask_la_LDFLAGS = $(MODULE_FLAGS)
plugins_mask_la_LIBADD = libsegplugin.la
plugins_mask_la_SOURCES = \
  %D%/binary.c %D%/binary.h %D%/combine.c %D%/components.c %D%/convex_hull.c %D%/holes.c %D%/invert.c %D%/keep.c %D%/mask.c \
  %D%/medial_axis.c %D%/morphology.c %D%/outline.c %D%/packed.c %D%/packed.h %D%/padded.c \
  %D%/padded.h %D%/pick.c %D%/pick.h %D%/pick_stages.h %D%/reconstruct.c %D%/skeleton.c \
  %D%/stages.h %D%/thinning.c %D%/thinning.h
