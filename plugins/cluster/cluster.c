/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the cluster stages: classes and regions of pixels that are alike. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &cluster_gmm,
    &cluster_kmeans,
    &cluster_meanshift,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "cluster",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
