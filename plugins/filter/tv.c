/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.tv: total-variation denoising. */
#include "common/cpu.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    double weight, eps;
    int32_t max_iterations;
};

/* The dual variable p has a component along x and one along y for each pixel; the result is the
 * image less its divergence. */
struct tv {
    struct seg_view image, right, down, result; /* f32, one plane */
    float weight;
    double *energy; /* of each row */
    float *room;    /* a row for each worker */
};

/* result = image + d, d = p's own samples taken and those of the neighbours before given. */
COMMON_INLINE double diverge_body(const struct tv *tv, int32_t y, float *restrict square)
{
    const int32_t width = tv->image.width;
    const float *restrict image = seg_row(&tv->image, 0, y);
    const float *restrict right = seg_row(&tv->right, 0, y);
    const float *restrict down = seg_row(&tv->down, 0, y);
    const float *restrict above = seg_row(&tv->down, 0, y ? y - 1 : 0);
    float *restrict result = seg_row(&tv->result, 0, y);
    const float share = y ? 1 : 0;
    for (int32_t x = 0; x < width; x++)
        square[x] = share * above[x] - right[x] - down[x];
    for (int32_t x = 1; x < width; x++)
        square[x] += right[x - 1];
    for (int32_t x = 0; x < width; x++) {
        result[x] = image[x] + square[x];
        square[x] *= square[x];
    }
    double sum = 0;
    for (int32_t x = 0; x < width; x++)
        sum += (double)square[x];
    return sum;
}

COMMON_AVX2 static double diverge_avx2(const struct tv *tv, int32_t y, float *square)
{
    return diverge_body(tv, y, square);
}

/* Moves p along the gradient of the result and keeps it short. */
COMMON_INLINE double climb_body(const struct tv *tv, int32_t y, float *restrict norm)
{
    const int32_t width = tv->image.width;
    const float *row = seg_row(&tv->result, 0, y);
    const float *below = seg_row(&tv->result, 0, y + 1 < tv->image.height ? y + 1 : y);
    float *restrict right = seg_row(&tv->right, 0, y), *restrict down = seg_row(&tv->down, 0, y);
    const float tau = 0.25F, rate = tau / tv->weight;
    for (int32_t x = 0; x < width; x++) {
        const float gx = x + 1 < width ? row[x + 1] - row[x] : 0, gy = below[x] - row[x];
        norm[x] = sqrtf(gx * gx + gy * gy);
        const float shrink = 1 / (1 + norm[x] * rate);
        right[x] = (right[x] - tau * gx) * shrink;
        down[x] = (down[x] - tau * gy) * shrink;
    }
    double sum = 0;
    for (int32_t x = 0; x < width; x++)
        sum += (double)norm[x];
    return sum;
}

COMMON_AVX2 static double climb_avx2(const struct tv *tv, int32_t y, float *norm)
{
    return climb_body(tv, y, norm);
}

static int diverge_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tv *tv = arg;
    float *room = tv->room + worker * (size_t)tv->image.width;
    for (size_t y = begin; y < end; y++)
        tv->energy[y] = (common_cpu_avx2() ? diverge_avx2 : diverge_body)(tv, (int32_t)y, room);
    return SEG_OK;
}

static int climb_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct tv *tv = arg;
    float *room = tv->room + worker * (size_t)tv->image.width;
    for (size_t y = begin; y < end; y++)
        tv->energy[y] += (double)tv->weight *
                         (common_cpu_avx2() ? climb_avx2 : climb_body)(tv, (int32_t)y, room);
    return SEG_OK;
}

static double total(const double *energy, int32_t count)
{
    double sum = 0;
    for (int32_t y = 0; y < count; y++)
        sum += energy[y];
    return sum;
}

/* Until the energy falls by less than eps times its first value. */
static int descend(const struct common_env *env, struct tv *tv, const struct params *params)
{
    const size_t height = (size_t)tv->image.height, grain = common_grain(tv->image.width);
    double first = 0, before = 0;
    for (int32_t y = 0; y < tv->image.height; y++) {
        memset(seg_row(&tv->right, 0, y), 0, (size_t)tv->image.width * sizeof(float));
        memset(seg_row(&tv->down, 0, y), 0, (size_t)tv->image.width * sizeof(float));
    }
    for (int32_t i = 0; i < params->max_iterations; i++) {
        int status = common_parallel(env, height, grain, diverge_rows, tv);
        if (!status)
            status = common_parallel(env, height, grain, climb_rows, tv);
        if (!status)
            status = env->host->progress(env->call, -1);
        if (status)
            return status;
        const double energy = total(tv->energy, tv->image.height);
        if (i && fabs(before - energy) <= params->eps * first)
            break;
        first = i ? first : energy;
        before = energy;
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    struct tv tv = {0};
    int status = common_open(&env, &in, &out);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &tv.right);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &tv.down);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &tv.result);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, tv.energy, in.height) ||
        !(tv.room = host->scratch(call, host->workers(call), (size_t)in.width * sizeof *tv.room)))
        return common_nomem(&env);
    tv.weight = filter_tenth(params->weight, in.dtype);
    for (int32_t plane = 0; plane < in.planes && !status; plane++) {
        status = common_float_plane(&env, &in, plane, &tv.image);
        if (!status)
            status = descend(&env, &tv, params);
        for (int32_t y = 0; y < in.height && !status; y++)
            common_store(&out, plane, y, seg_row(&tv.result, 0, y), (size_t)in.width);
    }
    return status;
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, weight, 0, 0, 1e15, NULL,
                 "how much variation counts against nearness to the image" FILTER_TENTH)},
    {SEG_P_FLOAT(struct params, eps, 0.0002, 0, 1, NULL,
                 "ends when the energy falls by less than so much of its first value")},
    {SEG_P_INT(struct params, max_iterations, 200, 1, 100000, NULL, "ends after so many steps"),
     .alias = "max_num_iter"},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("smooth", SEG_ANY_SAMPLE)};

const struct seg_stage filter_tv = {
    FILTER_TABLES,
    .id = "filter.tv",
    .summary = "remove noise and texture by total variation",
    .detail =
        "Looks for the image that is near to the given one and has little total variation: the sum "
        "of the lengths of its gradients, times 'weight', is weighed against half of the square "
        "differences. Flat areas with sharp edges come out. Planes are taken one by one, each "
        "until "
        "it has converged.\n\n"
        "Steps and the criterion to end are those of scikit-image's denoise_tv_chambolle; "
        "'weight' is in units of the samples, for 8 bits its value times 255.",
    .reference = "A. Chambolle, An algorithm for total variation minimization and applications, "
                 "Journal of Mathematical Imaging and Vision 20, 2004",
    .version = 1,
    .process = process,
};
