/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tracing outlines: every boundary is walked once with the region on the right hand. Where two
 * pixels meet at a corner only, the walk keeps to its own pixel, so that they become two parts; a
 * walk that comes by a corner twice is split there, so that no ring touches itself. */
#include "outline.h"

#include <stdlib.h>
#include <string.h>

enum { INSIDE = 1, WALKED = 2 }; /* bits of a pixel; its upper edge was walked */

/* A region in a frame of empty pixels. */
struct canvas {
    uint8_t *pixels;
    size_t stride;
    int32_t left, top; /* of pixel 0 */
    uint32_t *seen;    /* of each corner: its place on the stack + 1; made when it is needed */
    size_t corners;
};

struct tracer {
    const struct segi_mem *mem;
    const struct segi_region *region;
    struct segi_outline *out;
    struct canvas canvas;
    uint32_t *parts; /* of each run */
    struct segi_corner *walk;
    size_t walk_count, walk_capacity;
    bool crossed; /* the walk came by a corner where pixels meet diagonally */
};

/* -- parts ------------------------------------------------------------------------------------ */

static uint32_t root_of(uint32_t *parents, uint32_t i)
{
    while (parents[i] != i)
        i = parents[i] = parents[parents[i]];
    return i;
}

/* Numbers the parts that connect by edges, in the order of their first runs. */
static void find_parts(struct tracer *t)
{
    const struct segi_region *r = t->region;
    uint32_t *parts = t->parts;
    size_t j = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        const struct seg_run a = r->runs[i];
        parts[i] = (uint32_t)i;
        while (r->runs[j].y < a.y - 1 ||
               (r->runs[j].y == a.y - 1 && r->runs[j].x + r->runs[j].length <= a.x))
            j++;
        for (size_t k = j; r->runs[k].y == a.y - 1 && r->runs[k].x < a.x + a.length; k++) {
            const uint32_t u = root_of(parts, (uint32_t)i), v = root_of(parts, (uint32_t)k);
            parts[u > v ? u : v] = u > v ? v : u;
        }
    }
    t->out->parts = 0;
    for (size_t i = 0; i < r->run_count; i++) /* a root comes before what hangs on it */
        parts[i] = parts[i] == i ? t->out->parts++ : parts[parts[i]];
}

/* -- walking ---------------------------------------------------------------------------------- */

static uint8_t *pixel(const struct canvas *c, int32_t x, int32_t y)
{
    return c->pixels + (size_t)(y - c->top) * c->stride + (size_t)(x - c->left);
}

static bool push(struct tracer *t, struct segi_corner corner)
{
    void *list = t->walk;
    if (!segi_reserve(t->mem, &list, &t->walk_capacity, t->walk_count + 1, sizeof *t->walk))
        return false;
    t->walk = list;
    t->walk[t->walk_count++] = corner;
    return true;
}

/* From the upper left corner of a pixel below an empty one, eastwards and around. */
static bool walk_around(struct tracer *t, int32_t x, int32_t y)
{
    static const int8_t dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1};
    const struct canvas *c = &t->canvas;
    /* The pixels ahead to the right and left of a corner, by direction. */
    static const int8_t rx[] = {0, -1, -1, 0}, ry[] = {0, 0, -1, -1};
    static const int8_t lx[] = {0, 0, -1, -1}, ly[] = {-1, 0, 0, -1};
    const int32_t x0 = x, y0 = y;
    int d = 0;
    t->walk_count = 0;
    t->crossed = false;
    do {
        if (d == 0)
            *pixel(c, x, y) |= WALKED;
        x += dx[d];
        y += dy[d];
        const bool right = *pixel(c, x + rx[d], y + ry[d]) & INSIDE;
        const bool left = *pixel(c, x + lx[d], y + ly[d]) & INSIDE;
        if (right && !left)
            continue;
        t->crossed |= !right && left;
        d = (d + (right ? 3 : 1)) % 4;
        if (!push(t, (struct segi_corner){x, y}))
            return false;
    } while (x != x0 || y != y0 || d != 0);
    return true;
}

/* -- rings ------------------------------------------------------------------------------------ */

