/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exact Euclidean distances in linear time.
 *
 * The set is kept as the rows at which each column holds it, so that a column's nearest pixel is
 * one of two. For each row the columns' distances make parabolas whose lower envelope is the answer
 * (Meijster, Roerdink and Hesselink, "A general algorithm for computing distance transforms in
 * linear time", 2000; Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions",
 * 2012). Few pixels of a row that lie near are found sooner by looking around each, which may take
 * as long as the envelope would before that is built. */
#include "nearest.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FAR INT32_MAX /* no pixel of `to` in this column */

/* The set by columns, seen from row `y`, which only rises. */
struct columns {
    size_t *first;  /* where each column's rows begin; one more */
    size_t *cursor; /* of each column: its first row below `y` */
    int32_t *rows;
    int32_t count, y;
};

struct envelope {
    int32_t *at;    /* the columns whose parabolas are lowest somewhere, from the left */
    int32_t *down;  /* how far each of them is from its nearest pixel */
    double *begins; /* where each becomes the lowest */
    int32_t count;
};

/* The first pixel of the set from `x` on, or `width`. */
static int32_t next_set(const uint8_t *row, int32_t x, int32_t width)
{
    uint64_t eight;
    while (width - x >= 8 && (memcpy(&eight, row + x, 8), eight == 0)) {
        x += 8;
    }
    while (x < width && row[x] == 0) {
        x++;
    }
    return x;
}

size_t segi_set_count(const uint8_t *set, size_t n)
{
    size_t count = 0;
    for (size_t from = 0; from < n; from += 4096) {
        size_t end = n - from < 4096 ? n : from + 4096;
        uint32_t block = 0;
        for (size_t i = from; i < end; i++) {
            block += set[i] != 0;
        }
        count += block;
    }
    return count;
}

static bool columns_init(struct columns *c, const uint8_t *set, int32_t width, int32_t height)
{
    size_t w = (size_t)width;
    *c = (struct columns){.count = width};
    c->first = calloc(2 * w + 2, sizeof *c->first);
    if (!c->first) {
        return false;
    }
    c->cursor = c->first + w + 1;
    for (int32_t y = 0; y < height; y++) {
        const uint8_t *row = set + (size_t)y * w;
        for (int32_t x = next_set(row, 0, width); x < width; x = next_set(row, x + 1, width)) {
            c->first[x + 1]++;
        }
    }
    for (size_t x = 0; x < w; x++) {
        c->first[x + 1] += c->first[x];
        c->cursor[x] = c->first[x];
    }
    c->rows = malloc((c->first[w] + 1) * sizeof *c->rows);
    for (int32_t y = 0; c->rows && y < height; y++) {
        const uint8_t *row = set + (size_t)y * w;
        for (int32_t x = next_set(row, 0, width); x < width; x = next_set(row, x + 1, width)) {
            c->rows[c->cursor[x]++] = y;
        }
    }
    memcpy(c->cursor, c->first, w * sizeof *c->cursor);
    return c->rows != NULL;
}

static void columns_free(struct columns *c)
{
    free(c->first);
    free(c->rows);
}

/* Rows from the current one to the nearest pixel of a column. */
static int32_t away(struct columns *c, int32_t column)
{
    size_t i = c->cursor[column], first = c->first[column], end = c->first[column + 1];
    while (i < end && c->rows[i] <= c->y) {
        i++;
    }
    c->cursor[column] = i;
    int32_t above = i > first ? c->y - c->rows[i - 1] : FAR;
    int32_t below = i < end ? c->rows[i] - c->y : FAR;
    return above < below ? above : below;
}

/* The lower envelope of the current row. */
static void build(struct envelope *e, struct columns *c, const double spacing[2])
{
    double ratio = spacing[0] * spacing[0] / (spacing[1] * spacing[1]);
    e->count = 0;
    for (int32_t x = 0; x < c->count; x++) {
        int32_t down = away(c, x);
        if (down == FAR) {
            continue;
        }
        double height = ratio * (double)down * (double)down, begin = -HUGE_VAL;
        while (e->count) {
            int32_t other = e->at[e->count - 1], there = e->down[e->count - 1];
            double below = ratio * (double)there * (double)there;
            begin = 0.5 * ((double)x + (double)other + (height - below) / (double)(x - other));
            if (begin > e->begins[e->count - 1]) {
                break;
            }
            e->count--;
        }
        e->at[e->count] = x;
        e->down[e->count] = down;
        e->begins[e->count] = e->count ? begin : -HUGE_VAL;
        e->count++;
    }
}

static double length(int32_t dx, int32_t dy, const double spacing[2])
{
    double across = (double)dx * spacing[1], along = (double)dy * spacing[0];
    return sqrt(across * across + along * along);
}

/* The distances of one row's pixels of `from` by the envelope. */
static double *read_off(const struct envelope *e, const uint8_t *from, int32_t width,
                        const double spacing[2], double *out)
{
    int32_t k = 0;
    for (int32_t x = 0; x < width; x++) {
        if (from && !from[x]) {
            continue;
        }
        while (k + 1 < e->count && e->begins[k + 1] < (double)x) {
            k++;
        }
        *out++ = e->count ? length(x - e->at[k], e->down[k], spacing) : HUGE_VAL;
    }
    return out;
}

/* The distance of one pixel, by looking outward from it for as long as that can help and at most
 * `*budget` steps, which is lowered. */
static double look_around(struct columns *c, int32_t x, const double spacing[2], int64_t *budget)
{
    double best = HUGE_VAL;
    int32_t reach = x > c->count - 1 - x ? x : c->count - 1 - x;
    for (int32_t dx = 0; dx <= reach && (double)dx * spacing[1] < best; dx++) {
        int32_t left = x - dx >= 0 ? away(c, x - dx) : FAR;
        int32_t right = x + dx < c->count ? away(c, x + dx) : FAR;
        int32_t down = left < right ? left : right;
        double d = down < FAR ? length(dx, down, spacing) : HUGE_VAL;
        best = d < best ? d : best;
        if (--*budget < 0) {
            break;
        }
    }
    return best;
}

/* The same for a whole row; NULL where it took too long and the envelope is worth building. */
static double *look_for_each(struct columns *c, const uint8_t *from, const double spacing[2],
                             double *out)
{
    int64_t budget = c->count;
    for (int32_t x = next_set(from, 0, c->count); x < c->count;
         x = next_set(from, x + 1, c->count)) {
        *out++ = look_around(c, x, spacing, &budget);
        if (budget < 0) {
            return NULL;
        }
    }
    return out;
}

int segi_nearest(const uint8_t *from, const uint8_t *to, int32_t width, int32_t height,
                 const double spacing[2], double *out)
{
    size_t w = (size_t)width;
    struct columns c;
    struct envelope e = {malloc(w * sizeof *e.at), malloc(w * sizeof *e.down),
                         malloc(w * sizeof *e.begins), 0};
    int status = SEG_NOMEM;
    if (!columns_init(&c, to, width, height) || !e.at || !e.down || !e.begins) {
        goto out;
    }
    for (c.y = 0; c.y < height; c.y++) {
        const uint8_t *row = from ? from + (size_t)c.y * w : NULL;
        double *next = row ? look_for_each(&c, row, spacing, out) : NULL;
        if (!next) {
            build(&e, &c, spacing);
            next = read_off(&e, row, width, spacing, out);
        }
        out = next;
    }
    status = SEG_OK;
out:
    columns_free(&c);
    free(e.at);
    free(e.down);
    free(e.begins);
    return status;
}
