/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.resize: the same picture with another number of pixels. */
#include "common/cpu.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t width, height, method;
    double factor;
    bool antialias;
};

enum { NEAREST, BILINEAR, AREA, CUBIC, LANCZOS };

static const double supports[] = {
    [NEAREST] = 0, [BILINEAR] = 1, [AREA] = 0.5, [CUBIC] = 2, [LANCZOS] = 3};

/* Which samples of a line make up each one of the new line. */
struct taps {
    size_t most;    /* for one */
    int32_t *first; /* the first one that counts */
    int32_t *count;
    float *weights; /* `most` for each */
};

struct resize {
    struct seg_view in, out, wide; /* wide: f32, the input with the width of the output */
    struct taps across, down;
    int32_t plane;
    float *room; /* a row of either width for each worker */
    size_t share;
};

static double kernel(int32_t method, double x)
{
    const double pi = 3.14159265358979323846;
    x = fabs(x);
    switch (method) {
    case BILINEAR:
        return x < 1 ? 1 - x : 0;
    case CUBIC: /* a = -1/2 */
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
    if (method != AREA)
        return kernel(method, (i + 0.5 - at) / stretch);
    const double low = fmax(i, at - scale / 2), high = fmin(i + 1, at + scale / 2);
    return fmax(high - low, 0);
}

/* The taps of one sample; what lies beyond an end counts for the sample at the end. */
static void set_tap(const struct params *params, int32_t from, int32_t to, int32_t x,
                    struct taps *taps)
{
    const int32_t method = params->method;
    const double scale = (double)from / to, at = (x + 0.5) * scale;
    const double stretch = params->antialias && scale > 1 ? scale : 1;
    const double reach = method == AREA ? scale / 2 : supports[method] * stretch;
    int64_t low = (int64_t)floor(at - reach), high = (int64_t)floor(at + reach);
    double sum = 0;
    if (method != NEAREST) { /* what counts nothing shall not count by being NaN */
        while (low < high && weight(method, at, scale, stretch, (double)low) == 0)
            low++;
        while (low < high && weight(method, at, scale, stretch, (double)high) == 0)
            high--;
    }
    const int64_t first = low < 0 ? 0 : low < from ? low : from - 1;
    const int64_t last = high < first ? first : high < from ? high : from - 1;
    float *weights = taps->weights + (size_t)x * taps->most;
    taps->first[x] = (int32_t)first;
    taps->count[x] = (int32_t)(last - first + 1);
    weights[0] = 1;
    if (low == high)
        return;
    for (int64_t i = low; i <= high; i++)
        sum += weight(method, at, scale, stretch, (double)i);
    memset(weights, 0, (size_t)taps->count[x] * sizeof *weights);
    for (int64_t i = low; i <= high; i++) {
        const int64_t clamped = i < first ? first : i > last ? last : i;
        weights[clamped - first] += (float)(weight(method, at, scale, stretch, (double)i) / sum);
    }
}

static int set_taps(const struct common_env *env, const struct params *params, int32_t from,
                    int32_t to, struct taps *taps)
{
    const double scale = (double)from / to;
    const double most = 2 * fmax(supports[params->method], 0.5) * fmax(scale, 1) + 2;
    taps->most = most < from ? (size_t)most : (size_t)from;
    taps->weights = env->host->scratch(env->call, (size_t)to, taps->most * sizeof(float));
    if (!taps->weights || !COMMON_SCRATCH(env, taps->first, to) ||
        !COMMON_SCRATCH(env, taps->count, to))
        return common_nomem(env);
    for (int32_t x = 0; x < to; x++)
        set_tap(params, from, to, x, taps);
    return SEG_OK;
}

static int widen_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct resize *r = arg;
    float *row = r->room + worker * r->share;
    for (size_t y = begin; y < end; y++) {
        float *to = seg_row(&r->wide, 0, (int32_t)y);
        common_floats(&r->in, r->plane, (int32_t)y, 0, (size_t)r->in.width, row);
        for (int32_t x = 0; x < r->out.width; x++) {
            const float *from = row + r->across.first[x];
            const float *weights = r->across.weights + (size_t)x * r->across.most;
            float sum = weights[0] * from[0];
            for (int32_t k = 1; k < r->across.count[x]; k++)
                sum += weights[k] * from[k];
            to[x] = sum;
        }
    }
    return SEG_OK;
}

COMMON_INLINE void add_row_body(float *restrict sum, const float *restrict row, float weight,
                                bool first, size_t width)
{
    if (first)
        for (size_t x = 0; x < width; x++)
            sum[x] = weight * row[x];
    else
        for (size_t x = 0; x < width; x++)
            sum[x] += weight * row[x];
}

COMMON_AVX2 static void add_row_avx2(float *sum, const float *row, float weight, bool first,
                                     size_t width)
{
    add_row_body(sum, row, weight, first, width);
}

