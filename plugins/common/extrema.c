/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dynamics of extrema (Grimaud, A new measure of contrast: the dynamics, SPIE 1769, 1992).
 *
 * Pixels are taken from the highest to the lowest and joined with their neighbours that were taken
 * before; where two peaks meet, the level there tells how far the lower one stands out. */
#include "extrema.h"

#include <math.h>
#include <string.h>

#define NONE  UINT32_MAX
#define DIGIT 11

struct meet {
    const struct common_env *env;
    int32_t width, height;
    float *value;            /* negated for minima */
    uint64_t *order, *spare; /* key in the high half, pixel in the low half */
    size_t count;
    uint32_t *parent;
    uint32_t *peak;  /* of a root: its highest pixel, the first one taken */
    uint32_t *alias; /* of a peak: the one that its dynamic is that of; or NONE */
    float *dynamic;  /* of a peak; -1 where it turned out to be none */
    bool ties;
};

/* Floats as unsigned integers of the same order, turned round: the highest first. */
static uint32_t key_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= bits >> 31 ? UINT32_MAX : UINT32_C(0x80000000);
    return ~bits;
}

static void radix_sort(struct meet *meet)
{
    for (int shift = 32; shift < 64; shift += DIGIT) {
        size_t start[1 << DIGIT] = {0}, sum = 0;
        const uint64_t mask = (1 << DIGIT) - 1;
        for (size_t i = 0; i < meet->count; i++)
            start[meet->order[i] >> shift & mask]++;
        if (!meet->count || start[meet->order[0] >> shift & mask] == meet->count)
            continue;
        for (size_t d = 0; d <= mask; d++) {
            size_t here = start[d];
            start[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < meet->count; i++)
            meet->spare[start[meet->order[i] >> shift & mask]++] = meet->order[i];
        uint64_t *sorted = meet->spare;
        meet->spare = meet->order;
        meet->order = sorted;
    }
}

static uint32_t find(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Joins the sets of two pixels at the given level. */
static void join(struct meet *meet, uint32_t a, uint32_t b, float level)
{
    a = find(meet->parent, a);
    b = find(meet->parent, b);
    if (a == b)
        return;
    uint32_t high = meet->peak[a], low = meet->peak[b];
    float difference = meet->value[high] - meet->value[low];
    if (difference < 0 || (difference == 0 && low < high)) {
        uint32_t swap = a;
        a = b;
        b = swap;
        high = meet->peak[a];
        low = meet->peak[b];
    }
    meet->parent[b] = a;
    bool tie = meet->value[low] == meet->value[high], plateau = meet->value[low] == level;
    if (tie && (plateau || meet->ties))
        meet->alias[low] = high;
    else if (plateau) /* it touches higher ground */
        meet->dynamic[low] = -1;
    else
        meet->dynamic[low] = meet->value[low] - level;
}

static int take_all(struct meet *meet, int connectivity)
{
    static const int32_t dx[] = {-1, 1, 0, 0, -1, 1, -1, 1}, dy[] = {0, 0, -1, 1, -1, -1, 1, 1};
    int32_t width = meet->width, height = meet->height;
    for (size_t i = 0; i < meet->count; i++) {
        uint32_t pixel = (uint32_t)meet->order[i];
        int32_t x = (int32_t)(pixel % (uint32_t)width), y = (int32_t)(pixel / (uint32_t)width);
        float level = meet->value[pixel];
        meet->parent[pixel] = meet->peak[pixel] = pixel;
        meet->dynamic[pixel] = INFINITY;
        for (int k = 0; k < connectivity; k++) {
            int32_t nx = x + dx[k], ny = y + dy[k];
            if (nx < 0 || nx >= width || ny < 0 || ny >= height)
                continue;
            uint32_t other = (uint32_t)ny * (uint32_t)width + (uint32_t)nx;
            if (meet->parent[other] != NONE)
                join(meet, pixel, other, level);
        }
        if (i % (1 << 20) == 0) {
            const struct seg_host *host = meet->env->host;
            int status = host->progress(meet->env->call, (double)i / (double)meet->count);
            if (status)
                return status;
        }
    }
    return SEG_OK;
}

/* The peak whose dynamic is that of `pixel`. */
static uint32_t resolve(uint32_t *alias, uint32_t pixel)
{
    while (alias[pixel] != NONE) {
        uint32_t next = alias[pixel];
        if (alias[next] != NONE)
            alias[pixel] = alias[next];
        pixel = next;
    }
    return pixel;
}

static void list_pixels(struct meet *meet, const struct seg_view *plane, bool minima)
{
    uint32_t pixel = 0;
    for (int32_t y = 0; y < plane->height; y++) {
        const float *row = seg_row(plane, 0, y);
        for (int32_t x = 0; x < plane->width; x++, pixel++) {
            meet->value[pixel] = (minima ? -row[x] : row[x]) + 0.0f; /* no negative zero */
            meet->parent[pixel] = meet->alias[pixel] = NONE;
            if (row[x] == row[x])
                meet->order[meet->count++] = (uint64_t)key_of(meet->value[pixel]) << 32 | pixel;
        }
    }
}

int common_extrema(const struct common_env *env, const struct seg_view *plane,
                   const struct common_extrema *extrema, const struct seg_view *flags)
{
    size_t pixels = common_pixels(plane);
    struct meet meet = {
        .env = env, .width = plane->width, .height = plane->height, .ties = extrema->ties};
    if (pixels >= NONE)
        return env->host->fail(env->call, SEG_LIMIT, "the image has %zu pixels; at most %u fit",
                               pixels, NONE - 1);
    if (!COMMON_SCRATCH(env, meet.value, pixels) || !COMMON_SCRATCH(env, meet.order, pixels) ||
        !COMMON_SCRATCH(env, meet.spare, pixels) || !COMMON_SCRATCH(env, meet.parent, pixels) ||
        !COMMON_SCRATCH(env, meet.peak, pixels) || !COMMON_SCRATCH(env, meet.alias, pixels) ||
        !COMMON_SCRATCH(env, meet.dynamic, pixels))
        return common_nomem(env);
    list_pixels(&meet, plane, extrema->minima);
    radix_sort(&meet);
    int status = take_all(&meet, extrema->connectivity);
    if (status)
        return status;
    for (int32_t y = 0; y < flags->height; y++)
        memset(seg_row(flags, 0, y), 0, (size_t)flags->width);
    for (size_t i = 0; i < meet.count; i++) {
        uint32_t pixel = (uint32_t)meet.order[i], width = (uint32_t)meet.width;
        float dynamic = meet.dynamic[resolve(meet.alias, pixel)];
        uint8_t *row = seg_row(flags, 0, (int32_t)(pixel / width));
        row[pixel % width] = dynamic >= 0 && ((double)dynamic > extrema->h ||
                                              (!extrema->above && (double)dynamic == extrema->h));
    }
    return SEG_OK;
}
