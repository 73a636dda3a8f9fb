/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens a block for the search of maxflow-forest.h: which arcs may carry flow. */

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

/* Lets flow cross the borders of inner blocks in a row: all of it, or where they stand across.
 * Pixels there have something new to look at. */
static void join_row(const struct opening *o, int32_t at[3], size_t row, const int32_t *inner)
{
    bool each = at_border(o->block, at, inner, 0) || at_border(o->block, at, inner, 1);
    uint32_t row_closed = leaving(o, o->block, at, 0, 1), row_none = leaving(o, &o->all, at, 0, 1);
    int32_t from = o->block->from[2];
    for (int32_t x = from; x < o->block->to[2]; x += each ? 1 : inner[2]) {
        for (at[2] = each || x == from ? x : x - 1; at[2] <= x; at[2]++) {
            struct node *node = (struct node *)o->grid->nodes + row + at[2];
            open_arcs(o, row + (size_t)at[2], row_closed | leaving(o, o->block, at, 2, 2),
                      row_none | leaving(o, &o->all, at, 2, 2));
            if (node->level)
                node->flags |= node->level > 0 ? IN_SOURCE_FRONT : IN_SINK_FRONT;
        }
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
