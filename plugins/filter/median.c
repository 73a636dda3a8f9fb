/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.median: the median of a square window. */
#include "median.h"

#include "common/border.h"
#include "opencv/cv.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t size;
    int32_t border;
};

struct filter {
    const struct common_env *env;
    const struct params *params;
    struct seg_view in, out;
    int32_t plane;
    char *room; /* `share` bytes for each worker: a ring of padded rows, and what a row needs */
    size_t share, line;
    const struct cv_table *cv;
};

/* Copies row `y`, which may lie outside, with its borders. */
static void pad_row(const struct filter *filter, int64_t y, char *to)
{
    const struct seg_view *in = &filter->in;
    int32_t radius = filter->params->size / 2, border = filter->params->border;
    size_t size = seg_dtype_size(in->dtype);
    const char *from = seg_row(in, filter->plane, common_border(y, in->height, border));
    memcpy(to + (size_t)radius * size, from, (size_t)in->width * size);
    for (int32_t i = 0; i < radius; i++) {
        size_t left = (size_t)common_border((int64_t)i - radius, in->width, border);
        size_t right = (size_t)common_border((int64_t)in->width + i, in->width, border);
        memcpy(to + (size_t)i * size, from + left * size, size);
        memcpy(to + ((size_t)radius + (size_t)in->width + (size_t)i) * size, from + right * size,
               size);
    }
}

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct filter *filter = arg;
    int32_t side = filter->params->size, radius = side / 2, width = filter->in.width;
    char *ring = filter->room + worker * filter->share;
    const void **rows = (const void **)(void *)(ring + (size_t)side * filter->line);
    void *room = rows + (side + 7) / 8 * 8;
    int64_t next = (int64_t)begin - radius;
    for (size_t y = begin; y < end; y++) {
        for (; next <= (int64_t)y + radius; next++)
            pad_row(filter, next, ring + (size_t)(next + radius) % (size_t)side * filter->line);
        for (int32_t i = 0; i < side; i++) /* row y - radius + i */
            rows[i] = ring + (y + (size_t)i) % (size_t)side * filter->line;
        (side == 3 || side == 5 ? filter_median_net : filter_median_any)(
            rows, side, filter->in.dtype, width, room,
            seg_row(&filter->out, filter->plane, (int32_t)y));
    }
    return SEG_OK;
}

/* A band of rows by OpenCV, which wants the rows around it in one piece of memory. */
static int filter_band(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct filter *filter = arg;
    const struct seg_host *host = filter->env->host;
    struct seg_call *call = filter->env->call;
    int32_t side = filter->params->size, radius = side / 2, width = filter->in.width;
    size_t rows = end - begin + 2 * (size_t)radius, stride = (filter->line + 63) / 64 * 64;
    char *memory = host->alloc(call, 2 * rows, stride), why[CV_REASON];
    if (!memory)
        return host->fail(call, SEG_NOMEM, NULL);
    for (size_t i = 0; i < rows; i++)
        pad_row(filter, (int64_t)begin + (int64_t)i - radius, memory + i * stride);
    struct cv_plane in = {memory, (ptrdiff_t)stride, width + 2 * radius, (int32_t)rows, SEG_U8};
    struct cv_plane out = in;
    out.data = memory + rows * stride;
    int status = filter->cv->median(&in, &out, side, why);
    for (size_t y = begin; y < end && !status; y++)
        memcpy(seg_row(&filter->out, filter->plane, (int32_t)y),
               memory + (rows + y - begin + (size_t)radius) * stride + radius, (size_t)width);
    host->free(call, memory);
    return status ? host->fail(call, SEG_STAGE, "%s", why) : SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct filter filter = {.env = &env, .params = self};
    int status = common_open(&env, &filter.in, &filter.out);
    if (status)
        return status;
    size_t side = (size_t)filter.params->size, size = seg_dtype_size(filter.in.dtype);
    size_t room = side == 3 || side == 5 ? 5 * ((size_t)filter.in.width + 4) * size
                                         : filter_median_room(filter.params->size, filter.in.dtype);
    filter.line = ((size_t)filter.in.width + side - 1) * size;
    if (filter.in.dtype == SEG_U8 && side > 5)
        filter.cv = host->extension(call, CV_TABLE_ID);
    if (!filter.cv) {
        filter.line = (filter.line + 63) / 64 * 64;
        filter.share = side * filter.line + (side + 7) / 8 * 8 * sizeof(void *) + room;
        filter.share = (filter.share + 63) / 64 * 64;
        size_t workers = host->workers(call);
        if (!COMMON_SCRATCH(&env, filter.room, workers * filter.share))
            return common_nomem(&env);
        memset(filter.room, 0, workers * filter.share);
    }
    size_t grain = common_grain(filter.in.width);
    grain = grain < 4 * side ? 4 * side : grain;
    for (; filter.plane < filter.in.planes && !status; filter.plane++)
        status = common_parallel(&env, (size_t)filter.in.height, grain,
                                 filter.cv ? filter_band : filter_rows, &filter);
    return status;
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->size / 2;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, size, 3, 1, 255, "px", "width and height of the window, odd"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "smooth",
     .summary = "of the same type",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

const struct seg_stage filter_median = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.median",
    .summary = "replace each sample by the median around it",
    .detail = "Takes the median of a square window, plane by plane: specks smaller than half the "
              "window disappear and edges stay sharp.\n\n"
              "Sizes 3 and 5 are quick. Larger ones use OpenCV for 8 bits where that module is "
              "installed, a sliding histogram else and for 16 bits; for floating point the time "
              "grows with the square of the size. Where a floating point window holds NaN the "
              "result is some sample of it.",
    .reference = "T. Huang, G. Yang, G. Tang, A fast two-dimensional median filtering algorithm, "
                 "IEEE Transactions on Acoustics, Speech and Signal Processing 27 (1), 1979",
    .version = 1,
    .params_size = sizeof(struct params),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
    .reach = reach,
};
