/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows: a ring holds the rows, with their borders, that a row of windows sees. */
#include "window.h"

#include "common/border.h"
#include "common/sample.h"

#include <string.h>

int filter_footprint(const struct common_env *env, int32_t size, int32_t shape,
                     struct filter_footprint *footprint)
{
    const int32_t radius = size / 2;
    int32_t *half;
    if (!COMMON_SCRATCH(env, half, size))
        return common_nomem(env);
    *footprint = (struct filter_footprint){.size = size, .half = half};
    for (int32_t i = 0; i < size; i++) {
        const int32_t y = i - radius;
        half[i] = radius;
        while (shape == FILTER_DISK && half[i] * half[i] + y * y > radius * radius)
            half[i]--;
        footprint->area += 2 * (size_t)half[i] + 1;
    }
    return SEG_OK;
}

static void fill_border(char *middle, size_t size, int32_t width, int32_t pad, int32_t border)
{
    for (int32_t i = 1; i <= pad; i++) {
        const size_t left = (size_t)common_border(-(int64_t)i, width, border);
        const size_t right = (size_t)common_border((int64_t)width - 1 + i, width, border);
        memcpy(middle - (size_t)i * size, middle + left * size, size);
        memcpy(middle + ((size_t)width - 1 + (size_t)i) * size, middle + right * size, size);
    }
}

void filter_window_row(const struct filter_windows *windows, int32_t plane, int64_t y, void *to)
{
    const struct seg_view *in = &windows->in;
    const size_t size = seg_dtype_size(in->dtype);
    char *middle = (char *)to + (size_t)(windows->size / 2) * size;
    memcpy(middle, seg_row(in, plane, common_border(y, in->height, windows->border)),
           (size_t)in->width * size);
    fill_border(middle, size, in->width, windows->size / 2, windows->border);
}

struct ring {
    const struct filter_windows *windows;
    int32_t plane;
    char *room; /* `share` bytes for each worker: rows, pointers to them, what a row needs */
    size_t share, line, pointers;
};

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct ring *r = arg;
    const struct filter_windows *windows = r->windows;
    const size_t size = (size_t)windows->size, radius = size / 2;
    char *ring = r->room + worker * r->share;
    const void **rows = (const void **)(void *)(ring + size * r->line);
    void *room = (char *)rows + r->pointers;
    int64_t next = (int64_t)begin - (int64_t)radius;
    for (size_t y = begin; y < end; y++) {
        for (; next <= (int64_t)(y + radius); next++)
            filter_window_row(windows, r->plane, next,
                              ring + (size_t)(next + (int64_t)radius) % size * r->line);
        for (size_t i = 0; i < size; i++)
            rows[i] = ring + (y + i) % size * r->line;
        windows->row(windows->arg, rows, windows->in.width, room,
                     seg_row(&windows->out, r->plane, (int32_t)y));
    }
    return SEG_OK;
}

static size_t round_up(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

int filter_windows(const struct common_env *env, const struct filter_windows *windows)
{
    const size_t size = (size_t)windows->size, workers = env->host->workers(env->call);
    struct ring ring = {.windows = windows};
    ring.line =
        round_up(((size_t)windows->in.width + size - 1) * seg_dtype_size(windows->in.dtype));
    ring.pointers = round_up(size * sizeof(void *));
    ring.share = size * ring.line + ring.pointers + round_up(windows->room_size);
    if (!COMMON_SCRATCH(env, ring.room, workers * ring.share))
        return common_nomem(env);
    memset(ring.room, 0, workers * ring.share);
    size_t grain = common_grain(windows->in.width);
    grain = grain < 4 * size ? 4 * size : grain;
    int status = SEG_OK;
    for (; ring.plane < windows->in.planes && !status; ring.plane++)
        status = common_parallel(env, (size_t)windows->in.height, grain, filter_rows, &ring);
    return status;
}

struct pad {
    const struct seg_view *in;
    struct filter_padded to;
    int32_t pad, border;
};

/* Rows of all planes, one plane after the other. */
static int pad_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pad *pad = arg;
    const size_t rows = (size_t)pad->in->height + 2 * (size_t)pad->pad;
    for (size_t i = begin; i < end; i++) {
        const int32_t plane = (int32_t)(i / rows), y = (int32_t)(i % rows) - pad->pad;
        float *row = pad->to.data + plane * pad->to.plane_stride + y * pad->to.stride;
        common_floats(pad->in, plane, common_border(y, pad->in->height, pad->border), 0,
                      (size_t)pad->in->width, row);
        fill_border((char *)row, sizeof *row, pad->in->width, pad->pad, pad->border);
    }
    return SEG_OK;
}

int filter_pad_planes(const struct common_env *env, const struct seg_view *in, int32_t pad,
                      int32_t border, struct filter_padded *padded)
{
    const size_t rows = (size_t)in->height + 2 * (size_t)pad;
    const size_t stride = ((size_t)in->width + 2 * (size_t)pad + 15) / 16 * 16;
    struct pad job = {.in = in, .pad = pad, .border = border};
    float *memory =
        env->host->scratch(env->call, rows * (size_t)in->planes, stride * sizeof(float));
    if (!memory)
        return common_nomem(env);
    job.to.data = memory + (size_t)pad * stride + (size_t)pad;
    job.to.stride = (ptrdiff_t)stride;
    job.to.plane_stride = (ptrdiff_t)(rows * stride);
    *padded = job.to;
    return common_parallel(env, rows * (size_t)in->planes, common_grain(in->width), pad_rows, &job);
}