static bool add_ring(struct segi_outline *out, const struct segi_corner *corners, size_t count,
                     uint32_t part)
{
    void *list = out->corners, *rings = out->rings;
    int64_t twice_area = 0;
    if (!segi_reserve(out->mem, &list, &out->corner_capacity, out->corner_count + count,
                      sizeof *out->corners))
        return false;
    out->corners = list;
    if (!segi_reserve(out->mem, &rings, &out->ring_capacity, out->ring_count + 1,
                      sizeof *out->rings))
        return false;
    out->rings = rings;
    for (size_t i = 0; i < count; i++) {
        const struct segi_corner a = corners[i], b = corners[(i + 1) % count];
        twice_area += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
    }
    memcpy(out->corners + out->corner_count, corners, count * sizeof *corners);
    out->rings[out->ring_count++] =
        (struct segi_ring){out->corner_count, count, part, twice_area < 0};
    out->corner_count += count;
    return true;
}

/* Cuts the walk into rings that meet no corner twice. */
static bool split_walk(struct tracer *t, uint32_t part)
{
    struct canvas *c = &t->canvas;
    if (!c->seen) {
        c->seen = segi_calloc(t->mem, c->corners, sizeof *c->seen);
        if (!c->seen)
            return false;
    }
    size_t depth = 0;
    bool done = true;
    for (size_t i = 0; i < t->walk_count && done; i++) {
        const struct segi_corner corner = t->walk[i];
        uint32_t *seen =
            &c->seen[(size_t)(corner.y - c->top) * c->stride + (size_t)(corner.x - c->left)];
        if (*seen) { /* what lies above it is a ring of its own */
            const size_t first = *seen - 1;
            done = add_ring(t->out, t->walk + first, depth - first, part);
            while (depth > first + 1) {
                const struct segi_corner gone = t->walk[--depth];
                c->seen[(size_t)(gone.y - c->top) * c->stride + (size_t)(gone.x - c->left)] = 0;
            }
        } else {
            t->walk[depth++] = corner;
            *seen = (uint32_t)depth;
        }
    }
    for (size_t i = 0; i < depth; i++)
        c->seen[(size_t)(t->walk[i].y - c->top) * c->stride + (size_t)(t->walk[i].x - c->left)] = 0;
    return done && add_ring(t->out, t->walk, depth, part);
}

static bool trace_run(struct tracer *t, size_t i)
{
    const struct seg_run run = t->region->runs[i];
    for (int32_t x = run.x; x < run.x + run.length; x++) {
        if (*pixel(&t->canvas, x, run.y) & WALKED || *pixel(&t->canvas, x, run.y - 1) & INSIDE)
            continue;
        if (!walk_around(t, x, run.y))
            return false;
        if (!(t->crossed ? split_walk(t, t->parts[i])
                         : add_ring(t->out, t->walk, t->walk_count, t->parts[i])))
            return false;
    }
    return true;
}

static int by_part(const void *a, const void *b)
{
    const struct segi_ring *x = a, *y = b;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    if (x->hole != y->hole)
        return x->hole ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

static bool make_canvas(struct tracer *t)
{
    const struct segi_region *r = t->region;
    struct canvas *c = &t->canvas;
    c->left = r->box[1] - 1;
    c->top = r->box[0] - 1;
    c->stride = (size_t)(r->box[3] - r->box[1]) + 2;
    if (!segi_size_mul(c->stride, (size_t)(r->box[2] - r->box[0]) + 2, &c->corners))
        return false;
    c->pixels = segi_calloc(t->mem, c->corners, 1);
    t->parts = segi_alloc(t->mem, r->run_count, sizeof *t->parts);
    if (!c->pixels || !t->parts)
        return false;
    for (size_t i = 0; i < r->run_count; i++)
        memset(pixel(c, r->runs[i].x, r->runs[i].y), INSIDE, (size_t)r->runs[i].length);
    return true;
}

bool segi_outline_trace(struct segi_outline *out, const struct segi_region *region)
{
    struct tracer t = {.mem = out->mem, .region = region, .out = out};
    out->corner_count = out->ring_count = 0;
    bool done = make_canvas(&t);
    if (done)
        find_parts(&t);
    for (size_t i = 0; i < region->run_count && done; i++)
        done = trace_run(&t, i);
    if (done)
        qsort(out->rings, out->ring_count, sizeof *out->rings, by_part);
    segi_free(t.mem, t.canvas.pixels);
    segi_free(t.mem, t.canvas.seen);
    segi_free(t.mem, t.parts);
    segi_free(t.mem, t.walk);
    return done;
}

void segi_outline_end(struct segi_outline *outline)
{
    segi_free(outline->mem, outline->corners);
    segi_free(outline->mem, outline->rings);
    *outline = (struct segi_outline){.mem = outline->mem};
}
