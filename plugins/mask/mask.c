/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the mask stages: from masks, to masks or labels. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &mask_clear_border, &mask_close,        &mask_combine,      &mask_components,
    &mask_convex_hull,  &mask_dilate,       &mask_erode,        &mask_fill_holes,
    &mask_invert,       &mask_keep_largest, &mask_medial_axis,  &mask_open,
    &mask_outline,      &mask_reconstruct,  &mask_remove_small, &mask_remove_small_holes,
    &mask_skeleton,     &mask_thin,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "mask",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
