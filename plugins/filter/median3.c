/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Medians of 9, from the rows as they lie in the image.
 *
 * Columns are sorted once for the three windows that share them. The median of a window is the
 * median of the largest of its lows, the median of its middles and the least of its highs
 * (J. L. Smith, Implementing median filters in XC4000E FPGAs, Xcell 23, 1996). */
#include "median.h"

#include "common/border.h"
#include "common/cpu.h"

#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

/* Of equal samples and of NaN the second, and the first: so do the instructions. */
#define LEAST(a, b) ((a) < (b) ? (a) : (b))
#define MOST(a, b)  ((a) < (b) ? (b) : (a))

enum { CHUNK = 256 }; /* windows whose columns stay in the first cache */

/* Medians of `count` windows whose first columns a, b and c point to. */
#define PORTABLE(T, NAME)                                                                          \
    static void NAME(const T *a, const T *b, const T *c, size_t count, T *restrict out)            \
    {                                                                                              \
        T low[CHUNK + 2], middle[CHUNK + 2], high[CHUNK + 2];                                      \
        for (size_t begin = 0; begin < count; begin += CHUNK) {                                    \
            const size_t some = count - begin < CHUNK ? count - begin : CHUNK;                     \
            for (size_t x = 0; x < some + 2; x++) {                                                \
                const T p = a[begin + x], q = b[begin + x], r = c[begin + x];                      \
                const T l = LEAST(p, q), h = MOST(p, q), m = LEAST(h, r);                          \
                high[x] = MOST(h, r);                                                              \
                low[x] = LEAST(l, m);                                                              \
                middle[x] = MOST(l, m);                                                            \
            }                                                                                      \
            for (size_t x = 0; x < some; x++) {                                                    \
                const T least = MOST(MOST(low[x], low[x + 1]), low[x + 2]);                        \
                const T most = LEAST(high[x], LEAST(high[x + 1], high[x + 2]));                    \
                const T m = LEAST(middle[x], middle[x + 1]), n = MOST(middle[x], middle[x + 1]);   \
                const T among = MOST(m, LEAST(n, middle[x + 2]));                                  \
                const T i = LEAST(least, among), k = MOST(least, among);                           \
                out[begin + x] = MOST(i, LEAST(k, most));                                          \
            }                                                                                      \
        }                                                                                          \
    }

PORTABLE(uint8_t, bytes)
PORTABLE(uint16_t, shorts)
PORTABLE(float, floats)

#if COMMON_HAVE_AVX2
#define LEAST_F32(a, b)                                                                            \
    _mm256_castps_si256(_mm256_min_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b)))
#define MOST_F32(a, b)                                                                             \
    _mm256_castps_si256(_mm256_max_ps(_mm256_castsi256_ps(b), _mm256_castsi256_ps(a)))
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))

struct columns {
    __m256i low, middle, high;
};

/* The columns `bytes` behind those of `now`, which `next` go on. */
#define BEHIND(now, next, bytes)                                                                   \
    _mm256_alignr_epi8(_mm256_permute2x128_si256(now, next, 0x21), now, bytes)
#define ALL_BEHIND(now, next, bytes)                                                               \
    (struct columns)                                                                               \
    {                                                                                              \
        BEHIND((now).low, (next).low, bytes), BEHIND((now).middle, (next).middle, bytes),          \
            BEHIND((now).high, (next).high, bytes)                                                 \
    }

/* The same operations in the same order. Where the number of windows is
 * none of whole vectors, some at the end are looked at twice. */
