/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* He, Sun and Tang, Guided image filtering, IEEE Transactions on Pattern Analysis and Machine
 * Intelligence 35 (6), 2013: in each window the plane is put as a linear function of the guide, and
 * a pixel takes the mean of the functions of all windows that it lies in. */
#include "guided.h"

#include "box.h"
#include "cpu.h"
#include "sample.h"

#include <math.h>
#include <string.h>

struct guided {
    struct seg_view guide, in, out;
    unsigned colours; /* planes of the guide */
    float scale;      /* of the guide's samples, to 0..1 */
    float epsilon;
    float *lines; /* a factor for each colour, and a constant: rasters */
    float *room;  /* rows of the guide, for each worker */
};

COMMON_INLINE void bound_body(float *restrict row, float scale, size_t count)
{
    for (size_t x = 0; x < count; x++)
        row[x] = fabsf(row[x]) < 1e15F ? row[x] * scale : 0;
}

COMMON_AVX2 static void bound_avx2(float *row, float scale, size_t count)
{
    bound_body(row, scale, count);
}

static void read_row(const struct seg_view *view, int32_t plane, int32_t y, float scale, float *row)
{
    const size_t width = (size_t)view->width;
    common_floats(view, plane, y, 0, width, row);
    (common_cpu_avx2() ? bound_avx2 : bound_body)(row, scale, width);
}

COMMON_INLINE void multiply_body(const float *restrict a, const float *restrict b,
                                 float *restrict to, size_t count)
{
    for (size_t x = 0; x < count; x++)
        to[x] = a[x] * b[x];
}

COMMON_AVX2 static void multiply_avx2(const float *a, const float *b, float *to, size_t count)
{
    multiply_body(a, b, to, count);
}

/* The images whose means are wanted: guide, input, guide * input, guide * guide. */
static void make_moments(const void *arg, int32_t y, const float **rows, float *const *room)
{
    const struct guided *g = arg;
    const size_t width = (size_t)g->in.width;
    const unsigned n = g->colours;
    void (*const multiply)(const float *, const float *, float *, size_t) =
        common_cpu_avx2() ? multiply_avx2 : multiply_body;
    unsigned k = 2 * n + 1;
    (void)rows;
    read_row(&g->in, 0, y, 1, room[n]);
    for (unsigned i = 0; i < n; i++) {
        read_row(&g->guide, (int32_t)i, y, g->scale, room[i]);
        multiply(room[i], room[n], room[n + 1 + i], width);
        for (unsigned j = 0; j <= i; j++)
            multiply(room[i], room[j], room[k++], width);
    }
}

static unsigned moment_count(unsigned colours)
{
    return 2 * colours + 1 + colours * (colours + 1) / 2;
}

/* Eight floats and what is true of them, 0 or -1. Compilers make no vectors of the small matrices
 * by themselves. */
typedef float lane __attribute__((vector_size(32)));
typedef int32_t flags __attribute__((vector_size(32)));

enum { LANES = 8, MOMENTS = 2 * COMMON_GUIDES + 1 + COMMON_GUIDES * (COMMON_GUIDES + 1) / 2 };

/* The larger of both; `least` where `value` is NaN. */
#define AT_LEAST(value, least)                                                                     \
    (lane)(((flags)(value) & ((value) > (least))) | ((flags)(least) & ~((value) > (least))))

/* Solves (covariance + epsilon) a = covariance with the input for eight pixels, by decomposing the
 * left side into L D L^T; `lines` are a and a constant. */
COMMON_INLINE void fit_lanes(unsigned n, float epsilon, const lane *means, lane *lines)
{
    const lane *products = means + 2 * n + 1;
    const lane zero = {0}, least = zero + epsilon;
    lane low[COMMON_GUIDES][COMMON_GUIDES], constant = means[n];
    for (unsigned i = 0, k = 0; i < n; i++) {
        lines[i] = means[n + 1 + i] - means[i] * means[n];
        for (unsigned j = 0; j <= i; j++, k++) {
            lane sum = products[k] - means[i] * means[j];
            if (i == j)
                sum = AT_LEAST(sum, zero) + epsilon;
            for (unsigned m = 0; m < j; m++)
                sum -= low[i][m] * low[j][m] * low[m][m];
            low[i][j] = i != j ? sum / low[j][j] : AT_LEAST(sum, least);
            if (i != j)
                lines[i] -= low[i][j] * lines[j];
        }
    }
    for (unsigned i = n; i-- > 0;) {
        lines[i] /= low[i][i];
        for (unsigned j = i + 1; j < n; j++)
            lines[i] -= low[j][i] * lines[j];
        constant -= lines[i] * means[i];
    }
    lines[n] = constant;
}

