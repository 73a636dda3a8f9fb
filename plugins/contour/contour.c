/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the contour stages: curves that move to the edges of objects. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &contour_chan_vese,
    &contour_morph_chan_vese,
    &contour_morph_gac,
    &contour_snake,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "contour",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
