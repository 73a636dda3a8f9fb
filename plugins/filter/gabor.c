/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.gabor: texture of one frequency and direction. */
#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "correlate.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    double frequency, theta, bandwidth, sigma_x, sigma_y, n_stds, offset;
    int32_t part, border;
};

enum { MAGNITUDE, REAL, IMAGINARY };

static const double pi = 3.14159265358979323846;

/* The envelope before it is turned. */
static double sigma_of(const struct params *params, double given)
{
    double ratio = pow(2, params->bandwidth);
    return given > 0 ? given
                     : sqrt(log(2) / 2) / pi * (ratio + 1) / (ratio - 1) / params->frequency;
}

static int32_t reach_of(const struct params *params, bool down)
{
    double turn = params->theta * pi / 180, c = fabs(cos(turn)), s = fabs(sin(turn));
    double x = params->n_stds * sigma_of(params, params->sigma_x);
    double y = params->n_stds * sigma_of(params, params->sigma_y);
    double reach = down ? fmax(y * c, x * s) : fmax(x * c, y * s);
    return (int32_t)ceil(fmin(fmax(reach, 1), 1e6));
}

/* A convolution kernel, turned round for the correlation. */
static int make_kernel(const struct common_env *env, const struct params *params, bool imaginary,
                       struct filter_kernel *kernel)
{
    *kernel = (struct filter_kernel){NULL, reach_of(params, false), reach_of(params, true)};
    size_t across = 2 * (size_t)kernel->x + 1, down = 2 * (size_t)kernel->y + 1;
    if (across > 4096 || down > 4096)
        return env->host->fail(env->call, SEG_STAGE,
                               "the kernel is %zu x %zu pixels; at most 4096 fit, so raise "
                               "'frequency' or lower the sigmas",
                               across, down);
    if (!COMMON_SCRATCH(env, kernel->weights, across * down))
        return common_nomem(env);
    double turn = params->theta * pi / 180, c = cos(turn), s = sin(turn);
    double sigma_x = sigma_of(params, params->sigma_x), sigma_y = sigma_of(params, params->sigma_y);
    float *to = kernel->weights;
    for (int32_t y = kernel->y; y >= -kernel->y; y--)
        for (int32_t x = kernel->x; x >= -kernel->x; x--) {
            double u = x * c + y * s, v = y * c - x * s;
            double phase = 2 * pi * params->frequency * u + params->offset * pi / 180;
            double weight = exp(-0.5 * (u * u / (sigma_x * sigma_x) + v * v / (sigma_y * sigma_y)));
            weight *= (imaginary ? sin(phase) : cos(phase)) / (2 * pi * sigma_x * sigma_y);
            *to++ = (float)weight;
        }
    return SEG_OK;
}

struct join {
    struct seg_view real, imaginary; /* one plane; `real` becomes the length of both */
};

static int join_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct join *join = arg;
    for (size_t y = begin; y < end; y++) {
        float *a = seg_row(&join->real, 0, (int32_t)y);
        const float *b = seg_row(&join->imaginary, 0, (int32_t)y);
        for (int32_t x = 0; x < join->real.width; x++)
            a[x] = sqrtf(a[x] * a[x] + b[x] * b[x]);
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct filter_kernel kernels[2];
    struct seg_view in, out, spare;
    bool both = params->part == MAGNITUDE;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = make_kernel(&env, params, params->part == IMAGINARY, &kernels[0]);
    if (!status && both)
        status = make_kernel(&env, params, true, &kernels[1]);
    if (!status && both)
        status = common_scratch_view(&env, &in, SEG_F32, &spare);
    for (int32_t plane = 0; plane < in.planes && !status; plane++) {
        struct join join = {out, spare};
        join.real.data = seg_row(&out, plane, 0);
        status = filter_correlate(&env, &in, plane, &kernels[0], params->border, &join.real);
        if (!status && both)
            status = filter_correlate(&env, &in, plane, &kernels[1], params->border, &spare);
        if (!status && both)
            status =
                common_parallel(&env, (size_t)in.height, common_grain(in.width), join_rows, &join);
    }
    return status;
}

static int32_t reach(const void *params)
{
    int32_t across = reach_of(params, false), down = reach_of(params, true);
    return across > down ? across : down;
}

static const struct seg_choice parts[] = {
    [MAGNITUDE] = {"magnitude", "the length of both: how much of that texture there is"},
    [REAL] = {"real", "the even part, by the cosine"},
    [IMAGINARY] = {"imaginary", "the odd part, by the sine"},
};

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, frequency, 0.1, 0.001, 1, "1/px", "waves a pixel")},
    {SEG_P_FLOAT(struct params, theta, 0, -360, 360, "degree",
                 "direction in which waves follow each other; 0: along x, 90: along y")},
    {SEG_P_FLOAT(struct params, bandwidth, 1, 0.01, 10, "octave",
                 "range of frequencies that pass, where no sigma is given")},
    {SEG_P_FLOAT(struct params, sigma_x, 0, 0, 1000, "px",
                 "standard deviation along the direction; 0: by 'bandwidth'")},
    {SEG_P_FLOAT(struct params, sigma_y, 0, 0, 1000, "px",
                 "standard deviation across it; 0: by 'bandwidth'")},
    {SEG_P_FLOAT(struct params, n_stds, 3, 1, 10, NULL,
                 "the kernel ends at so many standard deviations"),
     .alias = "truncate"},
    {SEG_P_FLOAT(struct params, offset, 0, -360, 360, "degree", "phase of the wave")},
    {SEG_P_CHOICE(struct params, part, MAGNITUDE, parts, "which response")},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {
    {.name = "response",
     .summary = "in units of the image",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32)},
};

const struct seg_stage filter_gabor = {
    FILTER_TABLES,
    .id = "filter.gabor",
    .summary = "find texture of one frequency and direction",
    .detail = "Convolves with a wave under a Gaussian, as scikit-image's gabor does; angles are in "
              "degrees here and radians there, and integers give fractions here. Stages with other "
              "frequencies and directions make a bank of features. The mean of the image shows in "
              "the real part.\n\n"
              "Each plane is treated by itself. Time grows with the area of the kernel.",
    .reference = "J. G. Daugman, Uncertainty relation for resolution in space, spatial frequency, "
                 "and orientation optimized by two-dimensional visual cortical filters, Journal of "
                 "the Optical Society of America A 2 (7), 1985",
    .version = 1,
    .process = process,
    .reach = reach,
};
