/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simplifying outlines piece by piece (Douglas and Peucker, 1973). What is kept of a piece depends
 * on the piece alone: where it begins, which way it runs and which of two equal corners wins are
 * settled by the coordinates, not by the ring that it was met on. */
#include "simplify.h"

#include <segkit/plugin-util.h>
#include <string.h>

struct work {
    const struct segi_mem *mem;
    const struct seg_view *labels;
    double tolerance;
    struct segi_corner *corners; /* of a ring, with those added where three regions meet */
    bool *nodes, *keep;
    size_t count, capacity, node_capacity, keep_capacity;
};

static int32_t label_at(const struct seg_view *v, int32_t x, int32_t y)
{
    return x < 0 || y < 0 || x >= v->width || y >= v->height
               ? INT32_MIN
               : ((const int32_t *)seg_row(v, 0, y))[x];
}

/* Whether more than two regions, or two that cross, meet at a corner. Outside is one of them. */
static bool is_node(const struct seg_view *v, int32_t x, int32_t y)
{
    if (!v)
        return false;
    const int32_t a = label_at(v, x - 1, y - 1), b = label_at(v, x, y - 1);
    const int32_t c = label_at(v, x - 1, y), d = label_at(v, x, y);
    return (a != b) + (b != d) + (d != c) + (c != a) > 2;
}

static bool push(struct work *w, struct segi_corner corner, bool node)
{
    void *corners = w->corners, *nodes = w->nodes, *keep = w->keep;
    const size_t need = w->count + 1;
    bool done = segi_reserve(w->mem, &corners, &w->capacity, need, sizeof *w->corners);
    w->corners = corners;
    done = done && segi_reserve(w->mem, &nodes, &w->node_capacity, need, sizeof *w->nodes);
    w->nodes = nodes;
    done = done && segi_reserve(w->mem, &keep, &w->keep_capacity, need, sizeof *w->keep);
    w->keep = keep;
    if (!done)
        return false;
    w->corners[w->count] = corner;
    w->nodes[w->count] = node;
    w->keep[w->count++] = node;
    return true;
}

static int sign(int32_t v)
{
    return (v > 0) - (v < 0);
}

/* The corners of a ring and the nodes that lie on its straight lines. */
static bool read_ring(struct work *w, const struct segi_corner *ring, size_t count)
{
    w->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct segi_corner at = ring[i];
        const struct segi_corner end = ring[(i + 1) % count];
        const int dx = sign(end.x - at.x), dy = sign(end.y - at.y);
        if (!push(w, at, is_node(w->labels, at.x, at.y)))
            return false;
        for (at.x += dx, at.y += dy; at.x != end.x || at.y != end.y; at.x += dx, at.y += dy)
            if (is_node(w->labels, at.x, at.y) && !push(w, at, true))
                return false;
    }
    return true;
}

static bool is_before(struct segi_corner a, struct segi_corner b)
{
    return a.y != b.y ? a.y < b.y : a.x < b.x;
}

/* Square of the distance of p to the line between a and b, the same to the last bit either way. */
static double distance(struct segi_corner p, struct segi_corner a, struct segi_corner b)
{
    if (is_before(b, a))
        return distance(p, b, a);
    const double bx = b.x - a.x, by = b.y - a.y, px = p.x - a.x, py = p.y - a.y;
    const double length = bx * bx + by * by;
    double t = length > 0 ? (px * bx + py * by) / length : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return (px - t * bx) * (px - t * bx) + (py - t * by) * (py - t * by);
}

/* The corner between two that is farthest from their line; of equal ones that of the least
 * coordinates. */
static size_t farthest(const struct work *w, size_t first, size_t last, double *far)
{
    size_t best = first;
    *far = -1;
    for (size_t i = first + 1; i < last; i++) {
        const struct segi_corner p = w->corners[i % w->count];
        const double d = distance(p, w->corners[first % w->count], w->corners[last % w->count]);
        if (d > *far || (d == *far && is_before(p, w->corners[best % w->count]))) {
            *far = d;
            best = i;
        }
    }
    return best;
}

/* Which corners between two that stay, stay. The smaller half is done first, in a call, so that
 * calls nest no deeper than halving goes. */
static void keep_between(struct work *w, size_t first, size_t last)
{
    while (last - first > 1) {
        double far;
        const size_t best = farthest(w, first, last, &far);
        if (far <= w->tolerance * w->tolerance)
            return;
        w->keep[best % w->count] = true;
        if (best - first < last - best) {
            keep_between(w, first, best);
            first = best;
        } else {
            keep_between(w, best, last);
            last = best;
        }
    }
}

/* All around from a corner: it, the one farthest away and a third are kept. */
static void keep_closed(struct work *w, size_t first)
{
    double far, other;
    const size_t last = first + w->count, middle = farthest(w, first, last, &far);
    const size_t a = farthest(w, first, middle, &far), b = farthest(w, middle, last, &other);
    const bool take_b =
        other > far || (other == far && other >= 0 &&
                        is_before(w->corners[b % w->count], w->corners[a % w->count]));
    w->keep[first] = w->keep[middle % w->count] = true;
    w->keep[(take_b ? b : a) % w->count] = true;
    keep_between(w, first, middle);
    keep_between(w, middle, last);
}

/* Between nodes; a piece that bends keeps the corner where it bends most, so that two pieces
 * between the same nodes do not fall into one line. */
static void keep_pieces(struct work *w, size_t first)
{
    for (size_t i = first, end; i < first + w->count; i = end) {
        double far;
        for (end = i + 1; !w->nodes[end % w->count]; end++)
            ;
        if (end - i == w->count) {
            keep_closed(w, i);
            continue;
        }
        if (end - i < 2)
            continue;
        w->keep[farthest(w, i, end, &far) % w->count] = true;
        keep_between(w, i, end);
    }
}

static void simplify_ring(struct work *w)
{
    size_t first = 0, node = 0;
    while (node < w->count && !w->nodes[node])
        node++;
    for (size_t i = 1; i < w->count; i++)
        if (is_before(w->corners[i], w->corners[first]))
            first = i;
    if (node == w->count)
        keep_closed(w, first);
    else
        keep_pieces(w, node);
}

bool segi_outline_simplify(struct segi_outline *outline, const struct seg_view *labels,
                           double tolerance)
{
    struct work w = {.mem = outline->mem, .labels = labels, .tolerance = tolerance};
    struct segi_outline out = {.mem = outline->mem};
    void *list = NULL;
    bool done = true;
    for (size_t i = 0; i < outline->ring_count && done; i++) {
        struct segi_ring *ring = &outline->rings[i];
        done = read_ring(&w, outline->corners + ring->first, ring->count) &&
               segi_reserve(w.mem, &list, &out.corner_capacity, out.corner_count + w.count,
                            sizeof *out.corners);
        if (!done)
            break;
        out.corners = list;
        simplify_ring(&w);
        ring->first = out.corner_count;
        for (size_t k = 0; k < w.count; k++)
            if (w.keep[k])
                out.corners[out.corner_count++] = w.corners[k];
        ring->count = out.corner_count - ring->first;
    }
    if (done) {
        segi_free(w.mem, outline->corners);
        outline->corners = list;
        outline->corner_count = out.corner_count;
        outline->corner_capacity = out.corner_capacity;
    } else {
        segi_free(w.mem, list);
    }
    segi_free(w.mem, w.corners);
    segi_free(w.mem, w.nodes);
    segi_free(w.mem, w.keep);
    return done;
}
