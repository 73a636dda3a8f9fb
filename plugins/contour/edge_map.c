/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steepness is the length of two derivatives of Gaussians, each of them separable. */
#include "edge_map.h"

#include "common/border.h"
#include "common/sample.h"
#include "common/separable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pass {
    const struct seg_view *from, *to;
    const float *weights; /* of radius neighbours on both sides; the first is the farthest */
    int32_t radius;
    float *lines; /* of each worker: a row and what is beside it */
    size_t length;
};

static int along_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    int32_t width = pass->from->width;
    float *line = pass->lines + worker * pass->length;
    for (size_t y = begin; y < end; y++) {
        const float *from = seg_row(pass->from, 0, (int32_t)y);
        float *restrict to = seg_row(pass->to, 0, (int32_t)y);
        for (int32_t i = -pass->radius; i < width + pass->radius; i++)
            line[i + pass->radius] = from[common_border(i, width, COMMON_NEAREST)];
        memset(to, 0, (size_t)width * sizeof *to);
        for (int32_t k = 0; k <= 2 * pass->radius; k++)
            for (int32_t x = 0; x < width; x++)
                to[x] += pass->weights[k] * line[x + k];
    }
    return SEG_OK;
}

static int along_columns(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    int32_t width = pass->from->width, height = pass->from->height;
    for (size_t y = begin; y < end; y++) {
        float *restrict to = seg_row(pass->to, 0, (int32_t)y);
        memset(to, 0, (size_t)width * sizeof *to);
        for (int32_t k = 0; k <= 2 * pass->radius; k++) {
            int64_t v = (int64_t)y + k - pass->radius;
            const float *from = seg_row(pass->from, 0, common_border(v, height, COMMON_NEAREST));
            for (int32_t x = 0; x < width; x++)
                to[x] += pass->weights[k] * from[x];
        }
    }
    return SEG_OK;
}

/* A Gaussian, or its derivative, as one row of weights. */
static float *kernel(const struct common_env *env, double sigma, int32_t radius, bool derivative)
{
    const float *half = common_gaussian(env, sigma, radius);
    float *weights;
    if (!half || !COMMON_SCRATCH(env, weights, 2 * radius + 1))
        return NULL;
    for (int32_t k = -radius; k <= radius; k++)
        weights[k + radius] =
            derivative ? (float)(k / (sigma * sigma)) * half[abs(k)] : half[abs(k)];
    return weights;
}

/* out = the derivative along columns (or rows) of the plane under a Gaussian. */
static int derive(const struct common_env *env, const struct seg_view *plane, double sigma,
                  bool down, const struct seg_view *between, const struct seg_view *out)
{
    int32_t radius = (int32_t)(4 * sigma + 0.5);
    struct pass pass = {.from = plane, .to = between, .radius = radius};
    size_t height = (size_t)plane->height, grain = common_grain(plane->width);
    pass.length = (size_t)plane->width + 2 * (size_t)radius;
    const float *along = kernel(env, sigma, radius, !down);
    const float *across = kernel(env, sigma, radius, down);
    if (!along || !across ||
        !COMMON_SCRATCH(env, pass.lines, pass.length * env->host->workers(env->call)))
        return common_nomem(env);
    pass.weights = along;
    int status = common_parallel(env, height, grain, along_rows, &pass);
    pass.weights = across;
    pass.from = between;
    pass.to = out;
    return status ? status : common_parallel(env, height, grain, along_columns, &pass);
}

static int read_plane(const struct common_env *env, const struct seg_view *image,
                      struct seg_view *plane)
{
    float scale = image->dtype == SEG_U8 ? 1 / 255.0f : image->dtype == SEG_U16 ? 1 / 65535.0f : 1;
    int status = common_scratch_view(env, image, SEG_F32, plane);
    for (int32_t y = 0; y < image->height && !status; y++) {
        float *row = seg_row(plane, 0, y);
        common_floats(image, 0, y, 0, (size_t)image->width, row);
        for (int32_t x = 0; x < image->width; x++)
            row[x] = fabsf(row[x]) < 1e15f ? row[x] * scale : 0;
    }
    return status;
}

int contour_edge_map(const struct common_env *env, const struct seg_view *image, double alpha,
                     double sigma, struct seg_view *map)
{
    struct seg_view between, down;
    int status = read_plane(env, image, map);
    if (status || !(alpha > 0))
        return status;
    status = common_scratch_view(env, image, SEG_F32, &between);
    if (!status)
        status = common_scratch_view(env, image, SEG_F32, &down);
    if (!status)
        status = derive(env, map, sigma, true, &between, &down);
    if (!status)
        status = derive(env, map, sigma, false, &between, map);
    for (int32_t y = 0; y < map->height && !status; y++) {
        const float *dy = seg_row(&down, 0, y);
        float *row = seg_row(map, 0, y);
        for (int32_t x = 0; x < map->width; x++)
            row[x] = 1 / sqrtf(1 + (float)alpha * sqrtf(row[x] * row[x] + dy[x] * dy[x]));
    }
    return status;
}
