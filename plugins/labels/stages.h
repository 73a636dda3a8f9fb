/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef LABELS_STAGES_H
#define LABELS_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage labels_boundaries;
extern const struct seg_stage labels_clear_border;
extern const struct seg_stage labels_combine;
extern const struct seg_stage labels_expand;
extern const struct seg_stage labels_fill_holes;
extern const struct seg_stage labels_filter;
extern const struct seg_stage labels_from_mask;
extern const struct seg_stage labels_keep_largest;
extern const struct seg_stage labels_merge_small;
extern const struct seg_stage labels_relabel;
extern const struct seg_stage labels_remove_large;
extern const struct seg_stage labels_remove_small;
extern const struct seg_stage labels_select;
extern const struct seg_stage labels_smooth;
extern const struct seg_stage labels_split;

#endif
