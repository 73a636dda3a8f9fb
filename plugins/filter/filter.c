/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the filter stages: from images to images. */
#include <segkit/plugin-util.h>

#include "stages.h"

static const struct seg_stage *const stages[] = {
    &filter_area_close, &filter_area_open,      &filter_arithmetic, &filter_background,
    &filter_bilateral,  &filter_bottomhat,      &filter_canny,      &filter_channel,
    &filter_clahe,      &filter_close,          &filter_color,      &filter_crop,
    &filter_diffusion,  &filter_dilate,         &filter_dog,        &filter_entropy,
    &filter_equalize,   &filter_erode,          &filter_frangi,     &filter_gabor,
    &filter_gamma,      &filter_gaussian,       &filter_gradient,   &filter_gray,
    &filter_guided,     &filter_invert,         &filter_laplacian,  &filter_log,
    &filter_median,     &filter_morph_gradient, &filter_nlmeans,    &filter_open,
    &filter_pad,        &filter_prewitt,        &filter_rank,       &filter_reconstruct,
    &filter_rescale,    &filter_resize,         &filter_sato,       &filter_scharr,
    &filter_sobel,      &filter_stain,          &filter_tophat,     &filter_tv,
    &filter_unsharp,
};

static const struct seg_plugin plugin = {
    SEG_PLUGIN_HEAD,  .stage_count = SEG_COUNT(stages), .name = "filter",
    .version = "1.0", .license = "LGPL-2.1-or-later",   .origin = "segkit",
    .stages = stages,
};

SEG_EXPORT const struct seg_plugin *segkit_plugin_v1(void);

const struct seg_plugin *segkit_plugin_v1(void)
{
    return &plugin;
}
