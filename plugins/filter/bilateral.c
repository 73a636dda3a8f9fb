/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.bilateral: smoothing that stops at edges. */
#include "common/border.h"
#include "common/fast_math.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"
#include "window.h"

#include <math.h>
#include <string.h>

#if COMMON_HAVE_AVX2
#include <immintrin.h>
#endif

#define MOST_PLANES 3 /* of which sums fit into registers */

struct params {
    double sigma_color, sigma_space;
    int32_t size, shape, border;
};

static int32_t size_of(const struct params *params)
{
    const int32_t size = 2 * (int32_t)ceil(3 * params->sigma_space) + 1;
    return params->size ? params->size : size > 5 ? size : 5;
}

/* A neighbour: where it is, and the binary logarithm of its weight. */
struct tap {
    ptrdiff_t at;
    float log;
};

struct bilateral {
    struct seg_view in, out;
    struct filter_padded padded;
    struct tap *taps;
    size_t tap_count;
    float slope; /* of the logarithm over the square difference */
    float *room; /* a row of weights and one for each plane, for each worker */
    size_t share, width;
};

/* Adds one neighbour's share to the sums of a row of one plane. */
COMMON_INLINE void add_plain(const float *restrict centre, const float *restrict other,
                             size_t width, struct tap tap, float slope, float *restrict weights,
                             float *restrict sums)
{
    for (size_t x = 0; x < width; x++) {
        const float d = other[x] - centre[x];
        const float w = fast_exp2(d * d * slope + tap.log);
        weights[x] += w;
        sums[x] += w * other[x];
    }
}

COMMON_INLINE void add_square(const float *restrict centre, const float *restrict other,
                              size_t width, float *restrict squares)
{
    for (size_t x = 0; x < width; x++) {
        const float d = other[x] - centre[x];
        squares[x] += d * d;
    }
}

COMMON_INLINE void add_weights(float *restrict squares, size_t width, struct tap tap, float slope,
                               float *restrict weights)
{
    for (size_t x = 0; x < width; x++) {
        squares[x] = fast_exp2(squares[x] * slope + tap.log);
        weights[x] += squares[x];
    }
}

COMMON_INLINE void add_weighed(const float *restrict other, const float *restrict by, size_t width,
                               float *restrict sums)
{
    for (size_t x = 0; x < width; x++)
        sums[x] += by[x] * other[x];
}

/* Sums from column `x` to the end of a row: weights, then one row a plane; with several planes also
 * a row of squares. */
COMMON_INLINE void sum_row_body(const struct bilateral *b, ptrdiff_t y, size_t x, float *sums)
{
    const size_t all = b->width, width = all - x, planes = (size_t)b->in.planes;
    const float *row = b->padded.data + y * b->padded.stride + x;
    float *weights = sums + x, *squares = weights + (planes + 1) * all;
    for (size_t p = 0; p <= planes; p++)
        memset(weights + p * all, 0, width * sizeof *sums);
    for (size_t k = 0; k < b->tap_count; k++) {
        const struct tap tap = b->taps[k];
        if (planes == 1) {
            add_plain(row, row + tap.at, width, tap, b->slope, weights, weights + all);
            continue;
        }
        memset(squares, 0, width * sizeof *squares);
        for (size_t p = 0; p < planes; p++) {
            const float *centre = row + (ptrdiff_t)p * b->padded.plane_stride;
            add_square(centre, centre + tap.at, width, squares);
        }
        add_weights(squares, width, tap, b->slope, weights);
        for (size_t p = 0; p < planes; p++)
            add_weighed(row + (ptrdiff_t)p * b->padded.plane_stride + tap.at, squares, width,
                        weights + (p + 1) * all);
    }
    for (size_t p = 1; p <= planes; p++)
        for (size_t i = 0; i < width; i++)
            weights[p * all + i] /= weights[i];
}

