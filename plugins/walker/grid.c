/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conjugate gradients, preconditioned by a multigrid cycle: smoothing on the pixels, and the coarse
 * graphs for the rest. */
#include "grid.h"

#include <math.h>
#include <string.h>

#define ROUNDS_MAX 500
#define NONE       UINT32_MAX

double *walker_grid_raster(const struct common_env *env, const struct walker_level *level)
{
    double *memory = env->host->scratch(env->call, level->size, sizeof *memory);
    if (!memory)
        return NULL;
    memset(memory, 0, level->size * sizeof *memory);
    return memory + level->stride + 1;
}

int walker_grid_open(struct walker_grid *grid, const struct common_env *env, int32_t width,
                     int32_t height)
{
    struct walker_level *level = &grid->level;
    *grid = (struct walker_grid){.env = env, .coarse.env = env};
    *level = (struct walker_level){.width = width, .height = height, .stride = (size_t)width + 1};
    level->size = ((size_t)height + 2) * level->stride + 2;
    if (level->size >= NONE)
        return env->host->fail(env->call, SEG_LIMIT, "the image has more than 2^32 pixels");
    double **rasters[] = {&level->right,  &level->down, &level->ground,   &level->diagonal,
                          &grid->residue, &grid->value, &grid->direction, &grid->product};
    for (size_t k = 0; k < SEG_COUNT(rasters); k++)
        if (!(*rasters[k] = walker_grid_raster(env, level)))
            return common_nomem(env);
    if (!COMMON_SCRATCH(env, grid->sums, height) || !COMMON_SCRATCH(env, grid->parent, level->size))
        return common_nomem(env);
    return SEG_OK;
}

/* Sums up each pixel's weights and numbers those that have any; returns how many there are. */
static uint32_t number_pixels(struct walker_grid *grid)
{
    struct walker_level *level = &grid->level;
    uint32_t count = 0;
    for (int32_t y = 0; y < level->height; y++)
        for (size_t i = (size_t)y * level->stride, end = i + (size_t)level->width; i < end; i++) {
            level->diagonal[i] = level->ground[i] + level->right[i] + level->down[i] +
                                 *(level->right + i - 1) + *(level->down + i - level->stride);
            grid->parent[i] = level->diagonal[i] > 0 ? count++ : NONE;
        }
    return count;
}

static void add_edge(struct walker_graph *graph, const struct walker_grid *grid, size_t to,
                     double weight, uint32_t *edges)
{
    if (!(weight > 0))
        return;
    graph->to[*edges] = grid->parent[to];
    graph->weight[(*edges)++] = weight;
}

/* The pixels as a graph. */
static int list_edges(const struct walker_grid *grid, struct walker_graph *graph)
{
    const struct walker_level *level = &grid->level;
    const struct common_env *env = grid->env;
    uint32_t node = 0, edges = 0;
    if (!COMMON_SCRATCH(env, graph->first, (size_t)graph->count + 1) ||
        !COMMON_SCRATCH(env, graph->to, 4 * (size_t)graph->count + 1) ||
        !COMMON_SCRATCH(env, graph->weight, 4 * (size_t)graph->count + 1) ||
        !COMMON_SCRATCH(env, graph->ground, graph->count))
        return common_nomem(env);
    for (int32_t y = 0; y < level->height; y++)
        for (size_t i = (size_t)y * level->stride, end = i + (size_t)level->width; i < end; i++) {
            if (grid->parent[i] == NONE)
                continue;
            graph->first[node] = edges;
            graph->ground[node++] = level->ground[i];
            add_edge(graph, grid, i + 1, level->right[i], &edges);
            add_edge(graph, grid, i - 1, *(level->right + i - 1), &edges);
            add_edge(graph, grid, i + level->stride, level->down[i], &edges);
            add_edge(graph, grid, i - level->stride, *(level->down + i - level->stride), &edges);
        }
    graph->first[node] = edges;
    return SEG_OK;
}

