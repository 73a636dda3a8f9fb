/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.gaussian: Gaussian smoothing. */
#include "common/border.h"
#include "common/separable.h"
#include "recursive.h"
#include "stages.h"

struct params {
    double sigma;
    double truncate;
    int32_t border, method;
};

enum { DIRECT, RECURSIVE };

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
    if (params->method == RECURSIVE && radius)
        return filter_recursive(&env, &in, &out, params->sigma, radius, params->border);
    const float *weights = common_gaussian(&env, radius ? params->sigma : 1, radius);
    if (!weights)
        return common_nomem(&env);
    return common_separable(&env, &in, &out, weights, radius, params->border);
}

static int32_t reach(const void *self)
{
    const struct params *params = self;
    const int32_t radius = radius_of(params);
    return params->method == RECURSIVE && radius ? -1 : radius;
}

static const struct seg_choice methods[] = {
    [DIRECT] = {"direct", "the sampled kernel; time grows with sigma"},
    [RECURSIVE] = {"recursive", "an approximation in a time that does not depend on sigma"},
};

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1, 0, 1000, "px", "standard deviation")},
    {SEG_P_FLOAT(struct params, truncate, 4, 0, 10, NULL,
                 "the kernel ends at so many standard deviations")},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
    {SEG_P_CHOICE(struct params, method, DIRECT, methods, "how the sums are made")},
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
    .detail =
        "Convolves every plane with a sampled Gaussian of standard deviation 'sigma' that ends at "
        "'truncate' times sigma and is scaled to sum to 1. Results of 8 and 16 bits are rounded to "
        "the nearest integer.\n\n"
        "The direct method sums in single precision, and 8 bits in fixed point while the kernel "
        "reaches no further than 32 pixels: before rounding such sums are off by 0.02 in the mean "
        "and by less than 0.4 ever. Its time grows with sigma.\n\n"
        "The recursive method replaces the kernel by two damped waves to either side, which differ "
        "from it by 0.06 % of its peak at most: on photographs the result is off by less than 0.1 "
        "of 255 in the mean square. It takes the same time for every sigma and is the faster one "
        "for sigma above 4. It sees as far beyond the border as the kernel would; NaN and "
        "infinities spread over their rows and columns.",
    .reference =
        "J. Babaud, A. P. Witkin, M. Baudin, R. O. Duda, Uniqueness of the Gaussian kernel "
        "for scale-space filtering, IEEE Transactions on Pattern Analysis and Machine "
        "Intelligence 8 (1), 1986; R. Deriche, Recursively implementing the Gaussian and its "
        "derivatives, INRIA report 1893, 1993",
    .version = 2,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
