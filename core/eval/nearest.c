/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exact Euclidean distances in linear time.
 *
 * The columns' distances come first (two sweeps over the rows of the image), then each row's lower
 * envelope of parabolas: Meijster, Roerdink and Hesselink, "A general algorithm for computing
 * distance transforms in linear time", 2000; Felzenszwalb and Huttenlocher, "Distance transforms of
 * sampled functions", 2012. A row without a pixel of `from` needs no envelope, and neither set's
 * empty margin is looked at. */
#include "nearest.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FAR INT32_MAX /* no pixel of `to` in this column */

struct box {
    int32_t x0, y0, x1, y1; /* x1, y1 are beyond */
};

static bool row_span(const uint8_t *row, int32_t width, int32_t *first, int32_t *end)
{
    const uint8_t *p = row, *stop = row + width;
    uint64_t eight;
    while (stop - p >= 8 && (memcpy(&eight, p, 8), eight == 0)) {
        p += 8;
    }
    while (p < stop && *p == 0) {
        p++;
    }
    if (p == stop) {
        return false;
    }
    while (stop - p >= 8 && (memcpy(&eight, stop - 8, 8), eight == 0)) {
        stop -= 8;
    }
    while (stop[-1] == 0) {
        stop--;
    }
    *first = (int32_t)(p - row);
    *end = (int32_t)(stop - row);
    return true;
}

static struct box bounds(const uint8_t *set, int32_t width, int32_t height)
{
    struct box box = {width, height, 0, 0};
    for (int32_t y = 0; y < height; y++) {
        int32_t first, end;
        if (row_span(set + (size_t)y * (size_t)width, width, &first, &end)) {
            box.y0 = box.y1 == 0 ? y : box.y0;
            box.y1 = y + 1;
            box.x0 = first < box.x0 ? first : box.x0;
            box.x1 = end > box.x1 ? end : box.x1;
        }
    }
    return box;
}

size_t segi_set_count(const uint8_t *set, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += set[i] != 0;
    }
    return count;
}

struct envelope {
    int32_t *at;    /* the columns whose parabolas are lowest somewhere, from the left */
    double *begins; /* where each becomes the lowest */
    int32_t count;
};

/* The lower envelope over one row of `down`, how far each column's nearest pixel is. */
static void build(struct envelope *e, const int32_t *down, int32_t width, double row2,
                  double column2)
{
    e->count = 0;
    for (int32_t x = 0; x < width; x++) {
        if (down[x] == FAR) {
            continue;
        }
        double height = row2 * (double)down[x] * (double)down[x] / column2;
        double begin = -HUGE_VAL;
        while (e->count) {
            int32_t other = e->at[e->count - 1];
            double below = row2 * (double)down[other] * (double)down[other] / column2;
            begin = 0.5 * ((double)x + (double)other + (height - below) / (double)(x - other));
            if (begin > e->begins[e->count - 1]) {
                break;
            }
            e->count--;
        }
        if (e->count == 0) {
            begin = -HUGE_VAL;
        }
        e->at[e->count] = x;
        e->begins[e->count++] = begin;
    }
}

/* Writes the distances of one row's pixels of `from` (whose first column is `x0` of the sites). */
static double *read_off(const struct envelope *e, const int32_t *down, const uint8_t *from,
                        int32_t width, int32_t x0, const double spacing[2], double *out)
{
    int32_t k = 0;
    for (int32_t x = 0; x < width; x++) {
        if (from && !from[x]) {
            continue;
        }
        double place = (double)(x - x0);
        while (k + 1 < e->count && e->begins[k + 1] < place) {
            k++;
        }
        double dx = (place - (double)e->at[k]) * spacing[1];
        double dy = (double)down[e->at[k]] * spacing[0];
        *out++ = sqrt(dx * dx + dy * dy);
    }
    return out;
}

/* Adds one row to the columns' distances, which grow by one each row. */
static void step(int32_t *down, const int32_t *last, const uint8_t *row, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        int32_t more = last[x] + (last[x] != FAR);
        down[x] = row && row[x] ? 0 : more;
    }
}

static void closer(int32_t *down, const int32_t *up, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        down[x] = down[x] < up[x] ? down[x] : up[x];
    }
}

int segi_nearest(const uint8_t *from, const uint8_t *to, int32_t width, int32_t height,
                 const double spacing[2], double *out)
{
    size_t w = (size_t)width;
    struct box sites = bounds(to, width, height);
    struct box asks = from ? bounds(from, width, height) : (struct box){0, 0, width, height};
    if (sites.y1 == 0 || asks.y1 == 0) {
        size_t n = from ? segi_set_count(from, w * (size_t)height) : w * (size_t)height;
        for (size_t i = 0; i < n; i++) {
            out[i] = HUGE_VAL;
        }
        return SEG_OK;
    }
    /* Rows asked for, columns of sites: the distances up the columns for each, then a sweep down
     * that finishes one row after the other. */
    int32_t columns = sites.x1 - sites.x0, rows = asks.y1 - asks.y0;
    size_t row_size = (size_t)columns;
    int status = SEG_NOMEM;
    int32_t *up = malloc(row_size * (size_t)rows * sizeof *up);
    int32_t *now = malloc(2 * row_size * sizeof *now);
    struct envelope e = {malloc(row_size * sizeof *e.at), malloc(row_size * sizeof *e.begins), 0};
    if (!up || !now || !e.at || !e.begins) {
        goto out;
    }
    int32_t *best = now + row_size;
    for (size_t i = 0; i < row_size; i++) {
        now[i] = FAR;
    }
    int32_t bottom = sites.y1 > asks.y1 ? sites.y1 : asks.y1;
    for (int32_t y = bottom - 1; y >= asks.y0; y--) {
        const uint8_t *row = y < sites.y1 && y >= sites.y0 ? to + (size_t)y * w + sites.x0 : NULL;
        step(now, now, row, columns);
        if (y < asks.y1) {
            memcpy(up + (size_t)(y - asks.y0) * row_size, now, row_size * sizeof *up);
        }
    }
    for (size_t i = 0; i < row_size; i++) {
        now[i] = FAR;
    }
    int32_t top = sites.y0 < asks.y0 ? sites.y0 : asks.y0;
    for (int32_t y = top; y < asks.y1; y++) {
        const uint8_t *row = y < sites.y1 && y >= sites.y0 ? to + (size_t)y * w + sites.x0 : NULL;
        step(now, now, row, columns);
        int32_t first = 0, end = 0;
        if (y < asks.y0 || (from && !row_span(from + (size_t)y * w, width, &first, &end))) {
            continue;
        }
        memcpy(best, now, row_size * sizeof *best);
        closer(best, up + (size_t)(y - asks.y0) * row_size, columns);
        build(&e, best, columns, spacing[0] * spacing[0], spacing[1] * spacing[1]);
        out = read_off(&e, best, from ? from + (size_t)y * w : NULL, width, sites.x0, spacing, out);
    }
    status = SEG_OK;
out:
    free(up);
    free(now);
    free(e.at);
    free(e.begins);
    return status;
}
