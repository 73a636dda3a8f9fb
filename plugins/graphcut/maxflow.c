/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exact minimum cuts of grids: the graph, and how its parts are solved on all cores.
 *
 * The image is solved in small blocks first, each as if the arcs over its border were not there:
 * most of the flow is local, the block stays in the cache, and blocks are independent of each
 * other. What is left are excesses, deficits and residual arcs, which larger blocks and then the
 * whole image go on with. A flow of the parts is a flow of the whole, so the last step makes it
 * exact. */
#include "maxflow-internal.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

/* Half of the steps to the neighbours, dz, dy, dx; the others are their opposites. */
static const int8_t flat[][3] = {{0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {0, 1, -1}};
static const int8_t solid[][3] = {{0, 0, 1},  {0, 1, 0},  {1, 0, 0},  {0, 1, 1},  {0, 1, -1},
                                  {1, 0, 1},  {1, 0, -1}, {1, 1, 0},  {1, -1, 0}, {1, 1, 1},
                                  {1, 1, -1}, {1, -1, 1}, {1, -1, -1}};

static size_t node_size(uint32_t directions)
{
    return directions > 8 ? 16 : 8;
}

bool graphcut_grid_leaves(const struct graphcut_grid *grid, int32_t x, int32_t y, int32_t z,
                          uint32_t direction)
{
    const struct block all = {.to = {grid->depth, grid->height, grid->width}};
    const int32_t at[3] = {z, y, x};
    return !block_holds(&all, at, grid->step[direction]);
}

bool graphcut_grid_source(const struct graphcut_grid *grid, size_t pixel)
{
    int32_t level;
    memcpy(&level, (const char *)grid->nodes + pixel * node_size(grid->directions), sizeof level);
    return level > 0;
}

/* One round: all blocks of one size. */
struct round {
    const struct graphcut_grid *grid;
    graphcut_block_solve solve;
    const int32_t *size;
    int32_t blocks[3]; /* how many, z, y, x */
    struct start start;
    _Atomic int64_t flow, adoptions;
    _Atomic int32_t limit[2];
};

static void round_add(struct round *round, const struct progress *progress)
{
    atomic_fetch_add_explicit(&round->flow, progress->flow, memory_order_relaxed);
    atomic_fetch_add_explicit(&round->adoptions, progress->adoptions, memory_order_relaxed);
    for (int side = 0; side < 2; side++) {
        int32_t limit = atomic_load_explicit(&round->limit[side], memory_order_relaxed);
        while (limit < progress->limit[side] &&
               !atomic_compare_exchange_weak_explicit(&round->limit[side], &limit,
                                                      progress->limit[side], memory_order_relaxed,
                                                      memory_order_relaxed)) {
        }
    }
}

static int solve_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct round *round = arg;
    const struct graphcut_grid *grid = round->grid;
    const int32_t extent[3] = {grid->depth, grid->height, grid->width};
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        struct block block;
        size_t rest = i;
        struct progress progress;
        for (int axis = 2; axis >= 0; axis--) {
            int32_t index = (int32_t)(rest % (size_t)round->blocks[axis]);
            rest /= (size_t)round->blocks[axis];
            block.from[axis] = index * round->size[axis];
            block.to[axis] = block.from[axis] + round->size[axis];
            if (block.to[axis] > extent[axis])
                block.to[axis] = extent[axis];
        }
        block.first = (size_t)block.from[0] * (size_t)extent[1] * (size_t)extent[2] +
                      (size_t)(block.to[0] - block.from[0]) *
                          ((size_t)block.from[1] * (size_t)extent[2] +
                           (size_t)(block.to[1] - block.from[1]) * (size_t)block.from[2]);
        int status = round->solve(grid, &block, &round->start, &progress);
        if (status)
            return status;
        round_add(round, &progress);
    }
    return SEG_OK;
}

/* Prepares the round after this one. Where few pixels lost their parents little flow is left, and
 * the forests that stand save looking at every pixel again; where many did, new ones of true
 * distances pay. */
