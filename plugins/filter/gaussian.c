/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.gaussian: Gaussian smoothing. */
#include "common/border.h"
#include "common/separable.h"
#include "stages.h"

struct params {
    double sigma;
    double truncate;
    int32_t border;
};

static int32_t radius_of(const struct params *params)
{
    return (int32_t)(params->truncate * params->sigma + 0.5);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    int32_t radius = radius_of(params);
    const float *weights = common_gaussian(&env, radius ? params->sigma : 1, radius);
    if (!weights)
        return common_nomem(&env);
    return common_separable(&env, &in, &out, weights, radius, params->border);
}

static int32_t reach(const void *params)
{
    return radius_of(params);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1, 0, 1000, "px", "standard deviation")},
    {SEG_P_FLOAT(struct params, truncate, 4, 0, 10, NULL,
                 "the kernel ends at so many standard deviations")},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "smooth",
     .summary = "of the same type",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

const struct seg_stage filter_gaussian = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.gaussian",
    .summary = "smooth by a Gaussian",
    .detail = "Convolves every plane with a sampled Gaussian of standard deviation 'sigma' that "
              "ends at 'truncate' times sigma and is scaled to sum to 1. Sums are made in single "
              "precision; results of 8 and 16 bits are rounded to the nearest integer.\n\n"
              "Time grows with sigma.",
    .reference =
        "J. Babaud, A. P. Witkin, M. Baudin, R. O. Duda, Uniqueness of the Gaussian kernel "
        "for scale-space filtering, IEEE Transactions on Pattern Analysis and Machine "
        "Intelligence 8 (1), 1986",
    .version = 1,
    .params_size = sizeof(struct params),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
    .reach = reach,
};