int walker_grid_ready(struct walker_grid *grid)
{
    struct walker_graph *pixels = &grid->coarse.graphs[0];
    pixels->count = number_pixels(grid);
    if (pixels->count > NONE / 4)
        return grid->env->host->fail(grid->env->call, SEG_LIMIT, "more than 2^30 pixels are free");
    int status = list_edges(grid, pixels);
    if (!status)
        status = walker_coarse_build(&grid->coarse);
    if (status)
        return status;
    grid->next = pixels + (grid->coarse.count > 1);
    for (int32_t y = 0; y < grid->level.height && grid->next != pixels; y++)
        for (int32_t x = 0; x < grid->level.width; x++) {
            uint32_t *parent = grid->parent + (size_t)y * grid->level.stride + (size_t)x;
            *parent = *parent == NONE ? NONE : pixels->parent[*parent];
        }
    return SEG_OK;
}

struct work {
    const struct walker_grid *grid;
    const struct walker_level *level;
    const double *rest;
    double *value, *out, *sums;
    const double *other;
    double factor;
    int color;
};

static int over_rows(const struct walker_grid *grid, struct work *work, seg_body body)
{
    return common_parallel(grid->env, (size_t)work->level->height, common_grain(work->level->width),
                           body, work);
}

static inline double around(const struct walker_level *level, const double *value, size_t i)
{
    return level->right[i] * value[i + 1] + *(level->right + i - 1) * *(value + i - 1) +
           level->down[i] * value[i + level->stride] +
           *(level->down + i - level->stride) * *(value + i - level->stride);
}

/* Gauss and Seidel's step for the pixels of one colour of a chessboard. */
static int relax_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_level *level = work->level;
    for (size_t y = begin; y < end; y++)
        for (size_t x = (y + (size_t)work->color) % 2; x < (size_t)level->width; x += 2) {
            size_t i = y * level->stride + x;
            double sum = work->rest[i] + around(level, work->value, i);
            work->value[i] = level->diagonal[i] > 0 ? sum / level->diagonal[i] : 0;
        }
    return SEG_OK;
}

static int relax(const struct walker_grid *grid, const struct walker_level *level, double *value,
                 const double *rest, int first)
{
    struct work work = {.level = level, .value = value, .rest = rest, .color = first};
    int status = over_rows(grid, &work, relax_rows);
    work.color = !first;
    return status ? status : over_rows(grid, &work, relax_rows);
}

/* out = rest - A value, or A value where there is no rest. */
static int apply_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_level *level = work->level;
    for (size_t y = begin; y < end; y++)
        for (size_t i = y * level->stride, last = i + (size_t)level->width; i < last; i++) {
            double product = level->diagonal[i] * work->value[i] - around(level, work->value, i);
            work->out[i] = work->rest ? work->rest[i] - product : product;
        }
    return SEG_OK;
}

static int prolong_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const uint32_t *parent = work->grid->parent;
    for (size_t y = begin; y < end; y++)
        for (size_t i = y * work->level->stride, last = i + (size_t)work->level->width; i < last;
             i++)
            if (parent[i] != NONE)
                work->value[i] += WALKER_BOOST * work->grid->next->value[parent[i]];
    return SEG_OK;
}

/* Hands the residue to the coarse graphs. */
static void correct(const struct walker_grid *grid)
{
    const struct walker_level *level = &grid->level;
    const struct walker_graph *next = grid->next;
    memset(next->rest, 0, next->count * sizeof *next->rest);
    memset(next->value, 0, next->count * sizeof *next->value);
    for (int32_t y = 0; y < level->height; y++)
        for (size_t i = (size_t)y * level->stride, end = i + (size_t)level->width; i < end; i++)
            if (grid->parent[i] != NONE)
                next->rest[grid->parent[i]] += grid->residue[i];
    if (next->count)
        walker_coarse_cycle(&grid->coarse, (int32_t)(next - grid->coarse.graphs));
}

