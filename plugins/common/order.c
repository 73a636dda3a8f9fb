/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorts pixels by value with a radix sort. */
#include "order.h"

#include <string.h>

#define DIGIT 11

/* Floats as unsigned integers of the same order, turned round: the highest first. */
static uint32_t key_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= bits >> 31 ? UINT32_MAX : UINT32_C(0x80000000);
    return ~bits;
}

/* By the high halves; returns which of both arrays holds the result. */
static uint64_t *radix_sort(uint64_t *order, uint64_t *spare, size_t count)
{
    for (int shift = 32; shift < 64 && count; shift += DIGIT) {
        size_t start[1 << DIGIT] = {0}, sum = 0;
        const uint64_t mask = (1 << DIGIT) - 1;
        for (size_t i = 0; i < count; i++)
            start[order[i] >> shift & mask]++;
        if (start[order[0] >> shift & mask] == count)
            continue;
        for (size_t d = 0; d <= mask; d++) {
            size_t here = start[d];
            start[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            spare[start[order[i] >> shift & mask]++] = order[i];
        uint64_t *sorted = spare;
        spare = order;
        order = sorted;
    }
    return order;
}

int common_order(const struct common_env *env, const struct seg_view *plane, bool lowest,
                 struct common_order *order)
{
    size_t pixels = common_pixels(plane);
    uint64_t *spare;
    if (pixels > INT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "the image has %zu pixels; at most %d fit",
                               pixels, INT32_MAX);
    if (!COMMON_SCRATCH(env, order->value, pixels) || !COMMON_SCRATCH(env, order->order, pixels) ||
        !COMMON_SCRATCH(env, spare, pixels))
        return common_nomem(env);
    uint32_t pixel = 0;
    order->count = 0;
    for (int32_t y = 0; y < plane->height; y++) {
        const float *row = seg_row(plane, 0, y);
        for (int32_t x = 0; x < plane->width; x++, pixel++) {
            float value = (lowest ? -row[x] : row[x]) + 0.0f; /* no negative zero */
            order->value[pixel] = value;
            if (value == value)
                order->order[order->count++] = (uint64_t)key_of(value) << 32 | pixel;
        }
    }
    order->order = radix_sort(order->order, spare, order->count);
    return SEG_OK;
}
