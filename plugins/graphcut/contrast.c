/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contrast-sensitive smoothness: Y. Boykov, M.-P. Jolly, "Interactive graph cuts for optimal
 * boundary and region segmentation of objects in N-D images", ICCV 2001; the normalisation of C.
 * Rother, V. Kolmogorov, A. Blake, "GrabCut", ACM SIGGRAPH 2004. */
#include "contrast.h"
#include "common/fast_math.h"

#include <math.h>
#include <string.h>

static int finite_range(const struct common_env *env, const float *plane, size_t count,
                        float range[2])
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(plane[i]))
            return env->host->fail(env->call, SEG_STAGE,
                                   "the image has samples that are not finite numbers");
        range[0] = plane[i] < range[0] ? plane[i] : range[0];
        range[1] = plane[i] > range[1] ? plane[i] : range[1];
    }
    return SEG_OK;
}

int contrast_planes(const struct common_env *env, const struct seg_view *image, float ***planes)
{
    size_t count = common_pixels(image);
    float **list, range[2] = {HUGE_VALF, -HUGE_VALF}, from = 0, factor = 1;
    int status = COMMON_SCRATCH(env, list, image->planes) ? SEG_OK : common_nomem(env);
    for (int32_t i = 0; i < image->planes && !status; i++) {
        status = cut_plane(env, image, i, &list[i]);
        if (!status && image->dtype == SEG_F32)
            status = finite_range(env, list[i], count, range);
    }
    if (status)
        return status;
    if (image->dtype == SEG_U16) {
        factor = 1.0f / 257;
    } else if (image->dtype == SEG_F32) {
        from = range[0];
        factor = range[1] > range[0] ? 255 / (range[1] - range[0]) : 1;
    }
    for (int32_t i = 0; i < image->planes && image->dtype != SEG_U8; i++)
        for (size_t p = 0; p < count; p++)
            list[i][p] = (list[i][p] - from) * factor;
    *planes = list;
    return SEG_OK;
}

struct contrast {
    const struct graphcut_grid *grid;
    float *const *planes;
    int32_t count;
    float **weights; /* first the squared differences */
    double *sums;    /* [row] */
    float factor[GRAPHCUT_MAX_DIRECTIONS / 2], slope;
    double scale;
};

/* Squared differences of a row; pixels without a neighbour have 0. */
static int measure(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct contrast *c = arg;
    size_t width = (size_t)c->grid->width;
    (void)worker;
    for (size_t row = begin; row < end; row++) {
        c->sums[row] = 0;
        for (uint32_t k = 0; k < c->grid->directions; k += 2) {
            float *restrict out = c->weights[k / 2] + row * width;
            int32_t from, to;
            double sum = 0;
            cut_range(c->grid, (int32_t)row, k, &from, &to);
            memset(out, 0, width * sizeof *out);
            for (int32_t i = 0; i < c->count; i++) {
                const float *a = c->planes[i] + row * width, *b = a + c->grid->offset[k];
                for (int32_t x = from; x < to; x++)
                    out[x] += (a[x] - b[x]) * (a[x] - b[x]);
            }
            for (int32_t x = from; x < to; x++)
                sum += (double)out[x];
            c->sums[row] += sum;
        }
    }
    return SEG_OK;
}

COMMON_INLINE void weigh_row(float *restrict row, size_t width, float slope, float factor)
{
    for (size_t x = 0; x < width; x++)
        row[x] = factor * fast_exp(slope * row[x]);
}

COMMON_AVX2 static void weigh_row_avx2(float *row, size_t width, float slope, float factor)
{
    weigh_row(row, width, slope, factor);
}

static int weigh(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct contrast *c = arg;
    size_t width = (size_t)c->grid->width;
    (void)worker;
    for (size_t row = begin; row < end; row++)
        for (uint32_t k = 0; k < c->grid->directions / 2; k++)
            if (common_cpu_avx2())
                weigh_row_avx2(c->weights[k] + row * width, width, c->slope, c->factor[k]);
            else
                weigh_row(c->weights[k] + row * width, width, c->slope, c->factor[k]);
    return SEG_OK;
}

int contrast_weights(const struct common_env *env, const struct graphcut_grid *grid,
                     float *const *planes, int32_t count, double smoothness, double contrast,
                     float ***weights)
{
    size_t rows = (size_t)grid->height * (size_t)grid->depth, pairs = 0;
    size_t grain = common_grain(grid->width);
    struct contrast c = {.grid = grid, .planes = planes, .count = count};
    double sum = 0;
    if (!COMMON_SCRATCH(env, c.weights, grid->directions / 2) || !COMMON_SCRATCH(env, c.sums, rows))
        return common_nomem(env);
    for (uint32_t k = 0; k < grid->directions / 2; k++) {
        if (!COMMON_SCRATCH(env, c.weights[k], grid->count))
            return common_nomem(env);
        c.factor[k] = (float)(smoothness / cut_distance(grid, 2 * k));
    }
    int status = common_parallel(env, rows, grain, measure, &c);
    for (size_t row = 0; row < rows && !status; row++) {
        sum += c.sums[row];
        for (uint32_t k = 0; k < grid->directions; k += 2) {
            int32_t from, to;
            cut_range(grid, (int32_t)row, k, &from, &to);
            pairs += (size_t)(to - from);
        }
    }
    c.slope = sum > 0 ? (float)(-contrast * (double)pairs / (2 * sum)) : 0;
    *weights = c.weights;
    return status ? status : common_parallel(env, rows, grain, weigh, &c);
}

/* Arcs that leave the pixels of a row; those that come back take the same weight at its other end.
 */
static int set_arcs(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct contrast *c = arg;
    const struct graphcut_grid *grid = c->grid;
    size_t width = (size_t)grid->width;
    float scale = (float)c->scale;
    (void)worker;
    for (size_t row = begin; row < end; row++) {
        int32_t *arcs = grid->arcs + row * width * grid->directions;
        memset(arcs, 0, width * grid->directions * sizeof *arcs);
        for (uint32_t k = 0; k < grid->directions; k++) {
            const float *weight = c->weights[k / 2] + row * width;
            int32_t from, to;
            if (k & 1)
                weight += grid->offset[k];
            cut_range(grid, (int32_t)row, k, &from, &to);
            for (int32_t x = from; x < to; x++)
                arcs[(size_t)x * grid->directions + k] = (int32_t)(weight[x] * scale + 0.5f);
        }
    }
    return SEG_OK;
}

int contrast_arcs(const struct common_env *env, struct graphcut_grid *grid, float *const *weights,
                  double scale)
{
    struct contrast c = {.grid = grid, .weights = (float **)(uintptr_t)weights, .scale = scale};
    return common_parallel(env, (size_t)grid->height * (size_t)grid->depth,
                           common_grain(grid->width), set_arcs, &c);
}