/* value = about the solution for rest, from 0; the same symmetric operation every time. */
static int cycle(const struct walker_grid *grid, const double *rest)
{
    const struct walker_level *level = &grid->level;
    struct work work = {
        .grid = grid, .level = level, .rest = rest, .value = grid->value, .out = grid->residue};
    memset(grid->value - level->stride - 1, 0, level->size * sizeof *grid->value);
    int status = relax(grid, level, grid->value, rest, 0);
    if (!status)
        status = over_rows(grid, &work, apply_rows);
    if (status)
        return status;
    correct(grid);
    status = over_rows(grid, &work, prolong_rows);
    return status ? status : relax(grid, level, grid->value, rest, 1);
}

static int dot_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_level *level = work->level;
    for (size_t y = begin; y < end; y++) {
        double sum = 0;
        for (size_t i = y * level->stride, last = i + (size_t)level->width; i < last; i++)
            sum += work->value[i] * work->other[i];
        work->sums[y] = sum;
    }
    return SEG_OK;
}

static int dot(const struct walker_grid *grid, double *a, const double *b, double *result)
{
    struct work work = {.level = &grid->level, .value = a, .other = b, .sums = grid->sums};
    int status = over_rows(grid, &work, dot_rows);
    *result = 0;
    for (int32_t y = 0; y < work.level->height; y++) /* in order, for any number of threads */
        *result += grid->sums[y];
    return status;
}

static int peak_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_level *level = work->level;
    for (size_t y = begin; y < end; y++) {
        double most = 0;
        for (size_t i = y * level->stride, last = i + (size_t)level->width; i < last; i++)
            most = fabs(work->value[i]) > most ? fabs(work->value[i]) : most;
        work->sums[y] = most;
    }
    return SEG_OK;
}

static int peak(const struct walker_grid *grid, double *value, double *result)
{
    struct work work = {.level = &grid->level, .value = value, .sums = grid->sums};
    int status = over_rows(grid, &work, peak_rows);
    *result = 0;
    for (int32_t y = 0; y < work.level->height; y++)
        *result = grid->sums[y] > *result ? grid->sums[y] : *result;
    return status;
}

/* value = scale * value + factor * other */
static int add_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_level *level = work->level;
    double scale = work->color ? 1 : work->factor, factor = work->color ? work->factor : 1;
    for (size_t y = begin; y < end; y++)
        for (size_t i = y * level->stride, last = i + (size_t)level->width; i < last; i++)
            work->value[i] = scale * work->value[i] + factor * work->other[i];
    return SEG_OK;
}

/* value += factor * other, or value = factor * value + other. */
static int add(const struct walker_grid *grid, double *value, const double *other, double factor,
               bool to)
{
    struct work work = {
        .level = &grid->level, .value = value, .other = other, .factor = factor, .color = to};
    return over_rows(grid, &work, add_rows);
}

int walker_grid_solve(struct walker_grid *grid, double *value, double *rest, double tolerance,
                      int32_t *rounds)
{
    const struct walker_level *level = &grid->level;
    struct work work = {.level = level, .value = value, .rest = rest, .out = rest};
    double most, old = 1, now, slope;
    int status = over_rows(grid, &work, apply_rows);
    for (*rounds = 0; !status && *rounds < ROUNDS_MAX; ++*rounds) {
        status = cycle(grid, rest);
        if (!status)
            status = peak(grid, grid->value, &most);
        if (status || most <= tolerance)
            break;
        status = dot(grid, grid->value, rest, &now);
        if (!status)
            status = add(grid, grid->direction, grid->value, *rounds ? now / old : 0, false);
        old = now;
        struct work product = {.level = level, .value = grid->direction, .out = grid->product};
        if (!status)
            status = over_rows(grid, &product, apply_rows);
        if (!status)
            status = dot(grid, grid->direction, grid->product, &slope);
        if (status || !(slope > 0))
            break;
        status = add(grid, value, grid->direction, now / slope, true);
        if (!status)
            status = add(grid, rest, grid->product, -now / slope, true);
        if (!status)
            status = grid->env->host->progress(grid->env->call, -1);
    }
    return status;
}
