/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.nlmeans: averages of pixels whose surroundings look alike.
 *
 * For each offset of the search window, square differences of the image and itself moved are made
 * once and summed over all patches (J. Darbon and others, Fast nonlocal filtering applied to
 * electron cryomicroscopy, ISBI 2008). */
#include "common/border.h"
#include "common/box.h"
#include "common/fast_math.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"
#include "window.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t patch, search;
    double h, sigma;
};

#define BAND 32 /* rows whose sums stay near */

struct nlmeans {
    struct seg_view in, out;
    struct filter_padded padded;
    int32_t patch, search; /* half of them */
    float slope;           /* of the binary logarithm of the weight over the sum of squares */
    float noise;           /* the sum of squares of patches that differ by noise alone */
    size_t width, stride;  /* stride: a row and what patches see beside it */
    float *room;           /* `share` floats for each worker */
    size_t share;
};

/* A worker's rows. */
struct rows {
    float *squares;       /* a ring of rows of square differences */
    float *line, *spare;  /* their sums down the columns */
    float *patch;         /* and over the patches */
    float *weights, *sum; /* of the band: BAND rows, and BAND of each plane */
};

static struct rows rows_of(const struct nlmeans *n, unsigned worker)
{
    struct rows r = {.squares = n->room + worker * n->share};
    r.line = r.squares + (2 * (size_t)n->patch + 1) * n->stride;
    r.spare = r.line + n->stride;
    r.patch = r.spare + n->stride;
    r.weights = r.patch + n->stride;
    r.sum = r.weights + BAND * n->width;
    return r;
}

/* Square differences of row `y` and the one `offset` samples on. */
COMMON_INLINE void square_body(const struct nlmeans *n, int32_t y, ptrdiff_t offset,
                               float *restrict to)
{
    const float *row = n->padded.data + y * n->padded.stride - n->patch;
    for (size_t x = 0; x < n->stride; x++)
        to[x] = 0;
    for (int32_t p = 0; p < n->in.planes; p++, row += n->padded.plane_stride)
        for (size_t x = 0; x < n->stride; x++) {
            const float d = row[x] - row[(ptrdiff_t)x + offset];
            to[x] += d * d;
        }
}

COMMON_AVX2 static void square_avx2(const struct nlmeans *n, int32_t y, ptrdiff_t offset, float *to)
{
    square_body(n, y, offset, to);
}

/* `rows` is odd. */
COMMON_INLINE void column_body(const float *restrict ring, size_t rows, size_t stride,
                               float *restrict to)
{
    memcpy(to, ring, stride * sizeof *to);
    for (size_t i = 1; i < rows; i += 2) {
        const float *restrict a = ring + i * stride, *restrict b = a + stride;
        for (size_t x = 0; x < stride; x++)
            to[x] += a[x] + b[x];
    }
}

COMMON_AVX2 static void column_avx2(const float *ring, size_t rows, size_t stride, float *to)
{
    column_body(ring, rows, stride, to);
}

COMMON_INLINE void weigh_body(const struct nlmeans *n, float *restrict patch,
                              float *restrict weights)
{
    for (size_t x = 0; x < n->width; x++) {
        float excess = patch[x] - n->noise;
        excess = excess < 0 ? 0 : excess; /* NaN stays */
        patch[x] = fast_exp2(excess * n->slope);
        weights[x] += patch[x];
    }
}

COMMON_AVX2 static void weigh_avx2(const struct nlmeans *n, float *patch, float *weights)
{
    weigh_body(n, patch, weights);
}

COMMON_INLINE void add_body(const float *restrict weights, const float *restrict from, size_t width,
                            float *restrict sum)
{
    for (size_t x = 0; x < width; x++)
        sum[x] += weights[x] * from[x];
}

COMMON_AVX2 static void add_avx2(const float *weights, const float *from, size_t width, float *sum)
{
    add_body(weights, from, width, sum);
}

/* Adds what the pixels one offset away are worth to a row of the band. */
static void add_row(const struct nlmeans *n, const struct rows *r, int32_t y, size_t i,
                    ptrdiff_t offset)
{
    const size_t side = 2 * (size_t)n->patch + 1;
    const bool avx2 = common_cpu_avx2();
    (avx2 ? column_avx2 : column_body)(r->squares, side, n->stride, r->line);
    common_slide(r->line, r->spare, side, n->width, r->patch);
    (avx2 ? weigh_avx2 : weigh_body)(n, r->patch, r->weights + i * n->width);
    const float *from = n->padded.data + y * n->padded.stride + offset;
    float *sum = r->sum + i * n->width;
    for (int32_t p = 0; p < n->in.planes; p++) {
        (avx2 ? add_avx2 : add_body)(r->patch, from, n->width, sum);
        from += n->padded.plane_stride;
        sum += BAND * n->width;
    }
}

