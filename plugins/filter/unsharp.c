/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.unsharp: unsharp masking. */
#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "common/separable.h"
#include "stages.h"
#include "table.h"

struct params {
    double sigma, amount;
    int32_t border;
};

struct unsharp {
    struct seg_view in, out, blurred; /* blurred: f32, one plane */
    int32_t plane;
    float amount;
    float *room; /* a row for each worker */
};

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

static int sharpen_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct unsharp *u = arg;
    const size_t width = (size_t)u->in.width;
    float *row = u->room + worker * width;
    for (size_t y = begin; y < end; y++) {
        common_floats(&u->in, u->plane, (int32_t)y, 0, width, row);
        (common_cpu_avx2() ? sharpen_avx2 : sharpen_body)(row, seg_row(&u->blurred, 0, (int32_t)y),
                                                          u->amount, width);
        common_store(&u->out, u->plane, (int32_t)y, row, width);
    }
    return SEG_OK;
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
    if (!status)
        status = common_scratch_view(&env, &u.in, SEG_F32, &u.blurred);
    if (status)
        return status;
    const int32_t radius = radius_of(params);
    const float *weights = common_gaussian(&env, params->sigma, radius);
    u.room = host->scratch(call, host->workers(call), (size_t)u.in.width * sizeof *u.room);
    if (!weights || !u.room)
        return common_nomem(&env);
    struct seg_view one = u.in;
    one.planes = 1;
    for (; u.plane < u.in.planes && !status; u.plane++) {
        one.data = seg_row(&u.in, u.plane, 0);
        status = common_separable(&env, &one, &u.blurred, weights, radius, params->border);
        if (!status)
            status = common_parallel(&env, (size_t)u.in.height, common_grain(u.in.width),
                                     sharpen_rows, &u);
    }
    return status;
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
    .detail = "Adds to each sample 'amount' times its difference from the image that a Gaussian of "
              "'sigma', cut at four times that, has blurred. Results of 8 and 16 bits are rounded "
              "once, and cut where they leave the range; those in floating point are not cut.\n\n"
              "ImageJ's mask weight w is an amount of w / (1 - w), and its radius, as "
              "scikit-image's, is sigma.",
    .reference = "G. Ramponi, A cubic unsharp masking technique for contrast enhancement, Signal "
                 "Processing 67 (2), 1998",
    .version = 1,
    .process = process,
    .reach = reach,
};
