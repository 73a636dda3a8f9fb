/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resample.h"

#include "common/cpu.h"

#include <math.h>
#include <string.h>

#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

/* -- which samples count how much -------------------------------------------------------------- */

static const double supports[] = {[RESAMPLE_NEAREST] = 0,
                                  [RESAMPLE_BILINEAR] = 1,
                                  [RESAMPLE_AREA] = 0.5,
                                  [RESAMPLE_CUBIC] = 2,
                                  [RESAMPLE_LANCZOS] = 3};

static double kernel(int32_t method, double x)
{
    const double pi = 3.14159265358979323846;
    x = fabs(x);
    switch (method) {
    case RESAMPLE_BILINEAR:
        return x < 1 ? 1 - x : 0;
    case RESAMPLE_CUBIC: /* a = -1/2 */
        return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((2.5 - 0.5 * x) * x - 4) * x + 2 : 0;
    default:
        if (x < 1e-9)
            return 1;
        return x < 3 ? 3 * sin(pi * x) * sin(pi * x / 3) / (pi * pi * x * x) : 0;
    }
}

/* How much sample `i` counts for one whose middle is at `at` and that is `scale` samples wide. */
static double weight(int32_t method, double at, double scale, double stretch, double i)
{
    if (method != RESAMPLE_AREA)
        return kernel(method, (i + 0.5 - at) / stretch);
    const double low = fmax(i, at - scale / 2), high = fmin(i + 1, at + scale / 2);
    return fmax(high - low, 0);
}

/* The taps of one sample; what lies beyond an end counts for the sample at the end. */
static void set_tap(int32_t method, bool antialias, struct resample_taps *taps, int32_t x)
{
    const int32_t from = taps->from;
    const double scale = (double)from / taps->to, at = (x + 0.5) * scale;
    const double stretch = antialias && scale > 1 ? scale : 1;
    const double reach = method == RESAMPLE_AREA ? scale / 2 : supports[method] * stretch;
    int64_t low = (int64_t)floor(at - reach), high = (int64_t)floor(at + reach);
    double sum = 0;
    if (method != RESAMPLE_NEAREST) { /* what counts nothing shall not count by being NaN */
        while (low < high && weight(method, at, scale, stretch, (double)low) == 0)
            low++;
        while (low < high && weight(method, at, scale, stretch, (double)high) == 0)
            high--;
    }
    const int64_t first = low < 0 ? 0 : low < from ? low : from - 1;
    const int64_t last = high < first ? first : high < from ? high : from - 1;
    float *weights = taps->weights + (size_t)x / RESAMPLE_BLOCK * taps->most * RESAMPLE_BLOCK +
                     (size_t)x % RESAMPLE_BLOCK;
    taps->first[x] = (int32_t)first;
    taps->count[x] = (int32_t)(last - first + 1);
    weights[0] = 1;
    if (low == high)
        return;
    weights[0] = 0;
    for (int64_t i = low; i <= high; i++)
        sum += weight(method, at, scale, stretch, (double)i);
    const double share = 1 / sum;
    for (int64_t i = low; i <= high; i++) {
        const int64_t clamped = i < first ? first : i > last ? last : i;
        weights[(clamped - first) * RESAMPLE_BLOCK] +=
            (float)(weight(method, at, scale, stretch, (double)i) * share);
    }
}

/* Notes of a block how its samples lie to each other. */
static void set_block(struct resample_taps *taps, size_t block)
{
    enum { HALF = RESAMPLE_BLOCK / 2 };
    const size_t x = block * RESAMPLE_BLOCK;
    int32_t *alike = &taps->alike[block];
    *alike = -1;
    if (x + RESAMPLE_BLOCK > (size_t)taps->to)
        return;
    for (size_t i = x; i < x + RESAMPLE_BLOCK; i++) {
        taps->place[i] = taps->first[i] - taps->low[i - i % HALF];
        if (taps->place[i] >= HALF)
            return;
    }
    *alike = taps->count[x];
    for (size_t i = x; i < x + RESAMPLE_BLOCK; i++)
        *alike = taps->count[i] == taps->count[x] ? *alike : 0;
}

