/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes regions connected. */
#include "slic.h"

#include <string.h>

struct connect {
    const struct seg_view *labels;
    int32_t *fresh; /* the new label of each pixel; 0: not yet; the raster is dense */
    uint32_t *list; /* the pixels of one piece */
};

/* Collects the piece of the pixel `list[0]`, which has its new label, and returns its size. */
static size_t collect(const struct connect *connect, int32_t old, int32_t label)
{
    int32_t width = connect->labels->width, height = connect->labels->height;
    size_t count = 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = connect->list[i];
        int32_t x = (int32_t)(at % (uint32_t)width), y = (int32_t)(at / (uint32_t)width);
        const int32_t *row = seg_row(connect->labels, 0, y);
        const uint32_t next[4] = {at - (uint32_t)width, at - 1, at + 1, at + (uint32_t)width};
        bool same[4] = {y > 0 && ((const int32_t *)seg_row(connect->labels, 0, y - 1))[x] == old,
                        x > 0 && row[x - 1] == old, x + 1 < width && row[x + 1] == old,
                        y + 1 < height &&
                            ((const int32_t *)seg_row(connect->labels, 0, y + 1))[x] == old};
        for (int k = 0; k < 4; k++)
            if (same[k] && !connect->fresh[next[k]]) {
                connect->fresh[next[k]] = label;
                connect->list[count++] = next[k];
            }
    }
    return count;
}

int superpixel_connect(const struct common_env *env, const struct seg_view *labels, size_t least,
                       int32_t *count)
{
    size_t pixels = common_pixels(labels), width = (size_t)labels->width;
    struct connect connect = {.labels = labels};
    if (pixels > UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "%zu pixels are too many; at most %u fit",
                               pixels, UINT32_MAX);
    if (!COMMON_SCRATCH(env, connect.fresh, pixels) || !COMMON_SCRATCH(env, connect.list, pixels))
        return common_nomem(env);
    memset(connect.fresh, 0, pixels * sizeof *connect.fresh);
    *count = 0;
    for (size_t at = 0; at < pixels; at++) {
        size_t x = at % width, y = at / width;
        int32_t old = ((const int32_t *)seg_row(labels, 0, (int32_t)y))[x];
        if (old <= 0 || connect.fresh[at])
            continue;
        int32_t before = x && connect.fresh[at - 1] ? connect.fresh[at - 1]
                         : y                        ? connect.fresh[at - width]
                                                    : 0;
        connect.fresh[at] = ++*count;
        connect.list[0] = (uint32_t)at;
        size_t size = collect(&connect, old, *count);
        if (size < least && before) {
            for (size_t i = 0; i < size; i++)
                connect.fresh[connect.list[i]] = before;
            --*count;
        }
    }
    for (int32_t y = 0; y < labels->height; y++)
        memcpy(seg_row(labels, 0, y), connect.fresh + (size_t)y * width, width * sizeof(int32_t));
    return SEG_OK;
}
