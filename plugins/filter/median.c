/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.median: the median of a window. */
#include "median.h"

#include "common/border.h"
#include "opencv/cv.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t size, shape, border;
};

static void net_row(const void *arg, const void *const *rows, int32_t width, void *room, void *out)
{
    const struct filter_windows *windows = arg;
    filter_median_net(rows, windows->in.dtype, width, room, out);
}

struct banded {
    const struct common_env *env;
    const struct filter_windows *windows;
    const struct cv_table *cv;
    int32_t plane;
};

/* A band of rows by OpenCV, which wants the rows around it in one piece of memory. */
static int filter_band(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct banded *banded = arg;
    const struct filter_windows *windows = banded->windows;
    const struct seg_host *host = banded->env->host;
    struct seg_call *call = banded->env->call;
    int32_t side = windows->size, radius = side / 2, width = windows->in.width;
    size_t rows = end - begin + 2 * (size_t)radius;
    size_t stride = ((size_t)width + (size_t)side + 63) / 64 * 64;
    char *memory = host->alloc(call, 2 * rows, stride), why[CV_REASON];
    if (!memory)
        return host->fail(call, SEG_NOMEM, NULL);
    for (size_t i = 0; i < rows; i++)
        filter_window_row(windows, banded->plane, (int64_t)begin + (int64_t)i - radius,
                          memory + i * stride);
    struct cv_plane in = {memory, (ptrdiff_t)stride, width + 2 * radius, (int32_t)rows, SEG_U8};
    struct cv_plane out = in;
    out.data = memory + rows * stride;
    int status = banded->cv->median(&in, &out, side, why);
    for (size_t y = begin; y < end && !status; y++)
        memcpy(seg_row(&windows->out, banded->plane, (int32_t)y),
               memory + (rows + y - begin + (size_t)radius) * stride + radius, (size_t)width);
    host->free(call, memory);
    return status ? host->fail(call, SEG_STAGE, "%s", why) : SEG_OK;
}

static int filter_bands(const struct common_env *env, const struct filter_windows *windows,
                        const struct cv_table *cv)
{
    struct banded banded = {.env = env, .windows = windows, .cv = cv};
    size_t grain = common_grain(windows->in.width), side = (size_t)windows->size;
    grain = grain < 4 * side ? 4 * side : grain;
    int status = SEG_OK;
    for (; banded.plane < windows->in.planes && !status; banded.plane++)
        status = common_parallel(env, (size_t)windows->in.height, grain, filter_band, &banded);
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct filter_windows windows = {.size = params->size, .border = params->border};
    int status = common_open(&env, &windows.in, &windows.out);
    if (status)
        return status;
    const bool square = params->shape == FILTER_SQUARE;
    if (square && params->size == 3)
        return filter_median3(&env, &windows.in, &windows.out, params->border);
    if (square && params->size == 5) {
        windows.row = net_row;
        windows.arg = &windows;
        windows.room_size = 5 * ((size_t)windows.in.width + 4) * seg_dtype_size(windows.in.dtype);
        return filter_windows(&env, &windows);
    }
    if (square && params->size > 5 && windows.in.dtype == SEG_U8) {
        const struct cv_table *cv = host->extension(call, CV_TABLE_ID);
        if (cv)
            return filter_bands(&env, &windows, cv);
    }
    struct filter_order rank = {.dtype = windows.in.dtype};
    status = filter_footprint(&env, params->size, params->shape, &rank.footprint);
    if (status)
        return status;
    rank.rank = rank.footprint.area / 2;
    windows.row = filter_rank_row;
    windows.arg = &rank;
    windows.room_size = filter_rank_room(&rank);
    return filter_windows(&env, &windows);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->size / 2;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, size, 3, 1, 255, "px", "width and height of the window, odd"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_CHOICE(struct params, shape, FILTER_SQUARE, filter_shapes, "which samples count")},
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
    .detail =
        "Takes the median of a square or round window, plane by plane: specks smaller than half "
        "the window disappear and edges stay sharp.\n\n"
        "Squares of sizes 3 and 5 are quick. Larger ones use OpenCV for 8 bits where that module "
        "is "
        "installed, a sliding histogram else and for 16 bits, as disks do; for floating point the "
        "time "
        "grows with the square of the size. Where a floating point window holds NaN the "
        "result is some sample of it.",
    .reference = "T. Huang, G. Yang, G. Tang, A fast two-dimensional median filtering algorithm, "
                 "IEEE Transactions on Acoustics, Speech and Signal Processing 27 (1), 1979",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