#define VECTORS(T, NAME, LEAST_, MOST_)                                                            \
    COMMON_AVX2 static inline struct columns NAME##_sort(const T *a, const T *b, const T *c)       \
    {                                                                                              \
        const __m256i p = LOAD(a), q = LOAD(b), r = LOAD(c);                                       \
        const __m256i l = LEAST_(p, q), h = MOST_(p, q), m = LEAST_(h, r);                         \
        return (struct columns){LEAST_(l, m), MOST_(l, m), MOST_(h, r)};                           \
    }                                                                                              \
                                                                                                   \
    COMMON_AVX2 static inline void NAME##_put(struct columns x, struct columns y,                  \
                                              struct columns z, T *out)                            \
    {                                                                                              \
        const __m256i first = MOST_(x.low, y.low), least = MOST_(first, z.low);                    \
        const __m256i last = LEAST_(y.high, z.high), most = LEAST_(x.high, last);                  \
        const __m256i m = LEAST_(x.middle, y.middle), n = MOST_(x.middle, y.middle);               \
        const __m256i o = LEAST_(n, z.middle), among = MOST_(m, o);                                \
        const __m256i i = LEAST_(least, among), k = MOST_(least, among), j = LEAST_(k, most);      \
        _mm256_storeu_si256((__m256i *)(void *)out, MOST_(i, j));                                  \
    }                                                                                              \
                                                                                                   \
    COMMON_AVX2 static void NAME##_avx2(const T *a, const T *b, const T *c, size_t count, T *out)  \
    {                                                                                              \
        const size_t lanes = 32 / sizeof(T);                                                       \
        size_t x = 0;                                                                              \
        if (count < lanes) {                                                                       \
            NAME(a, b, c, count, out);                                                             \
            return;                                                                                \
        }                                                                                          \
        struct columns now = NAME##_sort(a, b, c);                                                 \
        for (; x + 2 * lanes <= count + 2; x += lanes) {                                           \
            const size_t after = x + lanes;                                                        \
            const struct columns next = NAME##_sort(a + after, b + after, c + after);              \
            NAME##_put(now, ALL_BEHIND(now, next, sizeof(T)),                                      \
                       ALL_BEHIND(now, next, 2 * sizeof(T)), out + x);                             \
            now = next;                                                                            \
        }                                                                                          \
        for (; x < count; x += lanes) { /* at most two */                                          \
            x = x + lanes > count ? count - lanes : x;                                             \
            NAME##_put(NAME##_sort(a + x, b + x, c + x),                                           \
                       NAME##_sort(a + x + 1, b + x + 1, c + x + 1),                               \
                       NAME##_sort(a + x + 2, b + x + 2, c + x + 2), out + x);                     \
        }                                                                                          \
    }

VECTORS(uint8_t, bytes, _mm256_min_epu8, _mm256_max_epu8)
VECTORS(uint16_t, shorts, _mm256_min_epu16, _mm256_max_epu16)
VECTORS(float, floats, LEAST_F32, MOST_F32)
#define RUN(NAME, ...) (common_cpu_avx2() ? NAME##_avx2 : NAME)(__VA_ARGS__)
#else
#define RUN(NAME, ...) NAME(__VA_ARGS__)
#endif

/* A row: the windows inside, then the first and the last, which see the border. */
#define ROW(T, NAME)                                                                               \
    static void NAME##_row(const T *const rows[3], int32_t width, int32_t border, T *out)          \
    {                                                                                              \
        if (width > 2)                                                                             \
            RUN(NAME, rows[0], rows[1], rows[2], (size_t)width - 2, out + 1);                      \
        for (int32_t x = 0; x<width; x += width> 1 ? width - 1 : 1) {                              \
            T around[3][3];                                                                        \
            for (int32_t k = 0; k < 9; k++)                                                        \
                around[k / 3][k % 3] = rows[k / 3][common_border(x + k % 3 - 1, width, border)];   \
            NAME(around[0], around[1], around[2], 1, out + x);                                     \
        }                                                                                          \
    }

ROW(uint8_t, bytes)
ROW(uint16_t, shorts)
ROW(float, floats)

struct job {
    const struct seg_view *in, *out;
    int32_t plane, border;
};

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct job *job = arg;
    const struct seg_view *in = job->in;
    for (size_t i = begin; i < end; i++) {
        const void *rows[3];
        void *out = seg_row(job->out, job->plane, (int32_t)i);
        for (int32_t k = 0; k < 3; k++)
            rows[k] =
                seg_row(in, job->plane, common_border((int64_t)i + k - 1, in->height, job->border));
        if (in->dtype == SEG_U8)
            bytes_row((const uint8_t *[]){rows[0], rows[1], rows[2]}, in->width, job->border, out);
        else if (in->dtype == SEG_U16)
            shorts_row((const uint16_t *[]){rows[0], rows[1], rows[2]}, in->width, job->border,
                       out);
        else
            floats_row((const float *[]){rows[0], rows[1], rows[2]}, in->width, job->border, out);
    }
    return SEG_OK;
}

int filter_median3(const struct common_env *env, const struct seg_view *in,
                   const struct seg_view *out, int32_t border)
{
    struct job job = {.in = in, .out = out, .border = border};
    int status = SEG_OK;
    for (; job.plane < in->planes && !status; job.plane++)
        status =
            common_parallel(env, (size_t)in->height, common_grain(in->width), filter_rows, &job);
    return status;
}
