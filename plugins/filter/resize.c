/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.resize: the same picture with another number of pixels. */
#include "common/sample.h"
#include "resample.h"
#include "resample_bytes.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t width, height, method;
    double factor;
    bool antialias;
};

struct resize {
    struct seg_view in, out;
    struct resample_taps across, down;
    int32_t plane;
    bool down_first; /* columns are made anew before rows are, so that few rows are left for that */
    size_t width, padded, spare; /* floats of a row in the ring; with padding; of a line */
    float *room;                 /* `share` floats for each worker: ring, sum, line */
    size_t share;
    const float **rows; /* down.most for each worker */
    struct resample_bytes bytes;
};

/* Row `y` of the input as it is put into the ring. */
static void load_row(const struct resize *r, int32_t y, float *line, float *row)
{
    common_floats(&r->in, r->plane, y, 0, (size_t)r->in.width, r->down_first ? row : line);
    if (!r->down_first)
        resample_line(&r->across, line, row);
}

/* The ring holds the rows that the next new row is made of. */
static int resize_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct resize *r = arg;
    const size_t span = r->down.span;
    float *ring = r->room + worker * r->share, *sum = ring + span * r->padded;
    float *line = sum + r->padded + r->spare;
    const float **rows = r->rows + worker * r->down.most;
    int32_t next = 0;
    for (size_t y = begin; y < end; y++) {
        const int32_t low = r->down.low[y], first = r->down.first[y];
        for (next = next < low ? low : next; next < first + r->down.count[y]; next++)
            load_row(r, next, line, ring + (size_t)next % span * r->padded);
        for (int32_t i = 0; i < r->down.count[y]; i++)
            rows[i] = ring + (size_t)(first + i) % span * r->padded;
        resample_rows(&r->down, y, rows, r->width, sum);
        if (r->down_first)
            resample_line(&r->across, sum, line);
        common_store(&r->out, r->plane, (int32_t)y, r->down_first ? line : sum,
                     (size_t)r->out.width);
    }
    return SEG_OK;
}

/* The same for 8 bits in fixed point. */
static int resize_bytes(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct resize *r = arg;
    const size_t span = r->down.span;
    int16_t *ring = (int16_t *)(void *)(r->room + worker * r->share);
    uint8_t *line = (uint8_t *)(ring + span * r->padded);
    int32_t next = 0;
    for (size_t y = begin; y < end; y++) {
        const int32_t low = r->down.low[y], first = r->down.first[y], count = r->down.count[y];
        for (next = next < low ? low : next; next < first + count; next++) {
            memcpy(line, seg_row(&r->in, r->plane, next), (size_t)r->in.width);
            resample_bytes_line(&r->bytes, line, ring + (size_t)next % span * r->padded);
        }
        const float share = count == 2 ? resample_weight(&r->down, y, 1) : 0;
        resample_bytes_rows(ring + (size_t)first % span * r->padded,
                            ring + (size_t)(first + count - 1) % span * r->padded,
                            (int16_t)fminf(rintf(share * 32768), 32767), r->width,
                            seg_row(&r->out, r->plane, (int32_t)y));
    }
    return SEG_OK;
}

static int get_room(const struct common_env *env, struct resize *r)
{
    const size_t workers = env->host->workers(env->call);
    const int32_t wider = r->in.width > r->out.width ? r->in.width : r->out.width;
    r->width = (size_t)(r->down_first ? r->in.width : r->out.width);
    r->padded = (r->width + RESAMPLE_ROUND - 1) / RESAMPLE_ROUND * RESAMPLE_ROUND;
    r->spare = r->across.most + RESAMPLE_SPARE;
    r->share = (r->down.span + 1) * r->padded + r->spare + (size_t)wider + r->spare;
    r->room = env->host->scratch(env->call, workers, r->share * sizeof *r->room);
    if (!r->room || !COMMON_SCRATCH(env, r->rows, workers * r->down.most))
        return common_nomem(env);
    memset(r->room, 0, workers * r->share * sizeof *r->room); /* padding is added up, not used */
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
    if (!status)
        status = resample_taps(&env, params->method, params->antialias, r.in.width, r.out.width,
                               &r.across);
    if (!status)
        status = resample_taps(&env, params->method, params->antialias, r.in.height, r.out.height,
                               &r.down);
    r.down_first = r.out.height < r.in.height;
    if (!status)
        status = get_room(&env, &r);
    const bool bytes = r.in.dtype == SEG_U8 && !r.down_first && !status &&
                       resample_bytes_can(&r.across) && resample_bytes_can(&r.down);
    if (bytes)
        status = resample_bytes(&env, &r.across, &r.bytes);
    const size_t grain = common_grain(r.width > 0 ? (int32_t)r.width : 1);
    for (; r.plane < r.in.planes && !status; r.plane++)
        status = common_parallel(&env, (size_t)r.out.height, grain,
                                 bytes ? resize_bytes : resize_rows, &r);
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
    [RESAMPLE_NEAREST] = {"nearest", "the sample in the middle"},
    [RESAMPLE_BILINEAR] = {"bilinear", "a straight line between two samples"},
    [RESAMPLE_AREA] = {"area", "the mean of what the new pixel covers"},
    [RESAMPLE_CUBIC] = {"cubic", "Keys' cubic with a = -1/2, over four samples"},
    [RESAMPLE_LANCZOS] = {"lanczos", "a sinc within a sinc, over six samples"},
};

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, width, 0, 0, 1 << 30, "px", "the new width; 0: in proportion")},
    {SEG_P_INT(struct params, height, 0, 0, 1 << 30, "px", "the new height; 0: in proportion")},
    {SEG_P_FLOAT(struct params, factor, 1, 1e-6, 1e6, NULL,
                 "how much larger, where neither width nor height is given")},
    {SEG_P_CHOICE(struct params, method, RESAMPLE_BILINEAR, methods, "how samples are made")},
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
        "repeated. Results of 8 and 16 bits are rounded, and cut where they leave the range; those "
        "of 8 bits that lie between two samples a side may be off by 0.02 before.\n\n"
        "With antialias=false and bilinear results are OpenCV's INTER_LINEAR; 'area' is its "
        "INTER_AREA for smaller images; its cubic has a = -3/4 and its Lanczos eight samples.",
    .reference = "R. G. Keys, Cubic convolution interpolation for digital image processing, IEEE "
                 "Transactions on Acoustics, Speech and Signal Processing 29 (6), 1981",
    .version = 1,
    .process = process,
    .shape = shape,
};
