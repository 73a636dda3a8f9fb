/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows, each shifted, are gathered into one; a ring holds those that the next output row still
 * needs. */
#include "correlate.h"

#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"

#include <math.h>
#include <string.h>

#define BLOCK 32 /* samples whose sums stay in registers */

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));

#define LANE(at) (*(const lane *)(const void *)(at))

/* out[x] = sum over k of weights[k] * taps[k][x], for `count` samples, a multiple of BLOCK. */
COMMON_INLINE void weigh_body(const float *const *taps, const float *weights, size_t kernel,
                              float *out, size_t count)
{
    for (size_t x = 0; x < count; x += BLOCK) {
        lane a = {0}, b = {0}, c = {0}, d = {0};
        for (size_t k = 0; k < kernel; k++) {
            const float *at = taps[k] + x;
            a += LANE(at) * weights[k];
            b += LANE(at + 8) * weights[k];
            c += LANE(at + 16) * weights[k];
            d += LANE(at + 24) * weights[k];
        }
        *(lane *)(void *)(out + x) = a;
        *(lane *)(void *)(out + x + 8) = b;
        *(lane *)(void *)(out + x + 16) = c;
        *(lane *)(void *)(out + x + 24) = d;
    }
}

COMMON_AVX2 static void weigh_avx2(const float *const *taps, const float *weights, size_t kernel,
                                   float *out, size_t count)
{
    weigh_body(taps, weights, kernel, out, count);
}

typedef int32_t lanes_of_int __attribute__((vector_size(32)));

/* a = the lesser of a and b; a where b is NaN. */
#define LOWER(a, b)                                                                                \
    do {                                                                                           \
        lane next = (b);                                                                           \
        lanes_of_int less = next < (a);                                                            \
        (a) = (lane)((less & (lanes_of_int)next) | (~less & (lanes_of_int)(a)));                   \
    } while (0)

/* The same for the least of weights[k] + taps[k][x]. */
COMMON_INLINE void lower_body(const float *const *taps, const float *weights, size_t kernel,
                              float *out, size_t count)
{
    for (size_t x = 0; x < count; x += BLOCK) {
        lane a = (lane){0} + INFINITY, b = a, c = a, d = a;
        for (size_t k = 0; k < kernel; k++) {
            const float *at = taps[k] + x;
            LOWER(a, LANE(at) + weights[k]);
            LOWER(b, LANE(at + 8) + weights[k]);
            LOWER(c, LANE(at + 16) + weights[k]);
            LOWER(d, LANE(at + 24) + weights[k]);
        }
        *(lane *)(void *)(out + x) = a;
        *(lane *)(void *)(out + x + 8) = b;
        *(lane *)(void *)(out + x + 16) = c;
        *(lane *)(void *)(out + x + 24) = d;
    }
}

COMMON_AVX2 static void lower_avx2(const float *const *taps, const float *weights, size_t kernel,
                                   float *out, size_t count)
{
    lower_body(taps, weights, kernel, out, count);
}

typedef void gather(const float *const *taps, const float *weights, size_t kernel, float *out,
                    size_t count);

struct pass {
    gather *gather;
    float beyond; /* what the ring holds beside the image where `border` is FILTER_NOTHING */
    struct seg_view in, out;
    int32_t plane, border;
    const struct filter_kernel *kernel;
    size_t line, padded; /* floats of a row in the ring; of a result, a multiple of BLOCK */
    float *room;         /* for each worker a ring of lines and a result */
    const float **taps;  /* for each worker as many as there are weights */
    float *weights;      /* those of the kernel that are finite */
    uint32_t *shift;     /* where in its row each stands */
    size_t *first;       /* of row i: first[i] .. first[i + 1] - 1 */
    size_t share;
};

static void load_row(const struct pass *pass, int64_t y, float *line)
{
    int32_t width = pass->in.width, height = pass->in.height, reach = pass->kernel->x;
    float *middle = line + reach;
    if (pass->border == FILTER_NOTHING && (y < 0 || y >= height)) {
        for (int32_t x = 0; x < width; x++)
            middle[x] = pass->beyond;
        return;
    }
    common_floats(&pass->in, pass->plane, common_border(y, height, pass->border), 0, (size_t)width,
                  middle);
    for (int32_t i = 1; i <= reach && pass->border != FILTER_NOTHING; i++) {
        middle[-i] = middle[common_border(-i, width, pass->border)];
        middle[width - 1 + i] = middle[common_border((int64_t)width - 1 + i, width, pass->border)];
    }
}

