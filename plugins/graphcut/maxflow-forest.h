/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search of maxflow.c, compiled once for each number of DIRECTIONS so that the loops over a
 * pixel's neighbours unroll: incremental breadth-first search with excesses.
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
    int64_t flow;
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

/* What opening a block needs to know again and again. */
struct opening {
    const struct graphcut_grid *grid;
    const struct block *block;
    struct block all;
    ptrdiff_t offset[DIRECTIONS];
    uint32_t down[3], up[3]; /* the directions that go down or up an axis */
};

static void opening_init(struct opening *o, const struct graphcut_grid *grid,
                         const struct block *block)
{
    *o = (struct opening){
        .grid = grid, .block = block, .all = {.to = {grid->depth, grid->height, grid->width}}};
    memcpy(o->offset, grid->offset, sizeof o->offset);
    for (uint32_t k = 0; k < DIRECTIONS; k++) {
        for (int axis = 0; axis < 3; axis++) {
            o->down[axis] |= (uint32_t)(grid->step[k][axis] < 0) << k;
            o->up[axis] |= (uint32_t)(grid->step[k][axis] > 0) << k;
        }
    }
}

/* The directions that lead out of a box from the coordinates `first` to `last` of a pixel. */
INLINE uint32_t leaving(const struct opening *o, const struct block *box, const int32_t at[3],
                        int first, int last)
{
    uint32_t set = 0;
    for (int axis = first; axis <= last; axis++) {
        set |= at[axis] == box->from[axis] ? o->down[axis] : 0;
        set |= at[axis] == box->to[axis] - 1 ? o->up[axis] : 0;
    }
    return set;
}

/* Finds which arcs of pixel v are residual, but for those that are `closed`; those that are `none`
 * lead out of the image. Returns the sum of all capacities around it, or something larger than 32
 * bits hold for one that may not be. */
INLINE int64_t open_arcs(const struct opening *o, size_t v, uint32_t closed, uint32_t none)
{
    const int32_t(*arc)[DIRECTIONS] = (const int32_t(*)[DIRECTIONS])o->grid->arcs;
    int64_t sum = 0;
    uint32_t out = 0, in = 0;
    int32_t sign = 0;
#pragma GCC unroll 8
    for (uint32_t k = 0; k < DIRECTIONS; k++) {
        int32_t there = arc[v][k];
        bool leaves = none >> k & 1;
        int32_t back = leaves ? -there : arc[(ptrdiff_t)v + o->offset[k]][k ^ 1];
        sign |= there | back;
        sum += (int64_t)there + back;
        out |= (uint32_t)(there > 0) << k;
        in |= (uint32_t)(back > 0) << k;
    }
    struct node *node = (struct node *)o->grid->nodes + v;
    node->out = (arc_set)(out & ~closed);
    node->in = (arc_set)(in & ~closed);
    return sign < 0 ? INT64_MAX / 2 : sum;
}

/* Opens a row of pixels that are not solved yet; fails if flow could overflow 32 bits. */
static int open_row(const struct opening *o, int32_t at[3], size_t row)
{
    const int32_t *excess = o->grid->excess;
    uint32_t row_closed = leaving(o, o->block, at, 0, 1), row_none = leaving(o, &o->all, at, 0, 1);
    int64_t most = 0;
    for (at[2] = o->block->from[2]; at[2] < o->block->to[2]; at[2]++) {
        size_t v = row + (size_t)at[2];
        uint32_t closed = row_closed | leaving(o, o->block, at, 2, 2), none = 0;
        int64_t sum;
        if (closed) {
            none = row_none | leaving(o, &o->all, at, 2, 2);
            sum = open_arcs(o, v, closed, none);
        } else {
            sum = open_arcs(o, v, 0, 0);
        }
        sum += excess[v] < 0 ? -(int64_t)excess[v] : excess[v];
        most = sum > most ? sum : most;
    }
    return most > INT32_MAX ? SEG_LIMIT : SEG_OK;
}

/* Is a coordinate at a border between inner blocks? */
static bool at_border(const struct block *block, const int32_t at[3], const int32_t *inner,
                      int axis)
{
    int32_t rest = (at[axis] - block->from[axis]) % inner[axis];
    return block->to[axis] - block->from[axis] > inner[axis] &&
           (rest == 0 || rest == inner[axis] - 1);
}

/* Lets flow cross the borders of inner blocks in a row: all of it, or where they stand across. */
static void join_row(const struct opening *o, int32_t at[3], size_t row, const int32_t *inner)
{
    bool each = at_border(o->block, at, inner, 0) || at_border(o->block, at, inner, 1);
    uint32_t row_closed = leaving(o, o->block, at, 0, 1), row_none = leaving(o, &o->all, at, 0, 1);
    int32_t from = o->block->from[2];
    for (int32_t x = from; x < o->block->to[2]; x += each ? 1 : inner[2]) {
        for (at[2] = each || x == from ? x : x - 1; at[2] <= x; at[2]++)
            open_arcs(o, row + (size_t)at[2], row_closed | leaving(o, o->block, at, 2, 2),
                      row_none | leaving(o, &o->all, at, 2, 2));
    }
}

static int open_block(const struct graphcut_grid *grid, const struct block *block,
                      const int32_t *inner)
{
    struct opening o;
    int32_t at[3];
    int status = SEG_OK;
    opening_init(&o, grid, block);
    for (at[0] = block->from[0]; at[0] < block->to[0]; at[0]++) {
        for (at[1] = block->from[1]; at[1] < block->to[1] && !status; at[1]++) {
            size_t row =
                ((size_t)at[0] * (size_t)grid->height + (size_t)at[1]) * (size_t)grid->width;
            if (inner)
                join_row(&o, at, row, inner);
            else
                status = open_row(&o, at, row);
        }
    }
    return status;
}

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

int SOLVE(const struct graphcut_grid *grid, const struct block *block, const int32_t *inner,
          bool whole, int64_t *flow)
{
    struct search s;
    int status = open_block(grid, block, inner);
    if (status)
        return status;
    search_init(&s, grid, block);
    plant(&s, grid, block);
    while (s.front[0].used && s.front[1].used) {
        if (s.limit[1] <= s.limit[0])
            grow_source(&s);
        else
            grow_sink(&s);
    }
    /* The sink's forest may be complete before the source's: there is no more flow, but which
     * pixels the source reaches is the smallest cut. */
    while (whole && s.front[1].used)
        grow_source(&s);
    *flow = s.flow;
    return SEG_OK;
}
