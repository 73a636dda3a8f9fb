/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* refine.guided: a mask or alpha that follows the edges of an image. */
#include "common/guided.h"
#include "common/sample.h"
#include "stages.h"

struct params {
    int32_t radius;
    double epsilon, threshold;
};

enum { IMAGE, ALPHA };
enum { MASK, REFINED };

/* The mask, or one plane of samples scaled to 0..1, as floats. */
static int read_alpha(const struct common_env *env, const struct seg_view *alpha,
                      struct seg_view *plane)
{
    float scale = alpha->kind == SEG_MASK   ? 1
                  : alpha->dtype == SEG_U8  ? 1 / 255.0f
                  : alpha->dtype == SEG_U16 ? 1 / 65535.0f
                                            : 1;
    int status = common_scratch_view(env, alpha, SEG_F32, plane);
    for (int32_t y = 0; y < alpha->height && !status; y++) {
        float *row = seg_row(plane, 0, y);
        common_floats(alpha, 0, y, 0, (size_t)alpha->width, row);
        for (int32_t x = 0; x < alpha->width; x++)
            row[x] *= scale;
    }
    return status;
}

/* Cuts to 0..1 and thresholds. */
static void finish(const struct params *params, const struct seg_view *refined,
                   const struct seg_view *mask)
{
    for (int32_t y = 0; y < mask->height; y++) {
        float *row = seg_row(refined, 0, y);
        uint8_t *to = seg_row(mask, 0, y);
        for (int32_t x = 0; x < mask->width; x++) {
            row[x] = row[x] > 0 ? row[x] < 1 ? row[x] : 1 : 0;
            to[x] = (double)row[x] > params->threshold;
        }
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image = SEG_VIEW, alpha = SEG_VIEW, refined = SEG_VIEW, mask = SEG_VIEW, plane;
    int status = host->input(call, IMAGE, &image);
    if (!status)
        status = host->input(call, ALPHA, &alpha);
    if (!status)
        status = host->output(call, REFINED, NULL, &refined);
    if (!status)
        status = host->output(call, MASK, NULL, &mask);
    if (status)
        return status;
    status = read_alpha(&env, &alpha, &plane);
    if (!status)
        status = common_guided(&env, &image, &plane, params->radius, params->epsilon, &refined);
    if (!status)
        finish(params, &refined, &mask);
    return status;
}

static int32_t reach(const void *params)
{
    return 2 * ((const struct params *)params)->radius;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, radius, 8, 1, 16384, "px",
               "a window is a square of 2 radius + 1 pixels")},
    {SEG_P_FLOAT(struct params, epsilon, 1e-4, 1e-8, 10, NULL,
                 "the variance, of samples in 0..1, below which an edge is none"),
     .alias = "eps"},
    {SEG_P_FLOAT(struct params, threshold, 0.5, 0, 1, NULL, "the mask is where alpha is above it")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "the guide: gray or colour",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = COMMON_GUIDES},
    {.name = "alpha",
     .summary = "a mask, or an image of how much each pixel belongs to the object",
     .kinds = SEG_KIND_BIT(SEG_MASK) | SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
};

static const struct seg_port outputs[] = {
    {.name = "mask",
     .summary = "where alpha is above 'threshold'",
     .kinds = SEG_KIND_BIT(SEG_MASK)},
    {.name = "refined",
     .summary = "alpha along the edges of the guide, 0 to 1",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32),
     .planes_min = 1,
     .planes_max = 1},
};

const struct seg_stage refine_guided = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "refine.guided",
    .summary = "refine a mask or alpha by the guided filter",
    .detail = "Puts the mask, window by window, as a linear function of the image and averages: "
              "its outline moves to edges of the image nearby and becomes soft where the image "
              "is, as in hair. A colour guide uses all its planes together. Works up to about "
              "'radius' from the outline; a larger 'epsilon' smooths more.\n\n"
              "Samples of 8 and 16 bits are scaled to 0..1, floating point is taken as it is; "
              "NaN counts as 0. Windows are cut at the border of the image. Time does not depend "
              "on the radius.",
    .reference = "K. He, J. Sun, X. Tang, Guided image filtering, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 35 (6), 2013",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
