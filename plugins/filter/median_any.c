/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Medians of large windows: a histogram that slides along the row (Huang, Yang and Tang, IEEE
 * Transactions on Acoustics, Speech and Signal Processing 27, 1979) in two tiers, and for floats a
 * selection out of each window (Hoare, Communications of the ACM 4, 1961). */
#include "median.h"

#include <string.h>

struct tiers {
    uint32_t coarse[256]; /* of the high 8 bits of 16 */
    uint32_t fine[];      /* of each value */
};

size_t filter_median_room(int32_t size, uint32_t dtype)
{
    if (dtype == SEG_F32)
        return (size_t)size * (size_t)size * sizeof(float);
    return sizeof(struct tiers) + sizeof(uint32_t) * (dtype == SEG_U8 ? 256 : 65536);
}

/* The value at which half of the samples lie below. */
static uint32_t middle(const struct tiers *tiers, uint32_t shift, uint32_t half)
{
    uint32_t sum = 0, block = 0;
    while (sum + tiers->coarse[block] <= half)
        sum += tiers->coarse[block++];
    uint32_t value = block << shift;
    while (sum + tiers->fine[value] <= half)
        sum += tiers->fine[value++];
    return value;
}

static uint32_t sample(const void *row, uint32_t dtype, int32_t x)
{
    return dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const uint16_t *)row)[x];
}

/* Adds a column of the window, or with `step` UINT32_MAX takes it away. */
static void add_column(struct tiers *tiers, const void *const *rows, int32_t size, uint32_t dtype,
                       int32_t x, uint32_t step)
{
    uint32_t shift = dtype == SEG_U8 ? 4 : 8;
    for (int32_t i = 0; i < size; i++) {
        uint32_t value = sample(rows[i], dtype, x);
        tiers->fine[value] += step;
        tiers->coarse[value >> shift] += step;
    }
}

static void slide(const void *const *rows, int32_t size, uint32_t dtype, int32_t width,
                  struct tiers *tiers, void *out)
{
    uint32_t half = (uint32_t)size * (uint32_t)size / 2, shift = dtype == SEG_U8 ? 4 : 8;
    for (int32_t x = 0; x < size - 1; x++)
        add_column(tiers, rows, size, dtype, x, 1);
    for (int32_t x = 0; x < width; x++) {
        add_column(tiers, rows, size, dtype, x + size - 1, 1);
        uint32_t value = middle(tiers, shift, half);
        if (dtype == SEG_U8)
            ((uint8_t *)out)[x] = (uint8_t)value;
        else
            ((uint16_t *)out)[x] = (uint16_t)value;
        add_column(tiers, rows, size, dtype, x, UINT32_MAX);
    }
    for (int32_t x = width; x < width + size - 1; x++) /* empty again, for the next row */
        add_column(tiers, rows, size, dtype, x, UINT32_MAX);
}

/* The sample that has `rank` others below it. */
static float select_rank(float *list, size_t count, size_t rank)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        float pivot = list[low + (high - low) / 2];
        size_t i = low, j = high;
        while (i <= j) {
            while (list[i] < pivot)
                i++;
            while (pivot < list[j])
                j--;
            if (i > j)
                break;
            float swap = list[i];
            list[i++] = list[j];
            list[j] = swap;
            if (!j--)
                break;
        }
        if (rank < i && (j == SIZE_MAX || rank > j))
            break;
        if (j != SIZE_MAX && rank <= j)
            high = j;
        else
            low = i;
    }
    return list[rank];
}

void filter_median_any(const void *const *rows, int32_t size, uint32_t dtype, int32_t width,
                       void *room, void *out)
{
    if (dtype != SEG_F32) {
        slide(rows, size, dtype, width, room, out);
        return;
    }
    size_t side = (size_t)size;
    float *window = room, *to = out;
    for (int32_t x = 0; x < width; x++) {
        for (size_t i = 0; i < side; i++)
            memcpy(window + i * side, (const float *)rows[i] + x, side * sizeof *window);
        to[x] = select_rank(window, side * side, side * side / 2);
    }
}
