/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search of maxflow.c, compiled once for each number of DIRECTIONS so that the loops over a
 * pixel's neighbours unroll: incremental breadth-first search from the excesses that a flow in
 * smaller blocks has left.
 *
 * A. V. Goldberg, S. Hed, H. Kaplan, P. Kohli, R. E. Tarjan, R. F. Werneck, "Faster and more
 * dynamic maximum flow by incremental breadth-first search", ESA 2015; the growth and adoption
 * rules from A. V. Goldberg, S. Hed, H. Kaplan, R. E. Tarjan, R. F. Werneck, "Maximum flows by
 * incremental breadth-first search", ESA 2011.
 *
 * Two forests grow towards each other, level by level: one from the pixels with an excess along
 * arcs with a residual capacity, one from those with a deficit against them. Where they meet, flow
 * goes from root to root; a pixel that loses its parent takes another of the least level or leaves.
 * Instead of neighbour lists each pixel has two sets of bits: the directions in which a residual
 * arc leaves it and those from which one comes in. Arcs over the border of the region that is being
 * solved are not in the sets, and that is all that keeps a search in its region. */
#include "maxflow-internal.h"

#include <string.h>

#if DIRECTIONS > 8
typedef uint32_t arc_set;
#else
typedef uint8_t arc_set;
#endif

struct node {
    int32_t level; /* > 0: source's forest, < 0: sink's, 0: free; roots have 1 and -1 */
    arc_set out, in;
    uint8_t parent; /* a direction, ROOT or ORPHAN */
    uint8_t flags;
};

enum { ROOT = DIRECTIONS, ORPHAN };
enum { STEP = 2 }; /* how many levels a pixel is above the one that found it */
enum { IN_SINK_FRONT = 1, IN_SOURCE_FRONT = 2 };

/* A ring; every pixel is in it at most once. */
struct ring {
    uint32_t *slot;
    uint32_t first, used, size;
};

struct search {
    struct node *node;
    int32_t *excess;
    int32_t (*arc)[DIRECTIONS];
    ptrdiff_t offset[DIRECTIONS];
    struct ring front[2]; /* pixels beyond `limit`: [1] source's, [0] sink's */
    struct ring orphans;
    int32_t limit[2]; /* the level up to which each forest has looked around */
    int64_t flow, adoptions;
};

#define INLINE static inline __attribute__((always_inline))

INLINE void ring_push(struct ring *ring, uint32_t value)
{
    uint32_t at = ring->first + ring->used++;
    ring->slot[at >= ring->size ? at - ring->size : at] = value;
}

INLINE uint32_t ring_pop(struct ring *ring)
{
    uint32_t value = ring->slot[ring->first];
    ring->first = ring->first + 1 == ring->size ? 0 : ring->first + 1;
    ring->used--;
    return value;
}

INLINE arc_set bit(uint32_t direction)
{
    return (arc_set)(1u << direction);
}

INLINE uint32_t lowest(arc_set set)
{
    return (uint32_t)__builtin_ctz(set);
}

INLINE uint32_t neighbour(const struct search *s, uint32_t v, uint32_t direction)
{
    return (uint32_t)(v + s->offset[direction]);
}

/* The level as seen from forest `source`: > 0 in it, < 0 in the other. */
INLINE int32_t level_in(const struct node *node, bool source)
{
    return source ? node->level : -node->level;
}

/* The arcs that lead away from the root in a forest, and those towards it. */
INLINE arc_set away(const struct node *node, bool source)
{
    return source ? node->out : node->in;
}

INLINE arc_set towards(const struct node *node, bool source)
{
    return source ? node->in : node->out;
}

INLINE void enqueue(struct search *s, uint32_t v, bool source)
{
    uint8_t flag = source ? IN_SOURCE_FRONT : IN_SINK_FRONT;
    if (s->node[v].flags & flag)
        return;
    s->node[v].flags |= flag;
    ring_push(&s->front[source], v);
}

INLINE void make_orphan(struct search *s, uint32_t v)
{
    s->node[v].parent = ORPHAN;
    ring_push(&s->orphans, v);
}

