/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The length of a region's border, row by row. */
#include "measure.h"

#include <string.h>

/* A row of a region as bytes of 0 and 1, with one spare on either side. */
struct line {
    uint8_t *cover, *border;
    const struct seg_run *runs;
    size_t count;
};

#define LINES 4 /* that are looked at together */

struct walk {
    const struct segi_region *region;
    struct line lines[LINES];
    size_t next; /* run */
};

static struct line *line_at(struct walk *w, int32_t y)
{
    return &w->lines[(y - w->region->box[0] + LINES) % LINES];
}

static uint8_t *place(const struct walk *w, uint8_t *row, int32_t x)
{
    return row + (x - w->region->box[1] + 1);
}

/* The line of row `y` instead of an older one. */
static void fill_line(struct walk *w, int32_t y)
{
    const struct segi_region *r = w->region;
    struct line *line = line_at(w, y);
    for (size_t i = 0; i < line->count; i++) {
        memset(place(w, line->cover, line->runs[i].x), 0, (size_t)line->runs[i].length);
        memset(place(w, line->border, line->runs[i].x), 0, (size_t)line->runs[i].length);
    }
    line->runs = r->runs + w->next;
    line->count = 0;
    for (; w->next < r->run_count && r->runs[w->next].y == y; w->next++, line->count++)
        memset(place(w, line->cover, r->runs[w->next].x), 1, (size_t)r->runs[w->next].length);
}

/* Of row `y` the pixels that miss a neighbour, at an edge or, if wanted, at a corner. */
static void mark_border(struct walk *w, int32_t y, bool corners)
{
    const struct line *line = line_at(w, y);
    const uint8_t *above = line_at(w, y - 1)->cover, *below = line_at(w, y + 1)->cover;
    for (size_t i = 0; i < line->count; i++) {
        const size_t first = (size_t)(line->runs[i].x - w->region->box[1] + 1);
        const size_t last = first + (size_t)line->runs[i].length - 1;
        for (size_t x = first; x <= last; x++)
            line->border[x] =
                !(above[x] & below[x]) ||
                (corners && !(above[x - 1] & above[x + 1] & below[x - 1] & below[x + 1]));
        line->border[first] = line->border[last] = 1;
    }
}

/* Length of border at a pixel by how its border neighbours lie (Benkrid, Crookes: Design and FPGA
 * implementation of a perimeter estimator, 2000): 1, + 2 for each at an edge, + 10 at a corner. */
static double length_at(const uint8_t *above, const uint8_t *here, const uint8_t *below)
{
    static const struct {
        uint8_t straight, slanted; /* halves */
    } table[51] = {[5] = {2, 0},  [7] = {2, 0},  [15] = {2, 0}, [17] = {2, 0}, [25] = {2, 0},
                   [27] = {2, 0}, [21] = {0, 2}, [33] = {0, 2}, [13] = {1, 1}, [23] = {1, 1}};
    const int edges = above[0] + below[0] + here[-1] + here[1];
    const int corners = above[-1] + above[1] + below[-1] + below[1];
    const int code = 1 + 2 * edges + 10 * corners;
    return (table[code].straight + table[code].slanted * 1.41421356237309504880) / 2;
}

static double line_length(struct walk *w, int32_t y)
{
    const struct line *line = line_at(w, y);
    const uint8_t *above = line_at(w, y - 1)->border, *below = line_at(w, y + 1)->border;
    double sum = 0;
    for (size_t i = 0; i < line->count; i++) {
        const uint8_t *p = place(w, line->border, line->runs[i].x);
        const uint8_t *end = p + line->runs[i].length;
        while (p < end && (p = memchr(p, 1, (size_t)(end - p)))) {
            const ptrdiff_t x = p - line->border;
            sum += length_at(above + x, p, below + x);
            p++;
        }
    }
    return sum;
}

size_t segi_region_lines(void)
{
    return (size_t)LINES * 2;
}

double segi_region_perimeter(const struct segi_region *r, uint8_t *bytes, bool corners)
{
    struct walk w = {.region = r};
    const size_t width = (size_t)(r->box[3] - r->box[1]) + 2;
    double sum = 0;
    for (int i = 0; i < LINES; i++) {
        w.lines[i].cover = bytes + (size_t)(2 * i) * width;
        w.lines[i].border = bytes + (size_t)(2 * i + 1) * width;
    }
    memset(bytes, 0, width * LINES * 2);
    for (int32_t y = r->box[0]; y < r->box[2] + 2; y++) {
        fill_line(&w, y);
        mark_border(&w, y - 1, corners);
        sum += line_length(&w, y - 2);
    }
    return sum;
}