/* Closes the gaps between blocks of weights that have room for more taps than any sample has. */
static void close_gaps(struct resample_taps *taps, size_t blocks)
{
    size_t most = 1;
    for (int32_t x = 0; x < taps->to; x++)
        most = (size_t)taps->count[x] > most ? (size_t)taps->count[x] : most;
    const size_t old = taps->most * RESAMPLE_BLOCK, size = most * RESAMPLE_BLOCK;
    for (size_t block = 1; block < blocks; block++)
        memmove(taps->weights + block * size, taps->weights + block * old, size * sizeof(float));
    taps->most = most;
}

/* Kernels that are 0 between samples make first ones that go back. */
static void set_low(struct resample_taps *taps)
{
    int32_t low = taps->from, after = 0;
    for (int32_t x = taps->to; x-- > 0;) {
        low = taps->first[x] < low ? taps->first[x] : low;
        taps->low[x] = low;
    }
    taps->span = 1;
    for (int32_t x = 0; x < taps->to; x++) {
        after = taps->first[x] + taps->count[x] > after ? taps->first[x] + taps->count[x] : after;
        const size_t span = (size_t)(after - taps->low[x]);
        taps->span = span > taps->span ? span : taps->span;
    }
}

int resample_taps(const struct common_env *env, int32_t method, bool antialias, int32_t from,
                  int32_t to, struct resample_taps *taps)
{
    const double scale = (double)from / to;
    const double most = 2 * fmax(supports[method], 0.5) * fmax(scale, 1) + 2;
    const size_t blocks = ((size_t)to + RESAMPLE_BLOCK - 1) / RESAMPLE_BLOCK;
    taps->from = from;
    taps->to = to;
    taps->most = most < from ? (size_t)most : (size_t)from;
    const size_t size = taps->most * RESAMPLE_BLOCK * sizeof *taps->weights;
    taps->weights = env->host->scratch(env->call, blocks, size);
    if (!taps->weights || !COMMON_SCRATCH(env, taps->first, to) ||
        !COMMON_SCRATCH(env, taps->count, to) || !COMMON_SCRATCH(env, taps->alike, blocks) ||
        !COMMON_SCRATCH(env, taps->place, to) || !COMMON_SCRATCH(env, taps->low, to))
        return common_nomem(env);
    memset(taps->weights, 0, blocks * size);
    for (int32_t x = 0; x < to; x++)
        set_tap(method, antialias, taps, x);
    set_low(taps);
    for (size_t block = 0; block < blocks; block++)
        set_block(taps, block);
    close_gaps(taps, blocks);
    return SEG_OK;
}

/* -- lines along a row ------------------------------------------------------------------------- */

static void resample_some(const struct resample_taps *taps, const float *line, size_t begin,
                          size_t end, float *out)
{
    for (size_t x = begin; x < end; x++) {
        const float *from = line + taps->first[x];
        const float *weights =
            taps->weights + (x / RESAMPLE_BLOCK * taps->most * RESAMPLE_BLOCK + x % RESAMPLE_BLOCK);
        float sum = weights[0] * from[0];
        for (int32_t k = 1; k < taps->count[x]; k++)
            sum += weights[k * RESAMPLE_BLOCK] * from[k];
        out[x] = sum;
    }
}

#if COMMON_HAVE_AVX2
/* Four samples from either place, in each half of a register. */
COMMON_AVX2 static inline __m256 two_loads(const float *low, const float *high)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low)), _mm_loadu_ps(high), 1);
}

