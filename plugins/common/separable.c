/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Separable filters in one pass over the image: a ring holds the rows that were filtered along x
 * and that the next output row still needs. */
#include "separable.h"

#include "border.h"
#include "cpu.h"
#include "sample.h"

#include <math.h>
#include <string.h>

#define BLOCK 32 /* samples whose sums stay in registers */

struct separable {
    struct seg_view in, out;
    int32_t plane, border;
    const float *weights;
    size_t radius, padded; /* padded: a row's width, a multiple of BLOCK */
    float *room;           /* `share` floats for each worker */
    const float **rows;    /* 2 radius + 1 pointers for each worker */
    size_t share;
};

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));

#define LANE(at) (*(const lane *)(const void *)(at))

/* out[x] = sum over k of weights[k] * (rows[r - k][x] + rows[r + k][x]), for `count` samples, a
 * multiple of BLOCK. */
COMMON_INLINE void weigh_body(const float *const *rows, const float *weights, size_t radius,
                              float *out, size_t count)
{
    for (size_t x = 0; x < count; x += BLOCK) {
        const float *low = rows[radius] + x, *high;
        lane a = LANE(low) * weights[0], b = LANE(low + 8) * weights[0];
        lane c = LANE(low + 16) * weights[0], d = LANE(low + 24) * weights[0];
        for (size_t k = 1; k <= radius; k++) {
            low = rows[radius - k] + x;
            high = rows[radius + k] + x;
            a += (LANE(low) + LANE(high)) * weights[k];
            b += (LANE(low + 8) + LANE(high + 8)) * weights[k];
            c += (LANE(low + 16) + LANE(high + 16)) * weights[k];
            d += (LANE(low + 24) + LANE(high + 24)) * weights[k];
        }
        *(lane *)(void *)(out + x) = a;
        *(lane *)(void *)(out + x + 8) = b;
        *(lane *)(void *)(out + x + 16) = c;
        *(lane *)(void *)(out + x + 24) = d;
    }
}

COMMON_AVX2 static void weigh_avx2(const float *const *rows, const float *weights, size_t radius,
                                   float *out, size_t count)
{
    weigh_body(rows, weights, radius, out, count);
}

static void weigh(const struct separable *s, const float *const *rows, float *out)
{
    (common_cpu_avx2() ? weigh_avx2 : weigh_body)(rows, s->weights, s->radius, out, s->padded);
}

/* Row `y`, which may lie outside, filtered along x. `line` has room for the row and its borders. */
static void filter_row(const struct separable *s, int64_t y, float *line, const float **rows,
                       float *out)
{
    int32_t width = s->in.width, radius = (int32_t)s->radius;
    float *middle = line + radius;
    common_floats(&s->in, s->plane, common_border(y, s->in.height, s->border), 0, (size_t)width,
                  middle);
    for (int32_t i = 1; i <= radius; i++) {
        middle[-i] = middle[common_border(-i, width, s->border)];
        middle[width - 1 + i] = middle[common_border((int64_t)width - 1 + i, width, s->border)];
    }
    for (size_t i = 0; i <= 2 * s->radius; i++)
        rows[i] = line + i;
    weigh(s, rows, out);
}

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct separable *s = arg;
    size_t size = 2 * s->radius + 1;
    float *ring = s->room + worker * s->share, *line = ring + size * s->padded;
    float *result = line + s->padded + 2 * s->radius;
    const float **rows = s->rows + worker * size;
    int64_t first = (int64_t)begin - (int64_t)s->radius, next = first;
    for (size_t y = begin; y < end; y++) {
        for (; next <= (int64_t)(y + s->radius); next++)
            filter_row(s, next, line, rows, ring + (size_t)(next - first) % size * s->padded);
        for (size_t i = 0; i < size; i++)
            rows[i] = ring + (y - begin + i) % size * s->padded;
        weigh(s, rows, result);
        common_store(&s->out, s->plane, (int32_t)y, result, (size_t)s->out.width);
    }
    return SEG_OK;
}

int common_separable(const struct common_env *env, const struct seg_view *in,
                     const struct seg_view *out, const float *weights, int32_t radius,
                     int32_t border)
{
    struct separable s = {.in = *in,
                          .out = *out,
                          .border = border,
                          .weights = weights,
                          .radius = (size_t)radius,
                          .padded = ((size_t)in->width + BLOCK - 1) / BLOCK * BLOCK};
    size_t size = 2 * s.radius + 1, workers = env->host->workers(env->call);
    s.share = (size + 2) * s.padded + 2 * s.radius;
    s.share = (s.share + 15) / 16 * 16;
    if (!COMMON_SCRATCH(env, s.room, workers * s.share) ||
        !COMMON_SCRATCH(env, s.rows, workers * size))
        return common_nomem(env);
    memset(s.room, 0, workers * s.share * sizeof *s.room); /* padding is added up, not used */
    size_t grain = common_grain(in->width);
    if (grain < 4 * s.radius) /* every piece filters 2 radius rows for its start alone */
        grain = 4 * s.radius;
    int status = SEG_OK;
    for (s.plane = 0; s.plane < in->planes && !status; s.plane++)
        status = common_parallel(env, (size_t)in->height, grain, filter_rows, &s);
    return status;
}

float *common_gaussian(const struct common_env *env, double sigma, int32_t radius)
{
    float *weights;
    double *exact, sum = 1;
    if (!COMMON_SCRATCH(env, weights, (size_t)radius + 1) ||
        !COMMON_SCRATCH(env, exact, (size_t)radius + 1))
        return NULL;
    exact[0] = 1;
    for (int32_t k = 1; k <= radius; k++) {
        exact[k] = exp(-0.5 * k / sigma * k / sigma);
        sum += 2 * exact[k];
    }
    for (int32_t k = 0; k <= radius; k++)
        weights[k] = (float)(exact[k] / sum);
    return weights;
}