static void add_offset(const struct nlmeans *n, const struct rows *r, int32_t first, int32_t last,
                       ptrdiff_t offset)
{
    const int32_t side = 2 * n->patch + 1;
    for (int32_t y = first - n->patch; y < last + n->patch; y++) {
        float *to = r->squares + (size_t)(y - first + n->patch) % (size_t)side * n->stride;
        (common_cpu_avx2() ? square_avx2 : square_body)(n, y, offset, to);
        if (y >= first + n->patch)
            add_row(n, r, y - n->patch, (size_t)(y - n->patch - first), offset);
    }
}

static void store(const struct nlmeans *n, const struct rows *r, int32_t first, int32_t last)
{
    for (int32_t p = 0; p < n->in.planes; p++)
        for (int32_t y = first; y < last; y++) {
            const float *weights = r->weights + (size_t)(y - first) * n->width;
            float *sum = r->sum + ((size_t)p * BAND + (size_t)(y - first)) * n->width;
            for (size_t x = 0; x < n->width; x++)
                sum[x] /= weights[x];
            common_store(&n->out, p, y, sum, n->width);
        }
}

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct nlmeans *n = arg;
    const struct rows r = rows_of(n, worker);
    for (size_t y = begin; y < end; y += BAND) {
        const int32_t first = (int32_t)y, last = (int32_t)(end - y < BAND ? end : y + BAND);
        memset(r.weights, 0, BAND * ((size_t)n->in.planes + 1) * n->width * sizeof *r.weights);
        for (int32_t v = -n->search; v <= n->search; v++)
            for (int32_t u = -n->search; u <= n->search; u++)
                add_offset(n, &r, first, last, v * n->padded.stride + u);
        store(n, &r, first, last);
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct nlmeans n = {.patch = params->patch / 2, .search = params->search / 2};
    int status = common_open(&env, &n.in, &n.out);
    if (!status)
        status = filter_pad_planes(&env, &n.in, n.patch + n.search, COMMON_MIRROR, &n.padded);
    if (status)
        return status;
    const double h = (double)filter_tenth(params->h, n.in.dtype);
    const double samples = (double)params->patch * params->patch * n.in.planes;
    n.slope = (float)fmax(-FAST_LOG2E / (h * h * samples), -1e30);
    n.noise = (float)(2 * params->sigma * params->sigma * samples);
    n.width = (size_t)n.in.width;
    n.stride = n.width + 2 * (size_t)n.patch;
    n.share = ((size_t)params->patch + 3) * n.stride;
    n.share += BAND * ((size_t)n.in.planes + 1) * n.width;
    n.room = host->scratch(call, host->workers(call), n.share * sizeof *n.room);
    if (!n.room)
        return common_nomem(&env);
    return common_parallel(&env, (size_t)n.in.height, BAND, filter_rows, &n);
}

static int32_t reach(const void *self)
{
    const struct params *params = self;
    return params->patch / 2 + params->search / 2;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, patch, 7, 1, 63, "px", "width and height of what is compared, odd"),
     .alias = "patch_size", .flags = SEG_PARAM_ODD},
    {SEG_P_INT(struct params, search, 21, 1, 255, "px",
               "width and height of where like pixels are looked for, odd"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_FLOAT(struct params, h, 0, 0, 1e15, NULL,
                 "difference of patches, in the root mean square, at which the weight falls to "
                 "0.37" FILTER_TENTH)},
    {SEG_P_FLOAT(struct params, sigma, 0, 0, 1e15, NULL,
                 "standard deviation of the noise, whose share of the differences is taken off")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("smooth", SEG_ANY_SAMPLE)};

const struct seg_stage filter_nlmeans = {
    FILTER_TABLES,
    .id = "filter.nlmeans",
    .summary = "remove noise by averages of pixels whose surroundings look alike",
    .detail =
        "Compares the patch around each pixel with those around all pixels of the search window, "
        "and averages these, weighed by exp(-d / h^2), d being the mean square difference of the "
        "patches less 2 sigma^2. Several planes are compared together. Beyond the border the image "
        "is mirrored at its last pixel.\n\n"
        "'h' is in units of the samples: scikit-image's value times 255 for 8 bits. Its "
        "patch_distance is half of 'search'. About 0.8 times the standard deviation of the noise, "
        "with 'sigma' given, is a good 'h'. Time grows with the area of the search window, and "
        "little with the patch. Where a search window holds NaN the result is NaN.",
    .reference = "A. Buades, B. Coll, J.-M. Morel, A non-local algorithm for image denoising, "
                 "Computer Vision and Pattern Recognition, 2005",
    .version = 1,
    .process = process,
    .reach = reach,
};