static void round_next(struct round *round)
{
    round->start.inner = round->size;
    round->start.keep = round->adoptions < (int64_t)round->grid->count;
    for (int side = 0; side < 2; side++)
        round->start.limit[side] = atomic_exchange(&round->limit[side], 0);
    round->adoptions = 0;
}

/* The sizes of the blocks of each round; the last is the whole image. */
enum { ROUNDS = 5 };

/* How many blocks of round `i` there are, along each axis in blocks[]. */
static size_t plan(const struct graphcut_grid *grid, int i, int32_t size[3], int32_t blocks[3])
{
    static const int32_t flat_growth[ROUNDS][3] = {
        {1, 1, 1}, {1, 2, 4}, {1, 4, 8}, {1, 16, 32}, {1, 0, 0}};
    static const int32_t solid_growth[ROUNDS][3] = {
        {1, 1, 1}, {2, 2, 2}, {4, 4, 4}, {16, 16, 16}, {0, 0, 0}};
    const int32_t *growth = grid->depth > 1 ? solid_growth[i] : flat_growth[i];
    const int32_t extent[3] = {grid->depth, grid->height, grid->width};
    size_t count = 1;
    for (int axis = 0; axis < 3; axis++) {
        int64_t edge = (int64_t)grid->block * growth[axis];
        size[axis] = edge > 0 && edge < extent[axis] ? (int32_t)edge : extent[axis];
        blocks[axis] = (extent[axis] - 1) / size[axis] + 1;
        count *= (size_t)blocks[axis];
    }
    return count;
}

int graphcut_grid_init(struct graphcut_grid *grid, const struct graphcut_env *env, int32_t width,
                       int32_t height, int32_t depth, uint32_t connectivity, int32_t block)
{
    const int8_t(*half)[3] = connectivity == 4 || connectivity == 8 ? flat : solid;
    size_t count;
    *grid = (struct graphcut_grid){.width = width,
                                   .height = height,
                                   .depth = depth,
                                   .directions = connectivity,
                                   .block = block       ? block
                                            : depth > 1 ? 16
                                                        : 64,
                                   .env = env};
    if (__builtin_mul_overflow((size_t)width, (size_t)height, &count) ||
        __builtin_mul_overflow(count, (size_t)depth, &count) ||
        count > INT32_MAX / 4) /* levels count double */
        return SEG_LIMIT;
    grid->count = count;
    for (uint32_t k = 0; k < connectivity; k++) {
        for (int i = 0; i < 3; i++)
            grid->step[k][i] = (int8_t)(k & 1 ? -half[k / 2][i] : half[k / 2][i]);
        grid->offset[k] =
            ((ptrdiff_t)grid->step[k][0] * height + grid->step[k][1]) * width + grid->step[k][2];
    }
    grid->excess = env->alloc(env->arg, count, sizeof *grid->excess);
    grid->arcs = env->alloc(env->arg, count, connectivity * sizeof *grid->arcs);
    grid->nodes = env->alloc(env->arg, count, node_size(connectivity));
    grid->queue = env->alloc(env->arg, count, 3 * sizeof *grid->queue);
    return grid->excess && grid->arcs && grid->nodes && grid->queue ? SEG_OK : SEG_NOMEM;
}

int graphcut_grid_solve(struct graphcut_grid *grid, int64_t *flow)
{
    struct round round = {.grid = grid,
                          .solve = grid->directions == 4   ? graphcut_solve_4
                                   : grid->directions == 8 ? graphcut_solve_8
                                   : grid->directions == 6 ? graphcut_solve_6
                                                           : graphcut_solve_26};
    int32_t size[ROUNDS][3];
    for (int i = 0; i < ROUNDS; i++) {
        size_t blocks = plan(grid, i, size[i], round.blocks);
        round.size = size[i];
        round.start.whole = blocks == 1;
        if (i > 0 && blocks == 1) /* one thread, and not much left: look at what is new only */
            round.start.keep = true;
        int status = grid->env->parallel(grid->env->arg, blocks, 1, solve_blocks, &round);
        if (status)
            return status;
        if (blocks == 1)
            break;
        round_next(&round);
    }
    *flow += round.flow;
    return SEG_OK;
}