#if COMMON_HAVE_AVX2
/* fast_exp2, the same bits. */
COMMON_AVX2 static inline __m256 exp2_of(__m256 x)
{
    const __m256 large = _mm256_set1_ps(12582912);
    x = _mm256_max_ps(x, _mm256_set1_ps(-126));
    const __m256 rounded = _mm256_add_ps(x, large);
    const __m256 t = _mm256_sub_ps(x, _mm256_sub_ps(rounded, large)), square = _mm256_mul_ps(t, t);
    const __m256 low =
        _mm256_add_ps(_mm256_set1_ps(1), _mm256_mul_ps(_mm256_set1_ps(0.69312418F), t));
    __m256 high =
        _mm256_add_ps(_mm256_set1_ps(0.24024099F), _mm256_mul_ps(_mm256_set1_ps(0.05590643F), t));
    high = _mm256_add_ps(high, _mm256_mul_ps(_mm256_set1_ps(0.009582853F), square));
    const __m256 power = _mm256_add_ps(low, _mm256_mul_ps(square, high));
    const __m256i shift = _mm256_slli_epi32(_mm256_castps_si256(rounded), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(power), shift));
}

/* One tap of eight samples of each plane: its weight and what it adds to the sums. */
COMMON_AVX2 static inline __attribute__((always_inline)) __m256
add_tap(const struct bilateral *b, const float *row, struct tap tap, int planes, __m256 *sums)
{
    __m256 others[MOST_PLANES], squares = _mm256_setzero_ps();
    for (int p = 0; p < planes; p++, row += b->padded.plane_stride) {
        others[p] = _mm256_loadu_ps(row + tap.at);
        const __m256 d = _mm256_sub_ps(others[p], _mm256_loadu_ps(row));
        squares = p ? _mm256_add_ps(squares, _mm256_mul_ps(d, d)) : _mm256_mul_ps(d, d);
    }
    const __m256 weight = exp2_of(
        _mm256_add_ps(_mm256_mul_ps(squares, _mm256_set1_ps(b->slope)), _mm256_set1_ps(tap.log)));
    for (int p = 0; p < planes; p++)
        sums[p] = _mm256_add_ps(sums[p], _mm256_mul_ps(weight, others[p]));
    return weight;
}

/* What is done of a row in whole blocks, whose sums stay in registers; returns how much. */
COMMON_AVX2 static inline __attribute__((always_inline)) size_t
sum_blocks(const struct bilateral *b, ptrdiff_t y, int planes, float *to)
{
    const float *row = b->padded.data + y * b->padded.stride;
    size_t x = 0;
    for (; x + 16 <= b->width; x += 16) {
        __m256 low[MOST_PLANES], high[MOST_PLANES], total[2];
        total[0] = total[1] = _mm256_setzero_ps();
        for (int p = 0; p < planes; p++)
            low[p] = high[p] = _mm256_setzero_ps();
        for (size_t k = 0; k < b->tap_count; k++) {
            const struct tap tap = b->taps[k];
            total[0] = _mm256_add_ps(total[0], add_tap(b, row + x, tap, planes, low));
            total[1] = _mm256_add_ps(total[1], add_tap(b, row + x + 8, tap, planes, high));
        }
        for (int p = 0; p < planes; p++) {
            float *at = to + ((size_t)p + 1) * b->width + x;
            _mm256_storeu_ps(at, _mm256_div_ps(low[p], total[0]));
            _mm256_storeu_ps(at + 8, _mm256_div_ps(high[p], total[1]));
        }
    }
    return x;
}

COMMON_AVX2 static void sum_row_avx2(const struct bilateral *b, ptrdiff_t y, float *sums)
{
    const int32_t planes = b->in.planes;
    const size_t done = planes == 1   ? sum_blocks(b, y, 1, sums)
                        : planes == 3 ? sum_blocks(b, y, 3, sums)
                                      : 0;
    sum_row_body(b, y, done, sums);
}
#endif

