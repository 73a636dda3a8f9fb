/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Window maxima by doubling: windows of 1, 2, 4 ... pixels, of which two cover any other. */
#include "window_max.h"

#include "common/sample.h"

#include <math.h>
#include <string.h>

#define LANES 16 /* columns that are done at a time */

struct maxima {
    struct seg_view from, to;
    size_t radius;
    float *room; /* of one padded line for each worker */
    size_t length;
};

static float larger(float a, float b)
{
    return b > a ? b : a;
}

/* `line` holds LANES lines side by side, or one, each with `radius` more samples on both sides. The
 * results come to the front. */
static void line_max(float *line, size_t count, size_t radius, size_t lanes)
{
    size_t window = 1, size = 2 * radius + 1, length = count + 2 * radius;
    for (; 2 * window <= size; window *= 2)
        for (size_t i = 0; i < (length - window) * lanes; i++)
            line[i] = larger(line[i], line[i + window * lanes]);
    for (size_t i = 0; i < count * lanes; i++)
        line[i] = larger(line[i], line[i + (size - window) * lanes]);
}

static void pad(float *line, size_t count, size_t radius, size_t lanes)
{
    for (size_t i = 0; i < radius * lanes; i++)
        line[i] = line[(radius + count) * lanes + i] = -INFINITY;
}

static int along_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct maxima *maxima = arg;
    size_t width = (size_t)maxima->from.width, radius = maxima->radius;
    float *room = maxima->room + worker * maxima->length;
    for (size_t y = begin; y < end; y++) {
        const float *from = seg_row(&maxima->from, 0, (int32_t)y);
        pad(room, width, radius, 1);
        for (size_t x = 0; x < width; x++)
            room[radius + x] = from[x] == from[x] ? from[x] : -INFINITY;
        line_max(room, width, radius, 1);
        memcpy(seg_row(&maxima->to, 0, (int32_t)y), room, width * sizeof *room);
    }
    return SEG_OK;
}

static int along_columns(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct maxima *maxima = arg;
    size_t width = (size_t)maxima->to.width, height = (size_t)maxima->to.height;
    size_t radius = maxima->radius;
    float *room = maxima->room + worker * maxima->length;
    for (size_t group = begin; group < end; group++) {
        size_t x = group * LANES, lanes = width - x < LANES ? width - x : LANES;
        pad(room, height, radius, lanes);
        for (size_t y = 0; y < height; y++)
            memcpy(room + (radius + y) * lanes,
                   (const float *)seg_row(&maxima->to, 0, (int32_t)y) + x, lanes * sizeof *room);
        line_max(room, height, radius, lanes);
        for (size_t y = 0; y < height; y++)
            memcpy((float *)seg_row(&maxima->to, 0, (int32_t)y) + x, room + y * lanes,
                   lanes * sizeof *room);
    }
    return SEG_OK;
}

int markers_window_max(const struct common_env *env, const struct seg_view *image, int32_t radius,
                       struct seg_view *most)
{
    size_t width = (size_t)image->width, height = (size_t)image->height;
    struct maxima maxima = {.from = *image, .radius = (size_t)radius};
    size_t column = (height + 2 * maxima.radius) * LANES, row = width + 2 * maxima.radius;
    maxima.length = column > row ? column : row;
    int status = common_scratch_view(env, image, SEG_F32, most);
    if (status)
        return status;
    maxima.to = *most;
    if (!COMMON_SCRATCH(env, maxima.room, maxima.length * env->host->workers(env->call)))
        return common_nomem(env);
    status = common_parallel(env, height, common_grain(image->width), along_rows, &maxima);
    return status ? status
                  : common_parallel(env, (width + LANES - 1) / LANES, 1, along_columns, &maxima);
}
