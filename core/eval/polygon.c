/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Polygons to runs by cocoapi's rules (Lin et al., "Microsoft COCO", 2014): corners are rounded to
 * fifths of a pixel, sides become chains of such points, and where a chain crosses the middle line
 * of a pixel column it switches that column's pixels from there down. Any shape may cross itself;
 * it is filled by the even-odd rule. */
#include "rle.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FINE  5          /* points a pixel */
#define COORD (1 << 24)  /* largest coordinate in fine points */
#define CHAIN (1u << 26) /* largest number of points of one polygon */

struct switches {
    uint32_t *at;
    size_t count, room;
    int64_t last_u, last_v; /* the chain's last point */
    bool any;
    int32_t width, height;
    bool failed;
};

static void add(struct switches *s, uint32_t at)
{
    if (s->count == s->room) {
        size_t room = s->room * 2 + 64;
        uint32_t *grown = realloc(s->at, room * sizeof *grown);
        if (!grown) {
            s->failed = true;
            return;
        }
        s->at = grown;
        s->room = room;
    }
    s->at[s->count++] = at;
}

/* The next point of the chain. Only a step in x can cross a column's middle. */
static void point(struct switches *s, int64_t u, int64_t v)
{
    if (s->any && u != s->last_u) {
        int64_t lower_u = u < s->last_u ? u : u - 1, lower_v = v < s->last_v ? v : s->last_v;
        int64_t x = (lower_u - FINE / 2) / FINE;
        if (lower_u >= FINE / 2 && (lower_u - FINE / 2) % FINE == 0 && x < s->width) {
            double y = ((double)lower_v + .5) / FINE - .5;
            y = ceil(fmin(fmax(y, 0), s->height));
            add(s, (uint32_t)x * (uint32_t)s->height + (uint32_t)y);
        }
    }
    s->last_u = u;
    s->last_v = v;
    s->any = true;
}

/* One side: a point for each step along its longer direction. */
static void side(struct switches *s, int64_t x0, int64_t y0, int64_t x1, int64_t y1)
{
    int64_t dx = llabs(x1 - x0), dy = llabs(y1 - y0), length = dx >= dy ? dx : dy;
    bool flat = dx >= dy, back = flat ? x0 > x1 : y0 > y1;
    /* Measured from the end with the smaller coordinate, so that both directions agree. */
    int64_t ax = back ? x1 : x0, ay = back ? y1 : y0, bx = back ? x0 : x1, by = back ? y0 : y1;
    double slope = length ? (double)(flat ? by - ay : bx - ax) / (double)length : 0;
    for (int64_t d = 0; d <= length && !s->failed; d++) {
        int64_t t = back ? length - d : d;
        if (flat) {
            point(s, ax + t, (int64_t)((double)ay + slope * (double)t + .5));
        } else {
            point(s, (int64_t)((double)ax + slope * (double)t + .5), ay + t);
        }
    }
}

static int by_place(const void *a, const void *b)
{
    uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
    return (p > q) - (p < q);
}

/* Runs between the sorted switches; two at one place cancel each other. */
static int to_runs(struct segi_rle *rle, struct switches *s)
{
    uint32_t *counts = malloc((s->count + 2) * sizeof *counts);
    uint32_t all = (uint32_t)s->width * (uint32_t)s->height, from = 0;
    size_t used = 0;
    if (!counts) {
        return SEG_NOMEM;
    }
    if (s->count > 0) {
        qsort(s->at, s->count, sizeof *s->at, by_place);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (used > 0 && s->at[i] == from) {
            from -= counts[--used];
        } else {
            counts[used++] = s->at[i] - from;
            from = s->at[i];
        }
    }
    if (from < all || used == 0) {
        counts[used++] = all - from;
    }
    int status = segi_rle_from_counts(rle, counts, used, s->width, s->height);
    free(counts);
    return status;
}

int segi_rle_from_polygon(struct segi_rle *rle, const double *xy, size_t points, int32_t width,
                          int32_t height)
{
    struct switches s = {.width = width, .height = height};
    memset(rle, 0, sizeof *rle);
    if (points < 3 || width < 1 || height < 1) {
        return SEG_INVALID;
    }
    if ((int64_t)width * height >= UINT32_MAX) {
        return SEG_LIMIT;
    }
    double steps = 0;
    for (size_t i = 0; i < 2 * points; i++) {
        if (!(fabs(xy[i]) < (double)COORD / FINE)) {
            return isfinite(xy[i]) ? SEG_LIMIT : SEG_INVALID;
        }
        steps += fabs(xy[i] - xy[(i + 2) % (2 * points)]) * FINE + 1;
    }
    if (steps > CHAIN) {
        return SEG_LIMIT;
    }
    for (size_t i = 0; i < points; i++) {
        const double *a = xy + 2 * i, *b = xy + 2 * ((i + 1) % points);
        side(&s, (int64_t)(FINE * a[0] + .5), (int64_t)(FINE * a[1] + .5),
             (int64_t)(FINE * b[0] + .5), (int64_t)(FINE * b[1] + .5));
    }
    int status = s.failed ? SEG_NOMEM : to_runs(rle, &s);
    free(s.at);
    return status;
}