static int heighten_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct resize *r = arg;
    const size_t width = (size_t)r->out.width;
    float *sum = r->room + worker * r->share;
    for (size_t y = begin; y < end; y++) {
        const float *weights = r->down.weights + y * r->down.most;
        for (int32_t k = 0; k < r->down.count[y]; k++)
            (common_cpu_avx2() ? add_row_avx2 : add_row_body)(
                sum, seg_row(&r->wide, 0, r->down.first[y] + k), weights[k], !k, width);
        common_store(&r->out, r->plane, (int32_t)y, sum, width);
    }
    return SEG_OK;
}

static int set_pixel_size(const struct common_env *env, const struct resize *r)
{
    const double *size = r->in.pixel_size;
    const double sizes[2] = {size[0] * r->in.width / r->out.width,
                             size[1] * r->in.height / r->out.height};
    if (size[0] <= 0 && size[1] <= 0)
        return SEG_OK;
    return env->host->set(env->call, 0, SEG_PROP_PIXEL_SIZE, sizes, 2);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct resize r = {0};
    int status = common_open(&env, &r.in, &r.out);
    struct seg_view like = r.in;
    like.width = r.out.width;
    if (!status)
        status = common_scratch_view(&env, &like, SEG_F32, &r.wide);
    if (!status)
        status = set_taps(&env, params, r.in.width, r.out.width, &r.across);
    if (!status)
        status = set_taps(&env, params, r.in.height, r.out.height, &r.down);
    if (status)
        return status;
    r.share = (size_t)(r.in.width > r.out.width ? r.in.width : r.out.width);
    r.room = host->scratch(call, host->workers(call), r.share * sizeof *r.room);
    if (!r.room)
        return common_nomem(&env);
    const size_t grain = common_grain(r.out.width);
    for (; r.plane < r.in.planes && !status; r.plane++) {
        status = common_parallel(&env, (size_t)r.in.height, grain, widen_rows, &r);
        if (!status)
            status = common_parallel(&env, (size_t)r.out.height, grain, heighten_rows, &r);
    }
    return status ? status : set_pixel_size(&env, &r);
}

static double new_size(int32_t wanted, int32_t size, double ratio)
{
    return wanted ? wanted : fmax(floor(size * ratio + 0.5), 1);
}

static int shape(const struct seg_host *host, struct seg_call *call, const void *self,
                 const struct seg_shape *in, struct seg_shape *out)
{
    const struct params *params = self;
    double ratio = params->factor;
    if (params->width)
        ratio = (double)params->width / in->width;
    else if (params->height)
        ratio = (double)params->height / in->height;
    const double width = new_size(params->width, in->width, ratio);
    const double height = new_size(params->height, in->height, ratio);
    if (width > INT32_MAX || height > INT32_MAX)
        return host->fail(call, SEG_LIMIT, "the result would be %.0f x %.0f pixels large", width,
                          height);
    out->width = (int32_t)width;
    out->height = (int32_t)height;
    return SEG_OK;
}

static const struct seg_choice methods[] = {
    [NEAREST] = {"nearest", "the sample in the middle"},
    [BILINEAR] = {"bilinear", "a straight line between two samples"},
    [AREA] = {"area", "the mean of what the new pixel covers"},
    [CUBIC] = {"cubic", "Keys' cubic with a = -1/2, over four samples"},
    [LANCZOS] = {"lanczos", "a sinc within a sinc, over six samples"},
};

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, width, 0, 0, 1 << 30, "px", "the new width; 0: in proportion")},
    {SEG_P_INT(struct params, height, 0, 0, 1 << 30, "px", "the new height; 0: in proportion")},
    {SEG_P_FLOAT(struct params, factor, 1, 1e-6, 1e6, NULL,
                 "how much larger, where neither width nor height is given")},
    {SEG_P_CHOICE(struct params, method, BILINEAR, methods, "how samples are made")},
    {SEG_P_BOOL(struct params, antialias, true,
                "widen the kernel where the image gets smaller, so that all samples count")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {
    {.name = "resized",
     .summary = "of another size and the same type",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_SIZED},
};

const struct seg_stage filter_resize = {
    FILTER_TABLES,
    .id = "filter.resize",
    .summary = "make the image larger or smaller",
    .detail =
        "Edges of the old and the new image coincide, as in OpenCV, Pillow and scikit-image; the "
        "size of a pixel, where it is known, changes with it. Beyond the border the last sample is "
        "repeated. Results of 8 and 16 bits are rounded, and cut where they leave the range.\n\n"
        "With antialias=false and bilinear results are OpenCV's INTER_LINEAR; 'area' is its "
        "INTER_AREA for smaller images; its cubic has a = -3/4 and its Lanczos eight samples.",
    .reference = "R. G. Keys, Cubic convolution interpolation for digital image processing, IEEE "
                 "Transactions on Acoustics, Speech and Signal Processing 29 (6), 1981",
    .version = 1,
    .process = process,
    .shape = shape,
};
