/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixels by value, for what takes them from one end of the scale to the other. */
#ifndef COMMON_ORDER_H
#define COMMON_ORDER_H

#include "env.h"

/* The pixels of an f32 plane that are not NaN, in scratch memory. `value` becomes a dense copy,
 * negated where `lowest` and without negative zero; the low half of order[0..count-1] is the number
 * of a pixel, the highest value first and equal ones in raster order. */
struct common_order {
    float *value;
    uint64_t *order;
    size_t count;
};

int common_order(const struct common_env *env, const struct seg_view *plane, bool lowest,
                 struct common_order *order);

/* The neighbours of a pixel that lie in the image; returns how many. */
static inline int common_neighbours(uint32_t pixel, int32_t width, int32_t height, int connectivity,
                                    uint32_t near[8])
{
    static const int8_t dx[] = {-1, 1, 0, 0, -1, 1, -1, 1}, dy[] = {0, 0, -1, 1, -1, -1, 1, 1};
    int32_t x = (int32_t)(pixel % (uint32_t)width), y = (int32_t)(pixel / (uint32_t)width);
    int count = 0;
    for (int k = 0; k < connectivity; k++) {
        int32_t nx = x + dx[k], ny = y + dy[k];
        if (nx >= 0 && nx < width && ny >= 0 && ny < height)
            near[count++] = (uint32_t)ny * (uint32_t)width + (uint32_t)nx;
    }
    return count;
}

#endif
