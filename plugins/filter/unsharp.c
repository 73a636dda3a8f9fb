/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.unsharp: unsharp masking. */
#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "common/separable.h"
#include "stages.h"
#include "table.h"

#include <math.h>

#define MOST_FIXED 2 /* the amount up to which what fixed point is off by does not show */

struct params {
    double sigma, amount;
    int32_t border;
};

struct unsharp {
    struct seg_view in, out;
    float amount;
    float *room; /* two rows for each worker */
};

COMMON_INLINE void widen_body(const int16_t *restrict fixed, float *restrict row, size_t width)
{
    for (size_t x = 0; x < width; x++)
        row[x] = fixed[x] * (1.0F / COMMON_FIXED_UNIT) + COMMON_FIXED_ZERO;
}

COMMON_AVX2 static void widen_avx2(const int16_t *fixed, float *row, size_t width)
{
    widen_body(fixed, row, width);
}

COMMON_INLINE void sharpen_body(float *restrict row, const float *restrict blurred, float amount,
                                size_t width)
{
    for (size_t x = 0; x < width; x++)
        row[x] += amount * (row[x] - blurred[x]);
}

COMMON_AVX2 static void sharpen_avx2(float *row, const float *blurred, float amount, size_t width)
{
    sharpen_body(row, blurred, amount, width);
}

static void sharpen_row(const void *arg, int32_t plane, int32_t y, const void *values, bool fixed,
                        unsigned worker)
{
    const struct unsharp *u = arg;
    const size_t width = (size_t)u->in.width;
    const bool avx2 = common_cpu_avx2();
    float *row = u->room + 2 * worker * width, *room = row + width;
    const float *blurred = fixed ? room : values;
    if (fixed)
        (avx2 ? widen_avx2 : widen_body)(values, room, width);
    common_floats(&u->in, plane, y, 0, width, row);
    (avx2 ? sharpen_avx2 : sharpen_body)(row, blurred, u->amount, width);
    common_store(&u->out, plane, y, row, width);
}

static int32_t radius_of(const struct params *params)
{
    return (int32_t)(4 * params->sigma + 0.5);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct unsharp u = {.amount = (float)params->amount};
    int status = common_open(&env, &u.in, &u.out);
    if (status)
        return status;
    const int32_t radius = radius_of(params);
    const float *weights = common_gaussian(&env, params->sigma, radius);
    u.room =
        host->scratch(call, 2 * (size_t)host->workers(call), (size_t)u.in.width * sizeof *u.room);
    if (!weights || !u.room)
        return common_nomem(&env);
    return common_separable_rows(&env, &u.in, weights, radius, params->border,
                                 fabs(params->amount) <= MOST_FIXED, sharpen_row, &u);
}

static int32_t reach(const void *params)
{
    return radius_of(params);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1, 0.01, 1000, "px",
                 "standard deviation of the Gaussian that blurs"),
     .alias = "radius"},
    {SEG_P_FLOAT(struct params, amount, 1, -100, 100, NULL,
                 "how much of the difference to the blurred image is added")},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("sharp", SEG_ANY_SAMPLE)};

const struct seg_stage filter_unsharp = {
    FILTER_TABLES,
    .id = "filter.unsharp",
    .summary = "sharpen by unsharp masking",
    .detail =
        "Adds to each sample 'amount' times its difference from the image that a Gaussian of "
        "'sigma', cut at four times that, has blurred. Results of 8 and 16 bits are rounded "
        "once, and cut where they leave the range; those in floating point are not cut. 8 bits "
        "are blurred in fixed point where 'amount' is within -2 and 2, as filter.gaussian "
        "does.\n\n"
        "ImageJ's mask weight w is an amount of w / (1 - w), and its radius, as "
        "scikit-image's, is sigma.",
    .reference = "G. Ramponi, A cubic unsharp masking technique for contrast enhancement, Signal "
                 "Processing 67 (2), 1998",
    .version = 1,
    .process = process,
    .reach = reach,
};
