/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef MASK_STAGES_H
#define MASK_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage mask_clear_border;
extern const struct seg_stage mask_close;
extern const struct seg_stage mask_combine;
extern const struct seg_stage mask_components;
extern const struct seg_stage mask_convex_hull;
extern const struct seg_stage mask_dilate;
extern const struct seg_stage mask_erode;
extern const struct seg_stage mask_fill_holes;
extern const struct seg_stage mask_invert;
extern const struct seg_stage mask_keep_largest;
extern const struct seg_stage mask_medial_axis;
extern const struct seg_stage mask_open;
extern const struct seg_stage mask_outline;
extern const struct seg_stage mask_reconstruct;
extern const struct seg_stage mask_remove_small;
extern const struct seg_stage mask_remove_small_holes;
extern const struct seg_stage mask_skeleton;
extern const struct seg_stage mask_thin;

#endif