/* Moves `amount` over the arc from u in direction k to v; is it full now? */
INLINE bool push(struct search *s, uint32_t u, uint32_t k, uint32_t v, int32_t amount)
{
    int32_t *there = &s->arc[u][k], *back = &s->arc[v][k ^ 1];
    if (*back == 0) {
        s->node[v].out |= bit(k ^ 1);
        s->node[u].in |= bit(k);
    }
    *back += amount;
    *there -= amount;
    if (*there)
        return false;
    s->node[u].out &= (arc_set)~bit(k);
    s->node[v].in &= (arc_set)~bit(k ^ 1);
    return true;
}

INLINE int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* How much more the root of v's tree can give or take, and the tree's arcs carry. */
INLINE int32_t bottleneck(const struct search *s, uint32_t v, int32_t amount, bool source)
{
    uint32_t k;
    while ((k = s->node[v].parent) != ROOT) {
        uint32_t p = neighbour(s, v, k);
        amount = least(amount, source ? s->arc[p][k ^ 1] : s->arc[v][k]);
        v = p;
    }
    return least(amount, source ? s->excess[v] : -s->excess[v]);
}

INLINE void push_tree(struct search *s, uint32_t v, int32_t amount, bool source)
{
    uint32_t k;
    while ((k = s->node[v].parent) != ROOT) {
        uint32_t p = neighbour(s, v, k);
        if (source ? push(s, p, k ^ 1, v, amount) : push(s, v, k, p, amount))
            make_orphan(s, v);
        v = p;
    }
    s->excess[v] += source ? -amount : amount;
    if (s->excess[v] == 0)
        make_orphan(s, v);
}

/* Finds a parent for orphan v: the neighbour of the least level. Where that is not below its own
 * level v moves above it, and its children that are not above v then are orphans. Looks at all
 * neighbours without a branch, as there is nothing to predict.
 */
INLINE void adopt(struct search *s, uint32_t v, bool source)
{
    struct node *node = &s->node[v];
    uint32_t set = towards(node, source), both = node->in | node->out, children = 0,
             parent = ORPHAN;
    int32_t own = level_in(node, source), best = s->limit[source] + 1;
#pragma GCC unroll 8
    for (uint32_t k = 0; k < DIRECTIONS; k++) {
        const struct node *other = node + (both >> k & 1 ? s->offset[k] : 0);
        int32_t level = level_in(other, source);
        bool better = (level > 0) & (level < best) & (set >> k & 1);
        best = better ? level : best;
        parent = better ? k : parent;
        children |= (uint32_t)((other->parent == (k ^ 1)) & (level > 0)) << k;
    }
    node->parent = (uint8_t)parent;
    if (parent != ORPHAN && best < own)
        return;
    int32_t level = parent == ORPHAN ? INT32_MAX : best + 1;
    for (children &= away(node, source); children; children &= children - 1) {
        uint32_t c = neighbour(s, v, (uint32_t)__builtin_ctz(children));
        if (level_in(&s->node[c], source) <= level)
            make_orphan(s, c);
    }
    if (parent == ORPHAN) {
        node->level = 0;
        return;
    }
    node->level = source ? level : -level;
    if (level > s->limit[source])
        enqueue(s, v, source);
}

static void adopt_all(struct search *s)
{
    while (s->orphans.used) {
        uint32_t v = ring_pop(&s->orphans);
        s->adoptions++;
        if (s->node[v].level > 0)
            adopt(s, v, true);
        else
            adopt(s, v, false);
    }
}

static void augment(struct search *s, uint32_t u, uint32_t k, uint32_t v)
{
    int32_t amount = bottleneck(s, u, s->arc[u][k], true);
    amount = bottleneck(s, v, amount, false);
    push(s, u, k, v, amount);
    push_tree(s, u, amount, true);
    push_tree(s, v, amount, false);
    s->flow += amount;
    adopt_all(s);
}

/* Looks from u for free pixels and for the other forest. */
INLINE void scan(struct search *s, uint32_t u, bool source)
{
    struct node *node = &s->node[u];
    for (arc_set set = away(node, source); set; set &= (arc_set)(set - 1)) {
        uint32_t k = lowest(set), v = neighbour(s, u, k);
        struct node *other = &s->node[v];
        while (level_in(other, source) < 0 && (away(node, source) & bit(k))) {
            if (source)
                augment(s, u, k, v);
            else
                augment(s, v, k ^ 1, u);
            if (level_in(node, source) <= 0 || level_in(node, source) > s->limit[source])
                return;
        }
        if (other->level == 0 && (away(node, source) & bit(k))) {
            other->level = node->level + (source ? STEP : -STEP);
            other->parent = (uint8_t)(k ^ 1);
            enqueue(s, v, source);
        }
    }
}

