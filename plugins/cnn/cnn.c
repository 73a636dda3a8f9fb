/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The family's table: segmentation by neural networks in ncnn's format. */
#include <segkit/plugin-util.h>

#include "service.h"
#include "stage.h"

static const struct seg_stage *const stages[] = {&cnn_semantic_stage, &cnn_matting_stage,
                                                 &cnn_instance_stage};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,
    .name = "cnn",
    .version = "1",
    .license = "LGPL-2.1-or-later",
    .origin = "segkit",
    .stages = stages,
    .stage_count = SEG_COUNT(stages),
    .extension = cnn_service,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
