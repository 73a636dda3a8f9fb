/* SPDX-License-Identifier: MIT */
/* The plugin @NAME@: the table of its stages, one file each. */
#include "stages.h"

static const struct seg_stage *const stages[] = {@STAGES@};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,
    .name = "@NAME@",
    .version = "0.1",
    .license = "MIT",
    .origin = "where it comes from: an address or a URL",
    .stages = stages,
    .stage_count = SEG_COUNT(stages),
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);
const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
