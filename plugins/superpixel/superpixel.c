/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the superpixel stages: many small regions of like pixels. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &superpixel_felzenszwalb, &superpixel_quickshift, &superpixel_seeds,
    &superpixel_slic,         &superpixel_slic_zero,  &superpixel_snic,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "superpixel",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
