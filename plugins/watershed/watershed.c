/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the watershed stages: regions around markers or minima. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &watershed_flood_stage,
    &watershed_minima,
    &watershed_split,
    &watershed_waterpixels,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "watershed",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
