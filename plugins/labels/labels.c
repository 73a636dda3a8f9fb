/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the labels stages: from labels to labels. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &labels_boundaries,  &labels_clear_border, &labels_combine,      &labels_expand,
    &labels_fill_holes,  &labels_filter,       &labels_from_mask,    &labels_keep_largest,
    &labels_merge_small, &labels_relabel,      &labels_remove_large, &labels_remove_small,
    &labels_select,      &labels_smooth,       &labels_split,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "labels",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