static int gather_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    const struct filter_kernel *kernel = pass->kernel;
    int64_t side = 2 * (int64_t)kernel->y + 1, next = (int64_t)begin - kernel->y;
    size_t across = 2 * (size_t)kernel->x + 1, count = pass->first[side];
    float *ring = pass->room + worker * pass->share, *result = ring + (size_t)side * pass->line;
    const float **taps = pass->taps + worker * across * (size_t)side;
    for (size_t y = begin; y < end; y++) {
        for (; next <= (int64_t)y + kernel->y; next++)
            load_row(pass, next, ring + (size_t)((next + kernel->y) % side) * pass->line);
        for (size_t k = 0; k < (size_t)side; k++) {
            const float *line = ring + (y + k) % (size_t)side * pass->line;
            for (size_t i = pass->first[k]; i < pass->first[k + 1]; i++)
                taps[i] = line + pass->shift[i];
        }
        pass->gather(taps, pass->weights, count, result, pass->padded);
        common_store(&pass->out, 0, (int32_t)y, result, (size_t)pass->out.width);
    }
    return SEG_OK;
}

static int list_weights(const struct common_env *env, struct pass *pass)
{
    const struct filter_kernel *kernel = pass->kernel;
    size_t side = 2 * (size_t)kernel->y + 1, across = 2 * (size_t)kernel->x + 1, count = 0;
    if (!COMMON_SCRATCH(env, pass->weights, side * across) ||
        !COMMON_SCRATCH(env, pass->shift, side * across) ||
        !COMMON_SCRATCH(env, pass->first, side + 1))
        return common_nomem(env);
    for (size_t k = 0; k < side; k++) {
        pass->first[k] = count;
        for (size_t i = 0; i < across; i++)
            if (isfinite(kernel->weights[k * across + i])) {
                pass->shift[count] = (uint32_t)i;
                pass->weights[count++] = kernel->weights[k * across + i];
            }
    }
    pass->first[side] = count;
    return SEG_OK;
}

static int run(const struct common_env *env, struct pass *pass)
{
    const struct filter_kernel *kernel = pass->kernel;
    size_t side = 2 * (size_t)kernel->y + 1, across = 2 * (size_t)kernel->x + 1;
    size_t workers = env->host->workers(env->call), grain = common_grain(pass->in.width);
    int status = list_weights(env, pass);
    if (status)
        return status;
    pass->padded = ((size_t)pass->in.width + BLOCK - 1) / BLOCK * BLOCK;
    pass->line = pass->padded + across - 1;
    pass->share = (side * pass->line + pass->padded + 15) / 16 * 16;
    if (!COMMON_SCRATCH(env, pass->room, workers * pass->share) ||
        !COMMON_SCRATCH(env, pass->taps, workers * side * across))
        return common_nomem(env);
    for (size_t i = 0; i < workers * pass->share; i++)
        pass->room[i] = pass->beyond; /* padding is gathered, but not used */
    if (grain < 2 * side)             /* each piece loads a kernel's rows for its start alone */
        grain = 2 * side;
    return common_parallel(env, (size_t)pass->in.height, grain, gather_rows, pass);
}

int filter_correlate(const struct common_env *env, const struct seg_view *in, int32_t plane,
                     const struct filter_kernel *kernel, int32_t border, const struct seg_view *out)
{
    struct pass pass = {.gather = common_cpu_avx2() ? weigh_avx2 : weigh_body,
                        .in = *in,
                        .out = *out,
                        .plane = plane,
                        .border = border,
                        .kernel = kernel};
    return run(env, &pass);
}

int filter_lower(const struct common_env *env, const struct seg_view *in,
                 const struct filter_kernel *kernel, const struct seg_view *out)
{
    struct pass pass = {.gather = common_cpu_avx2() ? lower_avx2 : lower_body,
                        .beyond = INFINITY,
                        .in = *in,
                        .out = *out,
                        .border = FILTER_NOTHING,
                        .kernel = kernel};
    return run(env, &pass);
}

int filter_gaussian_kernel(const struct common_env *env, double sigma, int32_t radius, int order,
                           struct filter_kernel *kernel)
{
    double sum = 0, square = sigma * sigma;
    *kernel = (struct filter_kernel){.x = radius};
    if (!COMMON_SCRATCH(env, kernel->weights, 2 * (size_t)radius + 1))
        return common_nomem(env);
    for (int32_t k = -radius; k <= radius; k++)
        sum += exp(-0.5 * k * k / square);
    for (int32_t k = -radius; k <= radius; k++) {
        double weight = exp(-0.5 * k * k / square) / sum;
        weight *= order == 1 ? k / square : order == 2 ? (k * k / square - 1) / square : 1;
        kernel->weights[k + radius] = (float)weight;
    }
    return SEG_OK;
}

int filter_correlate_both(const struct common_env *env, const struct seg_view *in, int32_t plane,
                          const struct filter_kernel *across, const struct filter_kernel *down,
                          int32_t border, const struct seg_view *between,
                          const struct seg_view *out)
{
    const struct filter_kernel column = {down->weights, 0, down->x};
    int status = filter_correlate(env, in, plane, across, border, between);
    return status ? status : filter_correlate(env, between, 0, &column, border, out);
}
