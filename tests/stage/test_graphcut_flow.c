/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Minimum cuts of grids against another method, and by the conditions that a minimum cut meets. */
#include "graphcut/maxflow.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct arena {
    void *blocks[16];
    size_t count;
    bool backwards; /* works through pieces from the last to the first, one at a time */
    bool threads;   /* each half of the pieces by a thread of its own */
};

static void *take(void *arg, size_t count, size_t size)
{
    struct arena *arena = arg;
    void *memory = malloc(count * size + 1);
    cr_assert(arena->count < 16 && memory);
    memset(memory, 0xa5, count * size + 1);
    return arena->blocks[arena->count++] = memory;
}

struct half {
    seg_body body;
    void *arg;
    size_t begin, end;
    unsigned worker;
};

static void *run_half(void *arg)
{
    struct half *half = arg;
    cr_assert_eq(half->body(half->arg, half->begin, half->end, half->worker), SEG_OK);
    return NULL;
}

static int run_halves(size_t count, seg_body body, void *body_arg)
{
    struct half half[2] = {{body, body_arg, 0, count / 2, 0},
                           {body, body_arg, count / 2, count, 1}};
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, run_half, &half[1]), 0);
    run_half(&half[0]);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    return SEG_OK;
}

static int run(void *arg, size_t count, size_t grain, seg_body body, void *body_arg)
{
    struct arena *arena = arg;
    int status = SEG_OK;
    (void)grain;
    if (arena->threads)
        return run_halves(count, body, body_arg);
    if (!arena->backwards)
        return body(body_arg, 0, count, 0);
    for (size_t i = count; i > 0 && !status; i--)
        status = body(body_arg, i - 1, i, 0);
    return status;
}

static void release(struct arena *arena)
{
    while (arena->count > 0)
        free(arena->blocks[--arena->count]);
}

static uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static int32_t below(uint64_t *state, int32_t limit)
{
    return (int32_t)(next(state) % (uint32_t)limit);
}

/* Fills the graph from the seed. */
static void fill(struct graphcut_grid *grid, uint64_t seed, int32_t terminal, int32_t arc)
{
    for (size_t i = 0; i < grid->count; i++) {
        int32_t x = (int32_t)(i % (size_t)grid->width);
        int32_t y = (int32_t)(i / (size_t)grid->width) % grid->height;
        int32_t z = (int32_t)(i / (size_t)grid->width / (size_t)grid->height);
        grid->excess[i] = below(&seed, 3) ? below(&seed, 2 * terminal + 1) - terminal : 0;
        for (uint32_t k = 0; k < grid->directions; k++) {
            int32_t capacity = below(&seed, 4) ? below(&seed, arc) : 0;
            grid->arcs[i * grid->directions + k] =
                graphcut_grid_leaves(grid, x, y, z, k) ? 0 : capacity;
        }
    }
}

/* Augments shortest paths, one at a time (Edmonds and Karp), on copies. `reached`: what the sources
 * reach in the end. */
static int64_t reference(const struct graphcut_grid *grid, bool *reached)
{
    size_t n = grid->count, d = grid->directions;
    int32_t *excess = malloc(n * sizeof *excess), *arcs = malloc(n * d * sizeof *arcs);
    uint32_t *queue = malloc(n * sizeof *queue);
    uint8_t *from = malloc(n); /* direction; 254: a source, 255: not reached */
    int64_t flow = 0;
    memcpy(excess, grid->excess, n * sizeof *excess);
    memcpy(arcs, grid->arcs, n * d * sizeof *arcs);
    for (;;) {
        size_t head = 0, tail = 0, end = n;
        memset(from, 255, n);
        for (size_t i = 0; i < n; i++)
            if (excess[i] > 0) {
                from[i] = 254;
                queue[tail++] = (uint32_t)i;
            }
        while (head < tail && end == n) {
            size_t u = queue[head++];
            if (excess[u] < 0)
                end = u;
            for (uint8_t k = 0; k < d && end == n; k++) {
                size_t v = (size_t)((ptrdiff_t)u + grid->offset[k]);
                if (arcs[u * d + k] > 0 && from[v] == 255) {
                    from[v] = k;
                    queue[tail++] = (uint32_t)v;
                }
            }
        }
        if (end == n)
            break;
        int32_t amount = -excess[end];
        size_t v = end;
        for (; from[v] != 254; v = (size_t)((ptrdiff_t)v - grid->offset[from[v]])) {
            int32_t left = arcs[(size_t)((ptrdiff_t)v - grid->offset[from[v]]) * d + from[v]];
            amount = left < amount ? left : amount;
        }
        amount = excess[v] < amount ? excess[v] : amount;
        excess[v] -= amount;
        excess[end] += amount;
        for (v = end; from[v] != 254;) {
            size_t u = (size_t)((ptrdiff_t)v - grid->offset[from[v]]);
            arcs[u * d + from[v]] -= amount;
            arcs[v * d + (from[v] ^ 1)] += amount;
            v = u;
        }
        flow += amount;
    }
    for (size_t i = 0; i < n; i++)
        reached[i] = from[i] != 255;
    free(excess);
    free(arcs);
    free(queue);
    free(from);
    return flow;
}

