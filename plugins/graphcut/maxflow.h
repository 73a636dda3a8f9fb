/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exact minimum s-t cuts on pixel grids: two to twenty-six neighbours a pixel, none of them stored.
 */
#ifndef GRAPHCUT_MAXFLOW_H
#define GRAPHCUT_MAXFLOW_H

#include <segkit/plugin.h>

#include <stdbool.h>

/* Where the solver's memory and threads come from. It gives no memory back: a stage's is scratch.
 */
struct graphcut_env {
    void *arg;
    void *(*alloc)(void *arg, size_t count, size_t size); /* NULL: none */
    int (*parallel)(void *arg, size_t count, size_t grain, seg_body body, void *body_arg);
};

/* Directions come in pairs, `k ^ 1` is the way back: right, left, down, up, down-right, up-left,
 * down-left, up-right; with slices, right, left, down, up, next, previous, then the diagonals. */
enum { GRAPHCUT_MAX_DIRECTIONS = 26 };

/* A graph over width * height * depth pixels, of which the fields may be read. A pixel's number is
 * (z * height + y) * width + x. The caller fills `excess` and `arcs`, then solves; afterwards
 * it may change both, as residual quantities, and solve again. */
struct graphcut_grid {
    int32_t width, height, depth;
    uint32_t directions; /* 4, 8, 6 or 26 */
    size_t count;        /* pixels */
    ptrdiff_t offset[GRAPHCUT_MAX_DIRECTIONS];
    int8_t step[GRAPHCUT_MAX_DIRECTIONS][3]; /* dz, dy, dx */
    int32_t *excess;                         /* capacity from the source less that to the sink */
    int32_t *arcs; /* [pixel][direction]: capacity of the arc that leaves */
    const struct graphcut_env *env;
    void *nodes;     /* the search forests */
    uint32_t *queue; /* three entries a pixel */
    int32_t block;   /* edge of the blocks that are solved first */
};

/* Makes a graph without capacities. `connectivity` is 4, 8, 6 or 26.
 * `block`: edge of the blocks that are solved first, 0: the best. SEG_LIMIT: too many pixels;
 * SEG_NOMEM. */
int graphcut_grid_init(struct graphcut_grid *grid, const struct graphcut_env *env, int32_t width,
                       int32_t height, int32_t depth, uint32_t connectivity, int32_t block);

/* Pixel `pixel` plus `step` is outside the grid? Arcs there must be 0. */
bool graphcut_grid_leaves(const struct graphcut_grid *grid, int32_t x, int32_t y, int32_t z,
                          uint32_t direction);

/* The largest flow; its value beyond what the caller cancelled at the pixels themselves is added
 * to *flow. SEG_LIMIT: the capacities at a pixel sum to more than 32 bits hold, or one is negative;
 * SEG_CANCELLED. The cut is the smallest source side, so that it does not depend on threads. */
int graphcut_grid_solve(struct graphcut_grid *grid, int64_t *flow);

/* After solving: is the pixel on the source's side? */
bool graphcut_grid_source(const struct graphcut_grid *grid, size_t pixel);

#endif