static void sum_row(const struct bilateral *b, ptrdiff_t y, float *sums)
{
#if COMMON_HAVE_AVX2
    if (common_cpu_avx2()) {
        sum_row_avx2(b, y, sums);
        return;
    }
#endif
    sum_row_body(b, y, 0, sums);
}

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct bilateral *b = arg;
    float *sums = b->room + worker * b->share;
    for (size_t y = begin; y < end; y++) {
        sum_row(b, (ptrdiff_t)y, sums);
        for (int32_t p = 0; p < b->in.planes; p++)
            common_store(&b->out, p, (int32_t)y, sums + ((size_t)p + 1) * b->width, b->width);
    }
    return SEG_OK;
}

static void set_taps(struct bilateral *b, const struct filter_footprint *footprint, double sigma)
{
    const int32_t radius = footprint->size / 2;
    for (int32_t i = 0; i < footprint->size; i++)
        for (int32_t x = -footprint->half[i]; x <= footprint->half[i]; x++) {
            const int32_t y = i - radius;
            const double log = -0.5 * FAST_LOG2E * (x * x + y * y) / (sigma * sigma);
            b->taps[b->tap_count++] = (struct tap){y * b->padded.stride + x, (float)log};
        }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const int32_t size = size_of(params);
    struct filter_footprint footprint;
    struct bilateral b = {0};
    int status = common_open(&env, &b.in, &b.out);
    if (!status)
        status = filter_footprint(&env, size, params->shape, &footprint);
    if (!status)
        status = filter_pad_planes(&env, &b.in, size / 2, params->border, &b.padded);
    if (status)
        return status;
    const double sigma = (double)filter_tenth(params->sigma_color, b.in.dtype);
    b.slope = (float)fmax(-0.5 * FAST_LOG2E / (sigma * sigma), -1e30);
    b.width = (size_t)b.in.width;
    b.share = ((size_t)b.in.planes + 2) * b.width;
    if (!COMMON_SCRATCH(&env, b.taps, footprint.area) ||
        !COMMON_SCRATCH(&env, b.room, host->workers(call) * b.share))
        return common_nomem(&env);
    set_taps(&b, &footprint, params->sigma_space);
    return common_parallel(&env, (size_t)b.in.height, 1, filter_rows, &b);
}

static int check(const struct seg_host *host, struct seg_call *call, const void *self,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)in, (void)out;
    const int32_t size = ((const struct params *)self)->size;
    if (size && size % 2 == 0)
        return host->fail(call, SEG_USAGE, "parameter 'size': %d is even; give an odd number, or 0",
                          size);
    return SEG_OK;
}

static int32_t reach(const void *params)
{
    return size_of(params) / 2;
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma_color, 0, 0, 3.4e38, NULL,
                 "difference of samples at which the weight falls to 0.61" FILTER_TENTH)},
    {SEG_P_FLOAT(struct params, sigma_space, 3, 0.01, 100, "px",
                 "standard deviation of the Gaussian over distance"),
     .alias = "sigma_spatial"},
    {SEG_P_INT(struct params, size, 0, 0, 601, "px",
               "width and height of the window, odd; 0: three sigma_space to either side, 5 at "
               "least")},
    {SEG_P_CHOICE(struct params, shape, FILTER_SQUARE, filter_shapes, "which samples count")},
    {SEG_P_CHOICE(struct params, border, COMMON_NEAREST, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("smooth", SEG_ANY_SAMPLE)};

const struct seg_stage filter_bilateral = {
    FILTER_TABLES,
    .id = "filter.bilateral",
    .summary = "smooth but keep edges, by weights of distance and difference",
    .detail =
        "Averages the samples of a window, each weighed by a Gaussian of its distance and by one "
        "of "
        "its difference from the middle. Several planes are taken as one colour, whose difference "
        "is the Euclidean distance.\n\n"
        "'sigma_color' is in units of the samples: scikit-image's value times 255 for 8 bits. "
        "Defaults of window and border are scikit-image's; OpenCV's are shape=disk, size=d and "
        "border=mirror. Time grows with the area of the window. Where a window holds NaN the "
        "result "
        "is NaN.",
    .reference = "C. Tomasi, R. Manduchi, Bilateral filtering for gray and color images, "
                 "International Conference on Computer Vision, 1998",
    .version = 1,
    .process = process,
    .reach = reach,
    .shape = check,
};
