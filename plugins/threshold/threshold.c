/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the threshold stages: from images to masks. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &threshold_all,        &threshold_bernsen,      &threshold_contrast,
    &threshold_default,    &threshold_fixed,        &threshold_huang2,
    &threshold_huang,      &threshold_hysteresis,   &threshold_intermodes,
    &threshold_isodata,    &threshold_li,           &threshold_local_gaussian,
    &threshold_local_mean, &threshold_local_median, &threshold_local_otsu,
    &threshold_maxentropy, &threshold_mean,         &threshold_midgrey,
    &threshold_minerror,   &threshold_minimum,      &threshold_moments,
    &threshold_multiotsu,  &threshold_niblack,      &threshold_nick,
    &threshold_otsu,       &threshold_percentile,   &threshold_phansalkar,
    &threshold_range,      &threshold_renyi,        &threshold_sauvola,
    &threshold_shanbhag,   &threshold_triangle,     &threshold_wolf,
    &threshold_yen,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "threshold",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
