/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the markers stages: what a flooding starts from. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &markers_distance,        &markers_erode,       &markers_extended_maxima,
    &markers_extended_minima, &markers_from_labels, &markers_grid,
    &markers_h_maxima,        &markers_h_minima,    &markers_peaks,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "markers",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
