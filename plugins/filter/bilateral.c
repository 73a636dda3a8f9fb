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

/* Sums of one row: weights, then one row a plane; with several planes also a row of squares. */
COMMON_INLINE void sum_row_body(const struct bilateral *b, ptrdiff_t y, float *sums)
{
    const size_t width = b->width, planes = (size_t)b->in.planes;
    const float *row = b->padded.data + y * b->padded.stride;
    float *weights = sums, *squares = sums + (planes + 1) * width;
    memset(sums, 0, (planes + 1) * width * sizeof *sums);
    for (size_t k = 0; k < b->tap_count; k++) {
        const struct tap tap = b->taps[k];
        if (planes == 1) {
            add_plain(row, row + tap.at, width, tap, b->slope, weights, sums + width);
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
                        sums + (p + 1) * width);
    }
    for (size_t p = 0; p < planes; p++)
        for (size_t x = 0; x < width; x++)
            sums[(p + 1) * width + x] /= weights[x];
}

COMMON_AVX2 static void sum_row_avx2(const struct bilateral *b, ptrdiff_t y, float *sums)
{
    sum_row_body(b, y, sums);
}

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct bilateral *b = arg;
    float *sums = b->room + worker * b->share;
    for (size_t y = begin; y < end; y++) {
        (common_cpu_avx2() ? sum_row_avx2 : sum_row_body)(b, (ptrdiff_t)y, sums);
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