/* One step more for a forest. */
INLINE void grow(struct search *s, bool source)
{
    s->limit[source] += STEP;
    for (uint32_t left = s->front[source].used; left; left--) {
        uint32_t u = ring_pop(&s->front[source]);
        struct node *node = &s->node[u];
        node->flags &= (uint8_t) ~(source ? IN_SOURCE_FRONT : IN_SINK_FRONT);
        if (level_in(node, source) > s->limit[source])
            enqueue(s, u, source);
        else if (level_in(node, source) > 0)
            scan(s, u, source);
    }
}

static void grow_source(struct search *s)
{
    grow(s, true);
}

static void grow_sink(struct search *s)
{
    grow(s, false);
}

#include "maxflow-open.h"
#include "maxflow-sweep.h"
#include "maxflow-wave.h"

/* All pixels with an excess or a deficit become roots. */
static void plant(struct search *s, const struct graphcut_grid *grid, const struct block *block)
{
    for (int32_t z = block->from[0]; z < block->to[0]; z++) {
        for (int32_t y = block->from[1]; y < block->to[1]; y++) {
            size_t row = ((size_t)z * (size_t)grid->height + (size_t)y) * (size_t)grid->width;
            for (int32_t x = block->from[2]; x < block->to[2]; x++) {
                uint32_t v = (uint32_t)(row + (size_t)x);
                int32_t excess = s->excess[v];
                s->node[v].level = (excess > 0) - (excess < 0);
                s->node[v].parent = ROOT;
                s->node[v].flags = 0;
                if (excess)
                    enqueue(s, v, excess > 0);
            }
        }
    }
}

/* Goes on with the forests of the inner blocks, from the pixels that have not looked around or
 * were at a border. A level is no distance any more, but still less than those of the children. */
static void gather(struct search *s, const struct graphcut_grid *grid, const struct block *block)
{
    for (int32_t z = block->from[0]; z < block->to[0]; z++) {
        for (int32_t y = block->from[1]; y < block->to[1]; y++) {
            size_t row = ((size_t)z * (size_t)grid->height + (size_t)y) * (size_t)grid->width;
            for (int32_t x = block->from[2]; x < block->to[2]; x++) {
                uint32_t v = (uint32_t)(row + (size_t)x);
                if (s->node[v].flags & IN_SOURCE_FRONT)
                    ring_push(&s->front[1], v);
                if (s->node[v].flags & IN_SINK_FRONT)
                    ring_push(&s->front[0], v);
            }
        }
    }
}

static void search_init(struct search *s, const struct graphcut_grid *grid,
                        const struct block *block)
{
    uint32_t size = 1;
    for (int i = 0; i < 3; i++)
        size *= (uint32_t)(block->to[i] - block->from[i]);
    *s = (struct search){.node = grid->nodes,
                         .excess = grid->excess,
                         .arc = (int32_t(*)[DIRECTIONS])grid->arcs,
                         .limit = {0, 0}};
    for (uint32_t k = 0; k < DIRECTIONS; k++)
        s->offset[k] = grid->offset[k];
    struct ring *rings[3] = {&s->front[0], &s->front[1], &s->orphans};
    for (size_t i = 0; i < 3; i++)
        *rings[i] =
            (struct ring){.slot = grid->queue + i * grid->count + block->first, .size = size};
}

int SOLVE(const struct graphcut_grid *grid, const struct block *block, const struct start *start,
          struct progress *progress)
{
    struct search s;
    int status = open_block(grid, block, start->inner);
    if (status)
        return status;
    search_init(&s, grid, block);
    if (start->keep) {
        memcpy(s.limit, start->limit, sizeof s.limit);
        gather(&s, grid, block);
    } else {
        if (start->inner)
            wave_both(&s, grid, block);
        else
            sweep_all(&s, grid, block);
        plant(&s, grid, block);
    }
    while (s.front[0].used && s.front[1].used) {
        if (s.limit[1] <= s.limit[0])
            grow_source(&s);
        else
            grow_sink(&s);
    }
    /* The sink's forest may be complete before the source's: there is no more flow, but which
     * pixels the source reaches is the smallest cut. */
    while (start->whole && s.front[1].used)
        grow_source(&s);
    *progress = (struct progress){s.flow, s.adoptions, {s.limit[0], s.limit[1]}};
    return SEG_OK;
}