/* `count` pixels from column `x` on, eight at most. */
COMMON_INLINE void fit_some(unsigned n, float epsilon, size_t x, size_t count,
                            const float *const *means, float *const *lines)
{
    const unsigned moments = 2 * n + 1 + n * (n + 1) / 2;
    lane from[MOMENTS], to[COMMON_GUIDES + 1];
    for (unsigned k = 0; k < moments; k++) {
        if (count < LANES)
            from[k] = (lane){0};
        memcpy(&from[k], means[k] + x, count * sizeof(float));
    }
    fit_lanes(n, epsilon, from, to);
    for (unsigned k = 0; k <= n; k++)
        memcpy(lines[k] + x, &to[k], count * sizeof(float));
}

COMMON_INLINE void fit_colours(unsigned n, float epsilon, size_t width, const float *const *means,
                               float *const *lines)
{
    size_t x = 0;
    for (; x + LANES <= width; x += LANES)
        fit_some(n, epsilon, x, LANES, means, lines);
    if (x < width)
        fit_some(n, epsilon, x, width - x, means, lines);
}

COMMON_INLINE void fit_body(unsigned n, float epsilon, size_t width, const float *const *means,
                            float *const *lines)
{
    switch (n) { /* so that loops over colours are unrolled */
    case 1:
        fit_colours(1, epsilon, width, means, lines);
        break;
    case 2:
        fit_colours(2, epsilon, width, means, lines);
        break;
    case 3:
        fit_colours(3, epsilon, width, means, lines);
        break;
    default:
        fit_colours(4, epsilon, width, means, lines);
    }
}

COMMON_AVX2 static void fit_avx2(unsigned n, float epsilon, size_t width, const float *const *means,
                                 float *const *lines)
{
    fit_body(n, epsilon, width, means, lines);
}

static float *line_row(const struct guided *g, unsigned k, int32_t y)
{
    return g->lines + (k * (size_t)g->in.height + (size_t)y) * (size_t)g->in.width;
}

static void take_moments(const void *arg, int32_t y, const float *const *means, unsigned worker)
{
    (void)worker;
    const struct guided *g = arg;
    float *lines[COMMON_GUIDES + 1];
    for (unsigned k = 0; k <= g->colours; k++)
        lines[k] = line_row(g, k, y);
    (common_cpu_avx2() ? fit_avx2 : fit_body)(g->colours, g->epsilon, (size_t)g->in.width, means,
                                              lines);
}

static void make_lines(const void *arg, int32_t y, const float **rows, float *const *room)
{
    const struct guided *g = arg;
    (void)room;
    for (unsigned k = 0; k <= g->colours; k++)
        rows[k] = line_row(g, k, y);
}

COMMON_INLINE void add_product_body(float *restrict sum, const float *restrict a,
                                    const float *restrict b, size_t count)
{
    for (size_t x = 0; x < count; x++)
        sum[x] += a[x] * b[x];
}

COMMON_AVX2 static void add_product_avx2(float *sum, const float *a, const float *b, size_t count)
{
    add_product_body(sum, a, b, count);
}

static void take_lines(const void *arg, int32_t y, const float *const *means, unsigned worker)
{
    const struct guided *g = arg;
    const size_t width = (size_t)g->in.width;
    float *guide = g->room + 2 * worker * width, *sum = guide + width;
    memcpy(sum, means[g->colours], width * sizeof *sum);
    for (unsigned k = 0; k < g->colours; k++) {
        read_row(&g->guide, (int32_t)k, y, g->scale, guide);
        (common_cpu_avx2() ? add_product_avx2 : add_product_body)(sum, means[k], guide, width);
    }
    common_store(&g->out, 0, y, sum, width);
}

int common_guided(const struct common_env *env, const struct seg_view *guide,
                  const struct seg_view *in, int32_t radius, double epsilon,
                  const struct seg_view *out)
{
    static const float scales[] = {[SEG_U8] = 1 / 255.0F, [SEG_U16] = 1 / 65535.0F, [SEG_F32] = 1};
    struct guided g = {.guide = *guide,
                       .in = *in,
                       .out = *out,
                       .colours = (unsigned)guide->planes,
                       .scale = scales[guide->dtype],
                       .epsilon = fmaxf((float)epsilon, 1e-20F)};
    const size_t width = (size_t)in->width, height = (size_t)in->height;
    g.room = env->host->scratch(env->call, 2 * (size_t)env->host->workers(env->call),
                                width * sizeof *g.room);
    g.lines = env->host->scratch(env->call, (g.colours + 1) * height, width * sizeof *g.lines);
    if (!g.room || !g.lines)
        return common_nomem(env);
    struct common_box box = {.width = in->width,
                             .height = in->height,
                             .radius = radius,
                             .count = moment_count(g.colours),
                             .make = make_moments,
                             .take = take_moments,
                             .arg = &g};
    int status = common_box(env, &box);
    if (status)
        return status;
    box.count = g.colours + 1;
    box.make = make_lines;
    box.take = take_lines;
    return common_box(env, &box);
}
