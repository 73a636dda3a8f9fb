/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The convex hull of a region: every pixel is the square on its corner that spans the middles of
 * its edges. Coordinates are in half pixels, so that all are integers. */
#include "measure.h"

#include <math.h>

/* Adds a point below the others to one side of the hull (Andrew's monotone chain); `side` is 1 for
 * the left one and -1 for the right. */
static void add_point(struct segi_point *chain, size_t *count, struct segi_point p, int side)
{
    while (*count >= 2) {
        const struct segi_point a = chain[*count - 2], b = chain[*count - 1];
        const int64_t turn = (b.x - a.x) * (p.y - a.y) - (p.x - a.x) * (b.y - a.y);
        if (turn * side < 0)
            break;
        --*count;
    }
    chain[(*count)++] = p;
}

/* Pixels of column x at row y that a chain bounds: the first (side 1) or last (-1) in it. */
static int64_t bound(const struct segi_point *chain, size_t *at, int64_t y, int side)
{
    while (chain[*at + 1].y < y)
        ++*at;
    const struct segi_point a = chain[*at], b = chain[*at + 1];
    const int64_t height = 2 * (b.y - a.y), x = a.x * (b.y - a.y) + (b.x - a.x) * (y - a.y);
    const int64_t low = x >= 0 ? x / height : -((-x + height - 1) / height);
    return side > 0 && low * height != x ? low + 1 : low;
}

/* The left and the right side, from the top down. */
struct hull {
    struct segi_point *left, *right;
    size_t lefts, rights;
};

static struct hull find_hull(const struct seg_run *runs, size_t count, struct segi_point *points)
{
    const size_t rows = (size_t)(runs[count - 1].y - runs[0].y) + 1;
    struct hull hull = {.left = points, .right = points + segi_hull_points(rows) / 2};
    for (size_t i = 0; i < count; i++) {
        const int64_t y = 2 * (int64_t)runs[i].y, x0 = 2 * (int64_t)runs[i].x;
        while (i + 1 < count && 2 * (int64_t)runs[i + 1].y == y)
            i++;
        const int64_t x1 = 2 * ((int64_t)runs[i].x + runs[i].length - 1);
        for (int half = -1; half <= 1; half++) {
            add_point(hull.left, &hull.lefts, (struct segi_point){y + half, x0 - !half}, 1);
            add_point(hull.right, &hull.rights, (struct segi_point){y + half, x1 + !half}, -1);
        }
    }
    return hull;
}

size_t segi_hull_points(size_t rows)
{
    return 2 * (3 * rows + 2);
}

void segi_hull_spans(const struct seg_run *runs, size_t count, struct segi_point *points,
                     struct seg_run *spans)
{
    const struct hull hull = find_hull(runs, count, points);
    size_t left = 0, right = 0;
    for (int32_t y = runs[0].y; y <= runs[count - 1].y; y++) {
        const int64_t x0 = bound(hull.left, &left, 2 * (int64_t)y, 1);
        const int64_t x1 = bound(hull.right, &right, 2 * (int64_t)y, -1);
        *spans++ = (struct seg_run){y, (int32_t)x0, (int32_t)(x1 - x0 + 1)};
    }
}

static double farthest(const struct segi_point *a, size_t as, const struct segi_point *b, size_t bs)
{
    int64_t most = 0;
    for (size_t i = 0; i < as; i++)
        for (size_t k = 0; k < bs; k++) {
            const int64_t y = a[i].y - b[k].y, x = a[i].x - b[k].x;
            most = y * y + x * x > most ? y * y + x * x : most;
        }
    return sqrt((double)most) / 2;
}

double segi_hull_feret(const struct seg_run *spans, size_t rows, struct segi_point *points)
{
    const struct hull hull = find_hull(spans, rows, points);
    const double across = farthest(hull.left, hull.lefts, hull.right, hull.rights);
    const double left = farthest(hull.left, hull.lefts, hull.left, hull.lefts);
    const double right = farthest(hull.right, hull.rights, hull.right, hull.rights);
    return fmax(across, fmax(left, right));
}
