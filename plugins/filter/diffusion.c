/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.diffusion: Perona and Malik's anisotropic diffusion. */
#include "common/fast_math.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t iterations;
    double kappa, step;
    int32_t conductance;
};

enum { EXPONENTIAL, QUADRATIC };

struct diffusion {
    struct seg_view from, to; /* f32, one plane */
    bool quadratic;
    float slope; /* of the exponent, or of the square, over the square difference */
    float step;
};

/* What flows along a difference. */
COMMON_INLINE float flow(float d, float slope, bool quadratic)
{
    return quadratic ? d / (1.0F + d * d * slope) : d * fast_exp2(-(d * d * slope));
}

COMMON_INLINE void step_row(const struct diffusion *f, const float *restrict up,
                            const float *restrict row, const float *restrict down,
                            float *restrict to, bool quadratic)
{
    const int32_t last = f->from.width - 1;
    const float slope = f->slope;
    for (int32_t x = 0; x <= last; x++)
        to[x] = flow(up[x] - row[x], slope, quadratic) + flow(down[x] - row[x], slope, quadratic);
    for (int32_t x = 1; x < last; x++)
        to[x] += flow(row[x - 1] - row[x], slope, quadratic) +
                 flow(row[x + 1] - row[x], slope, quadratic);
    if (last > 0) {
        to[0] += flow(row[1] - row[0], slope, quadratic);
        to[last] += flow(row[last - 1] - row[last], slope, quadratic);
    }
    for (int32_t x = 0; x <= last; x++)
        to[x] = row[x] + f->step * to[x];
}

COMMON_INLINE void step_body(const struct diffusion *f, int32_t y)
{
    const int32_t above = y > 0 ? y - 1 : y, below = y + 1 < f->from.height ? y + 1 : y;
    const float *up = seg_row(&f->from, 0, above), *row = seg_row(&f->from, 0, y);
    const float *down = seg_row(&f->from, 0, below);
    float *to = seg_row(&f->to, 0, y);
    if (f->quadratic)
        step_row(f, up, row, down, to, true);
    else
        step_row(f, up, row, down, to, false);
}

COMMON_AVX2 static void step_avx2(const struct diffusion *f, int32_t y)
{
    step_body(f, y);
}

static int step_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct diffusion *f = arg;
    for (size_t y = begin; y < end; y++)
        (common_cpu_avx2() ? step_avx2 : step_body)(f, (int32_t)y);
    return SEG_OK;
}

/* Diffuses a plane out of `in` into `out` by turns between two rasters. */
static int diffuse(const struct common_env *env, struct diffusion *f, const struct params *params,
                   const struct seg_view *in, struct seg_view *out, const struct seg_view turns[2],
                   int32_t plane)
{
    int status = common_float_plane(env, in, plane, &f->from);
    for (int32_t i = 0; i < params->iterations && !status; i++) {
        f->to = turns[i % 2];
        status = common_parallel(env, (size_t)in->height, common_grain(in->width), step_rows, f);
        f->from = f->to;
        if (!status)
            status = env->host->progress(env->call,
                                         (plane + (i + 1.0) / params->iterations) / in->planes);
    }
    for (int32_t y = 0; y < in->height && !status; y++)
        common_store(out, plane, y, seg_row(&f->from, 0, y), (size_t)in->width);
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out, turns[2];
    int status = common_open(&env, &in, &out);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &turns[0]);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &turns[1]);
    const double kappa = (double)filter_tenth(params->kappa, in.dtype);
    struct diffusion f = {.quadratic = params->conductance == QUADRATIC,
                          .step = (float)params->step};
    f.slope = (float)fmin((f.quadratic ? 1 : FAST_LOG2E) / (kappa * kappa), 1e30);
    for (int32_t plane = 0; plane < in.planes && !status; plane++)
        status = diffuse(&env, &f, params, &in, &out, turns, plane);
    return status;
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->iterations;
}

static const struct seg_choice conductances[] = {
    [EXPONENTIAL] = {"exponential", "exp(-(d / kappa)^2): sharp edges before wide areas"},
    [QUADRATIC] = {"quadratic", "1 / (1 + (d / kappa)^2): wide areas before small ones"},
};

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, iterations, 5, 0, 10000, NULL, "how many steps")},
    {SEG_P_FLOAT(struct params, kappa, 0, 0, 1e15, NULL,
                 "difference of neighbours that counts as an edge" FILTER_TENTH)},
    {SEG_P_FLOAT(struct params, step, 0.125, 0, 0.25, NULL, "length of a step in time")},
    {SEG_P_CHOICE(struct params, conductance, EXPONENTIAL, conductances,
                  "how much flows over a difference d")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("smooth", SEG_ANY_SAMPLE)};

const struct seg_stage filter_diffusion = {
    FILTER_TABLES,
    .id = "filter.diffusion",
    .summary = "smooth within regions rather than across edges (Perona and Malik)",
    .detail =
        "Lets the samples, like heat, even out between neighbours that share an edge, the less the "
        "more they differ, in explicit steps; a 'step' above a quarter would not be stable. "
        "Nothing "
        "flows over the border. Planes are taken one by one; sums are in single precision, and "
        "rounded at the end.\n\n"
        "Smoothing without edges for that many steps would have a standard deviation of "
        "sqrt(2 * iterations * step) pixels. Each step spreads NaN and infinities by one pixel.",
    .reference = "P. Perona, J. Malik, Scale-space and edge detection using anisotropic diffusion, "
                 "IEEE Transactions on Pattern Analysis and Machine Intelligence 12 (7), 1990",
    .version = 1,
    .process = process,
    .reach = reach,
};
