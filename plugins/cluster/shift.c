/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* D. Comaniciu, P. Meer, Mean shift: a robust approach toward feature space analysis, IEEE
 * Transactions on Pattern Analysis and Machine Intelligence 24 (5), 2002, with a flat kernel: a
 * disk in place and a ball in colour. */
#include "shift.h"

#include "means.h"

#include "common/cpu.h"

#include <math.h>
#include <string.h>

/* Eight floats, wherever they lie, and what is true of them: 0 or -1. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t flags __attribute__((vector_size(32), aligned(4), may_alias));

enum { LANES = 8 };

struct shift {
    const struct common_features *in, *modes;
    const struct cluster_shift *params;
};

/* A point in the space, or a sum of such. */
struct point {
    float x, y, color[CLUSTER_CHANNELS];
};

/* Sums of pixels, eight at a time; columns are less that of the window's first. */
struct sums {
    lane x, y, color[CLUSTER_CHANNELS]; /* y is less the point's */
    flags count;                        /* less than 0 */
};

/* Adds the pixels of a row from column `x` to `end` whose colours are near the point's. */
COMMON_INLINE void add_row(const struct shift *s, const struct point *at, int32_t x, int32_t end,
                           int32_t y, int32_t first, int32_t channels, struct sums *sums)
{
    const lane dy = (lane){0} + ((float)y - at->y);
    const flags order = {0, 1, 2, 3, 4, 5, 6, 7};
    const float near = (float)(s->params->ranger * s->params->ranger);
    const float *row = s->in->data + (size_t)y * (size_t)s->in->width;
    for (; x < end; x += LANES) {
        lane color[CLUSTER_CHANNELS], sum = {0};
        for (int32_t k = 0; k < channels; k++) {
            color[k] = *(const lane *)(const void *)(row + (size_t)k * s->in->stride + x);
            lane d = color[k] - at->color[k];
            sum += d * d;
        }
        flags inside = (sum <= near) & (order < end - x);
        flags column = order + (x - first);
        sums->count += inside;
        sums->x += (lane)((flags) __builtin_convertvector(column, lane) & inside);
        sums->y += (lane)((flags)dy & inside);
        for (int32_t k = 0; k < channels; k++)
            sums->color[k] += (lane)((flags)color[k] & inside);
    }
}

COMMON_INLINE float add_lanes(lane v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* Moves a point to the mean of the pixels around; returns by how much, squared. */
COMMON_INLINE float move(const struct shift *s, struct point *at, int32_t channels)
{
    const float radius = (float)s->params->spatialr;
    const float top = at->y - radius, bottom = at->y + radius, left = at->x - radius;
    int32_t y = top > 0 ? (int32_t)ceilf(top) : 0, first = left > 0 ? (int32_t)left : 0;
    int32_t last = bottom < (float)s->in->height ? (int32_t)bottom : s->in->height - 1;
    struct sums sums;
    memset(&sums, 0, sizeof sums);
    for (; y <= last && y < s->in->height; y++) {
        float dy = (float)y - at->y, reach = radius * radius - dy * dy;
        reach = reach > 0 ? sqrtf(reach) : 0;
        float from = at->x - reach, to = at->x + reach;
        int32_t begin = from > 0 ? (int32_t)ceilf(from) : 0;
        int32_t end = to < (float)(s->in->width - 1) ? (int32_t)to + 1 : s->in->width;
        add_row(s, at, begin, end, y, first, channels, &sums);
    }
    const flags n = sums.count;
    const float count = -(float)(n[0] + n[1] + n[2] + n[3] + n[4] + n[5] + n[6] + n[7]);
    if (!(count > 0)) /* the point's own colour was left behind */
        return 0;
    float x = (float)first + add_lanes(sums.x) / count, dx = x - at->x,
          dy = add_lanes(sums.y) / count;
    float moved = dx * dx + dy * dy;
    at->x = x;
    at->y += dy;
    for (int32_t k = 0; k < channels; k++) {
        float mean = add_lanes(sums.color[k]) / count, d = mean - at->color[k];
        moved += d * d;
        at->color[k] = mean;
    }
    return moved;
}

COMMON_INLINE void climb(const struct shift *s, int32_t x, int32_t y, int32_t channels)
{
    const size_t i = (size_t)y * (size_t)s->in->width + (size_t)x;
    const float enough = (float)(s->params->threshold * s->params->threshold);
    struct point at = {.x = (float)x, .y = (float)y};
    for (int32_t k = 0; k < channels; k++)
        at.color[k] = s->in->data[(size_t)k * s->in->stride + i];
    for (int32_t round = 0; round < s->params->maxiter; round++)
        if (move(s, &at, channels) <= enough)
            break;
    float *mode = s->modes->data + i;
    for (int32_t k = 0; k < channels; k++, mode += s->modes->stride)
        *mode = at.color[k];
    mode[0] = at.x;
    mode[s->modes->stride] = at.y;
}

COMMON_INLINE void climb_row(const struct shift *s, int32_t y)
{
    for (int32_t x = 0; x < s->in->width; x++)
        if (s->in->channels == 3)
            climb(s, x, y, 3);
        else if (s->in->channels == 1)
            climb(s, x, y, 1);
        else
            climb(s, x, y, s->in->channels);
}

COMMON_AVX2 static void climb_row_avx2(const struct shift *s, int32_t y)
{
    climb_row(s, y);
}

static int climb_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    for (size_t y = begin; y < end; y++)
        if (common_cpu_avx2())
            climb_row_avx2(arg, (int32_t)y);
        else
            climb_row(arg, (int32_t)y);
    return SEG_OK;
}

int cluster_shift(const struct common_env *env, const struct common_features *features,
                  const struct cluster_shift *params, struct common_features *modes)
{
    const struct shift shift = {features, modes, params};
    *modes = *features;
    size_t planes = (size_t)features->channels + 2;
    modes->data = env->host->scratch(env->call, features->stride, planes * sizeof(float));
    if (!modes->data)
        return common_nomem(env);
    return common_parallel(env, (size_t)features->height, 1, climb_rows, (void *)(uintptr_t)&shift);
}
