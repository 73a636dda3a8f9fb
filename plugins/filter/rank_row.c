/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranks in windows of any size: a histogram that slides along the row (Huang, Yang and Tang, IEEE
 * Transactions on Acoustics, Speech and Signal Processing 27, 1979) in two tiers, and for floats a
 * selection out of each window (Hoare, Communications of the ACM 4, 1961). */
#include "median.h"

#include <string.h>

struct tiers {
    uint32_t coarse[256]; /* of the high 8 bits of 16 */
    uint32_t fine[];      /* of each value */
};

size_t filter_rank_room(const struct filter_order *rank)
{
    if (rank->dtype == SEG_F32)
        return rank->footprint.area * sizeof(float);
    return sizeof(struct tiers) + sizeof(uint32_t) * (rank->dtype == SEG_U8 ? 256 : 65536);
}

/* The value with so many samples below. */
static uint32_t find(const struct tiers *tiers, uint32_t shift, size_t rank)
{
    size_t sum = 0;
    uint32_t block = 0;
    while (sum + tiers->coarse[block] <= rank)
        sum += tiers->coarse[block++];
    uint32_t value = block << shift;
    while (sum + tiers->fine[value] <= rank)
        sum += tiers->fine[value++];
    return value;
}

static void count(struct tiers *tiers, const void *row, uint32_t dtype, int32_t x, uint32_t step)
{
    const uint32_t value = dtype == SEG_U8 ? ((const uint8_t *)row)[x] : ((const uint16_t *)row)[x];
    tiers->fine[value] += step;
    tiers->coarse[value >> (dtype == SEG_U8 ? 4 : 8)] += step;
}

/* Adds the last column of the window that begins at `x`, or with `step` UINT32_MAX takes its first
 * one away. */
static void move_edge(struct tiers *tiers, const struct filter_order *rank, const void *const *rows,
                      int32_t x, uint32_t step)
{
    const int32_t size = rank->footprint.size, side = step == 1 ? 1 : -1;
    for (int32_t i = 0; i < size; i++)
        count(tiers, rows[i], rank->dtype, x + size / 2 + side * rank->footprint.half[i], step);
}

static void slide(const struct filter_order *rank, const void *const *rows, int32_t width,
                  struct tiers *tiers, void *out)
{
    const uint32_t shift = rank->dtype == SEG_U8 ? 4 : 8;
    const struct filter_footprint *f = &rank->footprint;
    for (int32_t i = 0; i < f->size; i++) /* all but the last column */
        for (int32_t x = f->size / 2 - f->half[i]; x < f->size / 2 + f->half[i]; x++)
            count(tiers, rows[i], rank->dtype, x, 1);
    for (int32_t x = 0; x < width; x++) {
        move_edge(tiers, rank, rows, x, 1);
        const uint32_t value = find(tiers, shift, rank->rank);
        if (rank->dtype == SEG_U8)
            ((uint8_t *)out)[x] = (uint8_t)value;
        else
            ((uint16_t *)out)[x] = (uint16_t)value;
        move_edge(tiers, rank, rows, x, UINT32_MAX);
    }
    for (int32_t i = 0; i < f->size; i++) /* empty again, for the next row */
        for (int32_t x = f->size / 2 - f->half[i]; x < f->size / 2 + f->half[i]; x++)
            count(tiers, rows[i], rank->dtype, x + width, UINT32_MAX);
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

void filter_rank_row(const void *arg, const void *const *rows, int32_t width, void *room, void *out)
{
    const struct filter_order *rank = arg;
    if (rank->dtype != SEG_F32) {
        slide(rank, rows, width, room, out);
        return;
    }
    const struct filter_footprint *f = &rank->footprint;
    float *to = out;
    for (int32_t x = 0; x < width; x++) {
        float *window = room;
        for (int32_t i = 0; i < f->size; i++) {
            const size_t side = 2 * (size_t)f->half[i] + 1;
            memcpy(window, (const float *)rows[i] + x + f->size / 2 - f->half[i],
                   side * sizeof *window);
            window += side;
        }
        to[x] = select_rank(room, f->area, rank->rank);
    }
}
