/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of separable filters. */
#include "separable_row.h"

#include "cpu.h"
#include "sample.h"

#include <math.h>

#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

/* -- floats ----------------------------------------------------------------------------------- */

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));

#define LANE(at) (*(const lane *)(const void *)(at))

static void load_float(const struct seg_view *view, int32_t plane, int32_t y, void *line)
{
    common_floats(view, plane, y, 0, (size_t)view->width, line);
}

static void store_float(const struct seg_view *view, int32_t plane, int32_t y, const void *values)
{
    common_store(view, plane, y, values, (size_t)view->width);
}

COMMON_INLINE void weigh_float_body(const void *const *rows, const float *weights, size_t radius,
                                    float *out, size_t count)
{
    for (size_t x = 0; x < count; x += 32) {
        const float *low = (const float *)rows[radius] + x, *high;
        lane a = LANE(low) * weights[0], b = LANE(low + 8) * weights[0];
        lane c = LANE(low + 16) * weights[0], d = LANE(low + 24) * weights[0];
        for (size_t k = 1; k <= radius; k++) {
            low = (const float *)rows[radius - k] + x;
            high = (const float *)rows[radius + k] + x;
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

COMMON_AVX2 static void weigh_float_avx2(const void *const *rows, const float *weights,
                                         size_t radius, float *out, size_t count)
{
    weigh_float_body(rows, weights, radius, out, count);
}

static void weigh_float(const void *const *rows, const void *weights, size_t radius, void *out,
                        size_t count)
{
    (common_cpu_avx2() ? weigh_float_avx2 : weigh_float_body)(rows, weights, radius, out, count);
}

const struct separable_form separable_float = {sizeof(float), load_float, weigh_float, store_float};

/* -- fixed point ------------------------------------------------------------------------------ */

/* Samples are at most 16320 on either side of 0, so that the sum of two leaves room for 64 units
 * of what results of the first pass may be off. */

COMMON_INLINE void load_fixed_body(const uint8_t *restrict row, int32_t width,
                                   int16_t *restrict line)
{
    for (int32_t x = 0; x < width; x++)
        line[x] = (int16_t)(row[x] * 128 - 16320);
}

COMMON_AVX2 static void load_fixed_avx2(const uint8_t *row, int32_t width, int16_t *line)
{
    load_fixed_body(row, width, line);
}

static void load_fixed(const struct seg_view *view, int32_t plane, int32_t y, void *line)
{
    (common_cpu_avx2() ? load_fixed_avx2 : load_fixed_body)(seg_row(view, plane, y), view->width,
                                                            line);
}

COMMON_INLINE void store_fixed_body(const int16_t *restrict values, int32_t width,
                                    uint8_t *restrict row)
{
    for (int32_t x = 0; x < width; x++)
        row[x] = (uint8_t)((int16_t)(values[x] + 16384) >> 7);
}

COMMON_AVX2 static void store_fixed_avx2(const int16_t *values, int32_t width, uint8_t *row)
{
    store_fixed_body(values, width, row);
}

static void store_fixed(const struct seg_view *view, int32_t plane, int32_t y, const void *values)
{
    (common_cpu_avx2() ? store_fixed_avx2 : store_fixed_body)(values, view->width,
                                                              seg_row(view, plane, y));
}

/* Products are cut to 1/128, half of that too low in the mean: sums begin that much higher. */
static int16_t bias_of(size_t radius)
{
    return (int16_t)((radius + 1) / 2);
}

static void weigh_fixed_plain(const void *const *rows, const int16_t *weights, size_t radius,
                              int16_t *restrict out, size_t count)
{
    for (size_t x = 0; x < count; x++)
        out[x] = bias_of(radius);
    for (size_t k = 0; k <= radius; k++) {
        const int16_t *low = rows[radius - k], *high = rows[radius + k];
        const int32_t weight = weights[k];
        for (size_t x = 0; x < count; x++)
            out[x] = (int16_t)(out[x] + ((low[x] + high[x]) * weight >> 16));
    }
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static __m256i weighed_pair(const int16_t *low, const int16_t *high, __m256i weight)
{
    const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)low);
    const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)high);
    return _mm256_mulhi_epi16(_mm256_add_epi16(a, b), weight);
}

COMMON_AVX2 static void weigh_fixed_avx2(const void *const *rows, const int16_t *weights,
                                         size_t radius, int16_t *out, size_t count)
{
    for (size_t x = 0; x < count; x += 64) {
        __m256i a = _mm256_set1_epi16(bias_of(radius)), b = a, c = a, d = a;
        for (size_t k = 0; k <= radius; k++) {
            const int16_t *low = (const int16_t *)rows[radius - k] + x;
            const int16_t *high = (const int16_t *)rows[radius + k] + x;
            const __m256i weight = _mm256_set1_epi16(weights[k]);
            a = _mm256_add_epi16(a, weighed_pair(low, high, weight));
            b = _mm256_add_epi16(b, weighed_pair(low + 16, high + 16, weight));
            c = _mm256_add_epi16(c, weighed_pair(low + 32, high + 32, weight));
            d = _mm256_add_epi16(d, weighed_pair(low + 48, high + 48, weight));
        }
        __m256i *to = (__m256i *)(void *)(out + x);
        _mm256_storeu_si256(to, a);
        _mm256_storeu_si256(to + 1, b);
        _mm256_storeu_si256(to + 2, c);
        _mm256_storeu_si256(to + 3, d);
    }
}
#else
#define weigh_fixed_avx2 weigh_fixed_plain
#endif

static void weigh_fixed(const void *const *rows, const void *weights, size_t radius, void *out,
                        size_t count)
{
    (common_cpu_avx2() ? weigh_fixed_avx2 : weigh_fixed_plain)(rows, weights, radius, out, count);
}

const struct separable_form separable_fixed = {sizeof(int16_t), load_fixed, weigh_fixed,
                                               store_fixed};

/* Each product is off by up to half a unit more or less, of which so many stay far below half a
 * gray level. */
#define FIXED_RADIUS 32

const int16_t *separable_fixed_weights(const struct common_env *env, const float *weights,
                                       int32_t radius, bool *fits)
{
    int16_t *fixed;
    int32_t middle = 32768; /* half of the whole, as the middle row counts twice */
    *fits = radius <= FIXED_RADIUS;
    if (!*fits || !COMMON_SCRATCH(env, fixed, radius + 1))
        return NULL;
    for (int32_t k = 1; k <= radius; k++) {
        fixed[k] = (int16_t)lrintf(weights[k] * 65536);
        *fits = *fits && weights[k] >= 0 && weights[k] < 0.5F;
        middle -= fixed[k];
    }
    fixed[0] = (int16_t)middle;
    *fits =
        *fits && middle > 0 && middle < 32768 && fabsf(2 * (float)middle - weights[0] * 65536) < 64;
    return fixed;
}