static void check(struct graphcut_grid *grid, int which, const char *when)
{
    bool *reached = malloc(grid->count);
    int64_t want = reference(grid, reached), have = 0;
    cr_assert_eq(graphcut_grid_solve(grid, &have), SEG_OK);
    cr_assert_eq(have, want, "grid %d %s: flow %lld, not %lld", which, when, (long long)have,
                 (long long)want);
    for (size_t i = 0; i < grid->count; i++)
        cr_assert_eq(graphcut_grid_source(grid, i), reached[i], "grid %d %s: side of pixel %zu",
                     which, when, i);
    free(reached);
}

Test(graphcut_flow, ten_thousand_grids_as_by_another_method)
{
    static const uint32_t connectivity[] = {4, 8, 6, 26};
    for (int i = 0; i < 10000; i++) {
        uint64_t seed = (uint64_t)i + 1;
        struct arena arena = {.backwards = i % 5 == 0};
        const struct graphcut_env env = {&arena, take, run};
        struct graphcut_grid grid;
        bool solid = i % 4 >= 2;
        int32_t width = 1 + below(&seed, solid ? 6 : 12), height = 1 + below(&seed, solid ? 6 : 12);
        int32_t depth = solid ? 1 + below(&seed, 5) : 1, terminal = 1 + below(&seed, 50);
        cr_assert_eq(graphcut_grid_init(&grid, &env, width, height, depth, connectivity[i % 4],
                                        i % 3 ? 1 + i % 5 : 0),
                     SEG_OK);
        fill(&grid, seed, terminal, 1 + below(&seed, 40));
        check(&grid, i, "at first");
        for (size_t p = 0; p < grid.count; p++)
            grid.excess[p] += below(&seed, 4) ? 0 : below(&seed, 2 * terminal + 1) - terminal;
        check(&grid, i, "again with other excesses");
        release(&arena);
    }
}

/* No residual path leads from an excess to a deficit, the cut's arcs are full, and flow is
 * conserved: what left the sources has come to the sinks. */
Test(graphcut_flow, a_million_pixels_meet_complementary_slackness)
{
    struct arena arena = {.threads = true};
    const struct graphcut_env env = {&arena, take, run};
    struct graphcut_grid grid;
    cr_assert_eq(graphcut_grid_init(&grid, &env, 1024, 1024, 1, 8, 0), SEG_OK);
    fill(&grid, 7, 40, 30);
    int64_t before = 0, after = 0, sources = 0, flow = 0;
    for (size_t i = 0; i < grid.count; i++) {
        before += grid.excess[i];
        sources += grid.excess[i] > 0 ? grid.excess[i] : 0;
    }
    cr_assert_eq(graphcut_grid_solve(&grid, &flow), SEG_OK);
    for (size_t i = 0; i < grid.count; i++) {
        bool source = graphcut_grid_source(&grid, i);
        after += grid.excess[i];
        sources -= grid.excess[i] > 0 ? grid.excess[i] : 0;
        cr_assert(source ? grid.excess[i] >= 0 : grid.excess[i] <= 0);
        for (uint32_t k = 0; k < 8; k++) {
            int32_t left = grid.arcs[i * 8 + k];
            cr_assert_geq(left, 0);
            if (source && left > 0)
                cr_assert(graphcut_grid_source(&grid, (size_t)((ptrdiff_t)i + grid.offset[k])));
        }
    }
    cr_assert_eq(after, before);
    cr_assert_eq(sources, flow);
    release(&arena);
}

static int solve_two(int32_t excess, int32_t arc, int32_t last)
{
    struct arena arena = {0};
    const struct graphcut_env env = {&arena, take, run};
    struct graphcut_grid grid;
    int64_t flow = 0;
    cr_assert_eq(graphcut_grid_init(&grid, &env, 2, 1, 1, 4, 0), SEG_OK);
    memset(grid.arcs, 0, 8 * sizeof *grid.arcs);
    grid.excess[0] = excess;
    grid.excess[1] = excess > 0 ? -excess : 0; /* INT32_MIN has no opposite */
    grid.arcs[0] = arc;
    grid.arcs[4] = last;
    int status = graphcut_grid_solve(&grid, &flow);
    release(&arena);
    return status;
}

Test(graphcut_flow, refuses_what_32_bits_do_not_hold)
{
    cr_assert_eq(solve_two(INT32_MAX - 10, 10, 0), SEG_OK);
    cr_assert_eq(solve_two(INT32_MAX - 10, 11, 0), SEG_LIMIT);
    cr_assert_eq(solve_two(INT32_MIN, 0, 0), SEG_LIMIT);
    cr_assert_eq(solve_two(5, -1, 0), SEG_LIMIT, "a capacity below 0");
    cr_assert_eq(solve_two(5, 1, 1), SEG_LIMIT, "an arc that leaves the grid");
}
