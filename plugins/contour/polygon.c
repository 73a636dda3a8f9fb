/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Traces outlines and fills polygons. */
#include "polygon.h"

#include "common/runs.h"

#include <math.h>
#include <stdlib.h>

/* Whether a pixel is of the object; none is outside of the image. */
struct object {
    const struct common_runs *runs;
    int32_t label;
};

static bool inside(const struct object *object, int32_t x, int32_t y)
{
    const struct common_runs *runs = object->runs;
    if (y < 0 || y >= runs->height)
        return false;
    for (uint32_t i = runs->row[y]; i < runs->row[y + 1]; i++)
        if (runs->edge[2 * (size_t)i] <= x && x < runs->edge[2 * (size_t)i + 1])
            return runs->label[i] == object->label;
    return false;
}

/* Walks along the edges of pixels, the object at the right hand, until it is back at the start.
 * Calls `visit` for the middle of each edge; returns how many there are. */
static size_t walk(const struct object *object, int32_t left, int32_t top,
                   void (*visit)(void *arg, size_t i, double x, double y), void *arg)
{
    static const int32_t dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1};
    int32_t x = left, y = top, way = 0; /* the corner above and left of pixel (x, y) */
    size_t count = 0;
    do {
        visit(arg, count++, x - 0.5 + dx[way] * 0.5, y - 0.5 + dy[way] * 0.5);
        x += dx[way];
        y += dy[way];
        /* the two pixels ahead of the corner, at the left hand and at the right */
        int32_t ax = x + (dx[way] + dy[way] - 1) / 2, ay = y + (dy[way] - dx[way] - 1) / 2;
        int32_t bx = x + (dx[way] - dy[way] - 1) / 2, by = y + (dy[way] + dx[way] - 1) / 2;
        if (!inside(object, bx, by))
            way = (way + 1) % 4;
        else if (inside(object, ax, ay))
            way = (way + 3) % 4;
    } while (x != left || y != top || way != 0);
    return count;
}

static void ignore(void *arg, size_t i, double x, double y)
{
    (void)arg, (void)i, (void)x, (void)y;
}

struct thin { /* takes `polygon->count` of `length` points */
    const struct contour_polygon *polygon;
    size_t length;
};

static void take(void *arg, size_t i, double x, double y)
{
    const struct thin *thin = arg;
    size_t count = thin->polygon->count;
    size_t k = (i * count + thin->length - 1) / thin->length;
    for (; k < count && k * thin->length / count == i; k++) {
        thin->polygon->x[k] = x;
        thin->polygon->y[k] = y;
    }
}

int contour_polygon_trace(const struct common_env *env, const struct seg_view *mask,
                          const struct contour_polygon *polygon)
{
    struct common_runs runs;
    struct common_stat *stats;
    int32_t count, best = 1;
    int status = common_runs_find(env, mask, true, &runs);
    if (!status)
        status = common_runs_label(env, &runs, 4, &count);
    if (status || !count)
        return status ? status : SEG_ABSENT;
    if (!COMMON_SCRATCH(env, stats, (size_t)count + 1))
        return common_nomem(env);
    common_runs_measure(&runs, count, stats);
    for (int32_t k = 2; k <= count; k++)
        best = stats[k].area > stats[best].area ? k : best;
    const struct object object = {&runs, best};
    int32_t y = stats[best].top, x = stats[best].left;
    while (!inside(&object, x, y))
        x++;
    struct thin thin = {polygon, walk(&object, x, y, ignore, NULL)};
    walk(&object, x, y, take, &thin);
    return SEG_OK;
}

static int ascending(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

uint64_t contour_polygon_fill(const struct contour_polygon *polygon, double *room,
                              const struct seg_view *mask)
{
    uint64_t area = 0;
    for (int32_t v = 0; v < mask->height; v++) {
        uint8_t *row = seg_row(mask, 0, v);
        size_t crossings = 0, passed = 0;
        for (size_t i = 0, j = polygon->count - 1; i < polygon->count; j = i++) {
            double a = polygon->y[j], b = polygon->y[i];
            if ((a <= v) != (b <= v))
                room[crossings++] =
                    polygon->x[j] + (polygon->x[i] - polygon->x[j]) * (v - a) / (b - a);
        }
        qsort(room, crossings, sizeof *room, ascending);
        for (int32_t u = 0; u < mask->width; u++) {
            while (passed < crossings && room[passed] <= u)
                passed++;
            area += row[u] = passed % 2;
        }
    }
    return area;
}