/* A block of which each half lies so close together that one load holds a tap of all four. */
COMMON_AVX2 static inline __m256 close_block(const struct resample_taps *taps, const float *line,
                                             size_t x, int32_t alike)
{
    const __m256i place = _mm256_loadu_si256((const void *)(taps->place + x));
    const float *weights = taps->weights + x * taps->most;
    const float *low = line + taps->low[x], *high = line + taps->low[x + RESAMPLE_BLOCK / 2];
    __m256 sum =
        _mm256_mul_ps(_mm256_loadu_ps(weights), _mm256_permutevar_ps(two_loads(low, high), place));
    const int32_t most = alike ? alike : (int32_t)taps->most;
    for (int32_t k = 1; k < most; k++) {
        const __m256 sample = _mm256_permutevar_ps(two_loads(low + k, high + k), place);
        const __m256 share = _mm256_mul_ps(_mm256_loadu_ps(weights + k * RESAMPLE_BLOCK), sample);
        const __m256 next = _mm256_add_ps(sum, share);
        if (alike) {
            sum = next;
            continue;
        }
        const __m256i count = _mm256_loadu_si256((const void *)(taps->count + x));
        const __m256i counts = _mm256_cmpgt_epi32(count, _mm256_set1_epi32(k));
        sum = _mm256_blendv_ps(sum, next, _mm256_castsi256_ps(counts));
    }
    return sum;
}

COMMON_AVX2 static void resample_line_avx2(const struct resample_taps *taps, const float *line,
                                           float *out)
{
    const size_t end = (size_t)taps->to;
    size_t x = 0;
    for (; x + RESAMPLE_BLOCK <= end; x += RESAMPLE_BLOCK) {
        const int32_t alike = taps->alike[x / RESAMPLE_BLOCK];
        if (alike == 2)
            _mm256_storeu_ps(out + x, close_block(taps, line, x, 2));
        else if (alike >= 0)
            _mm256_storeu_ps(out + x, close_block(taps, line, x, alike));
        else
            resample_some(taps, line, x, x + RESAMPLE_BLOCK, out);
    }
    resample_some(taps, line, x, end, out);
}
#endif

void resample_line(const struct resample_taps *taps, const float *line, float *out)
{
#if COMMON_HAVE_AVX2
    if (common_cpu_avx2()) {
        resample_line_avx2(taps, line, out);
        return;
    }
#endif
    resample_some(taps, line, 0, (size_t)taps->to, out);
}

/* -- lines down the columns -------------------------------------------------------------------- */

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));

#define LANE(at) (*(const lane *)(const void *)(at))

COMMON_INLINE void rows_body(const struct resample_taps *taps, size_t y, const float *const *rows,
                             size_t width, float *out)
{
    const float *weights =
        taps->weights + y / RESAMPLE_BLOCK * taps->most * RESAMPLE_BLOCK + y % RESAMPLE_BLOCK;
    const size_t count = (size_t)taps->count[y];
    for (size_t x = 0; x < width; x += RESAMPLE_ROUND) {
        const float *row = rows[0] + x;
        lane a = LANE(row) * weights[0], b = LANE(row + 8) * weights[0];
        lane c = LANE(row + 16) * weights[0], d = LANE(row + 24) * weights[0];
        for (size_t k = 1; k < count; k++) {
            const float by = weights[k * RESAMPLE_BLOCK];
            row = rows[k] + x;
            a += LANE(row) * by;
            b += LANE(row + 8) * by;
            c += LANE(row + 16) * by;
            d += LANE(row + 24) * by;
        }
        *(lane *)(void *)(out + x) = a;
        *(lane *)(void *)(out + x + 8) = b;
        *(lane *)(void *)(out + x + 16) = c;
        *(lane *)(void *)(out + x + 24) = d;
    }
}

COMMON_AVX2 static void rows_avx2(const struct resample_taps *taps, size_t y,
                                  const float *const *rows, size_t width, float *out)
{
    rows_body(taps, y, rows, width, out);
}

void resample_rows(const struct resample_taps *taps, size_t y, const float *const *rows,
                   size_t width, float *out)
{
    (common_cpu_avx2() ? rows_avx2 : rows_body)(taps, y, rows, width, out);
}
