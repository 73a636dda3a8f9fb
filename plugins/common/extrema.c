/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dynamics of extrema (Grimaud, A new measure of contrast: the dynamics, SPIE 1769, 1992).
 *
 * Pixels are taken from the highest to the lowest and joined with their neighbours that were taken
 * before; where two peaks meet, the level there tells how far the lower one stands out. */
#include "extrema.h"

#include "order.h"

#include <math.h>
#include <string.h>

#define NONE UINT32_MAX

struct meet {
    const struct common_env *env;
    int32_t width, height;
    struct common_order order; /* negated for minima */
    uint32_t *parent;
    uint32_t *peak;  /* of a root: its highest pixel, the first one taken */
    uint32_t *alias; /* of a peak: the one that its dynamic is that of; or NONE */
    float *dynamic;  /* of a peak; -1 where it turned out to be none */
    bool ties;
};

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
    float difference = meet->order.value[high] - meet->order.value[low];
    if (difference < 0 || (difference == 0 && low < high)) {
        uint32_t swap = a;
        a = b;
        b = swap;
        high = meet->peak[a];
        low = meet->peak[b];
    }
    meet->parent[b] = a;
    bool tie = meet->order.value[low] == meet->order.value[high],
         plateau = meet->order.value[low] == level;
    if (tie && (plateau || meet->ties))
        meet->alias[low] = high;
    else if (plateau) /* it touches higher ground */
        meet->dynamic[low] = -1;
    else
        meet->dynamic[low] = meet->order.value[low] - level;
}

static int take_all(struct meet *meet, int connectivity)
{
    for (size_t i = 0; i < meet->order.count; i++) {
        uint32_t pixel = (uint32_t)meet->order.order[i], near[8];
        float level = meet->order.value[pixel];
        meet->parent[pixel] = meet->peak[pixel] = pixel;
        meet->dynamic[pixel] = INFINITY;
        int count = common_neighbours(pixel, meet->width, meet->height, connectivity, near);
        for (int k = 0; k < count; k++)
            if (meet->parent[near[k]] != NONE)
                join(meet, pixel, near[k], level);
        if (i % (1 << 20) == 0) {
            const struct seg_host *host = meet->env->host;
            int status = host->progress(meet->env->call, (double)i / (double)meet->order.count);
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

int common_extrema(const struct common_env *env, const struct seg_view *plane,
                   const struct common_extrema *extrema, const struct seg_view *flags)
{
    size_t pixels = common_pixels(plane);
    struct meet meet = {
        .env = env, .width = plane->width, .height = plane->height, .ties = extrema->ties};
    int status = common_order(env, plane, extrema->minima, &meet.order);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, meet.parent, pixels) || !COMMON_SCRATCH(env, meet.peak, pixels) ||
        !COMMON_SCRATCH(env, meet.alias, pixels) || !COMMON_SCRATCH(env, meet.dynamic, pixels))
        return common_nomem(env);
    memset(meet.parent, 0xff, pixels * sizeof *meet.parent); /* NONE */
    memset(meet.alias, 0xff, pixels * sizeof *meet.alias);
    status = take_all(&meet, extrema->connectivity);
    if (status)
        return status;
    for (int32_t y = 0; y < flags->height; y++)
        memset(seg_row(flags, 0, y), 0, (size_t)flags->width);
    for (size_t i = 0; i < meet.order.count; i++) {
        uint32_t pixel = (uint32_t)meet.order.order[i], width = (uint32_t)meet.width;
        float dynamic = meet.dynamic[resolve(meet.alias, pixel)];
        uint8_t *row = seg_row(flags, 0, (int32_t)(pixel / width));
        row[pixel % width] = dynamic >= 0 && ((double)dynamic > extrema->h ||
                                              (!extrema->above && (double)dynamic == extrema->h));
    }
    return SEG_OK;
}
