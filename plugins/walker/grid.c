/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conjugate gradients, preconditioned by a multigrid cycle in which two by two pixels become one
 * (Notay, An aggregation-based algebraic multigrid method, ETNA 37, 2010): an edge between two
 * coarse pixels weighs as much as all between their fine ones, so that every level is such a grid
 * again. */
#include "grid.h"

#include <math.h>
#include <string.h>

#define SWEEPS_LAST 30 /* on the coarsest level */
#define ROUNDS_MAX  500
#define BOOST       1.5 /* constant pieces correct too little; the best of 1 to 1.8 on pictures */

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
    *grid = (struct walker_grid){.env = env};
    for (int32_t i = 0; i < WALKER_LEVELS; i++) {
        struct walker_level *level = &grid->levels[grid->count++];
        *level =
            (struct walker_level){.width = width, .height = height, .stride = (size_t)width + 1};
        level->size = ((size_t)height + 2) * level->stride + 2;
        if (!(level->right = walker_grid_raster(env, level)) ||
            !(level->down = walker_grid_raster(env, level)) ||
            !(level->ground = walker_grid_raster(env, level)) ||
            !(level->diagonal = walker_grid_raster(env, level)) ||
            !(level->residue = walker_grid_raster(env, level)) ||
            (i && (!(level->value = walker_grid_raster(env, level)) ||
                   !(level->rest = walker_grid_raster(env, level)))))
            return common_nomem(env);
        if (width <= 2 && height <= 2)
            break;
        width = (width + 1) / 2;
        height = (height + 1) / 2;
    }
    if (!(grid->direction = walker_grid_raster(env, &grid->levels[0])) ||
        !(grid->product = walker_grid_raster(env, &grid->levels[0])) ||
        !(grid->levels[0].value = walker_grid_raster(env, &grid->levels[0])) ||
        !COMMON_SCRATCH(env, grid->sums, grid->levels[0].height))
        return common_nomem(env);
    return SEG_OK;
}

static void sum_weights(struct walker_level *level)
{
    for (int32_t y = 0; y < level->height; y++)
        for (size_t i = (size_t)y * level->stride, end = i + (size_t)level->width; i < end; i++)
            level->diagonal[i] = level->ground[i] + level->right[i] + level->down[i] +
                                 *(level->right + i - 1) + *(level->down + i - level->stride);
}

int walker_grid_ready(struct walker_grid *grid)
{
    sum_weights(&grid->levels[0]);
    for (int32_t l = 1; l < grid->count; l++) {
        const struct walker_level *fine = &grid->levels[l - 1];
        struct walker_level *coarse = &grid->levels[l];
        for (int32_t y = 0; y < fine->height; y++)
            for (int32_t x = 0; x < fine->width; x++) {
                size_t i = (size_t)y * fine->stride + (size_t)x;
                size_t j = (size_t)(y / 2) * coarse->stride + (size_t)(x / 2);
                coarse->ground[j] += fine->ground[i];
                coarse->right[j] += x % 2 ? fine->right[i] : 0;
                coarse->down[j] += y % 2 ? fine->down[i] : 0;
            }
        sum_weights(coarse);
    }
    return grid->env->host->progress(grid->env->call, -1);
}

struct work {
    const struct walker_level *level, *coarse;
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

/* The coarse right-hand side: sums of the residue; and a value of 0. */
static int restrict_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg; /* its level is the coarse one, `coarse` the fine one */
    const struct walker_level *to = work->level, *from = work->coarse;
    for (size_t y = begin; y < end; y++)
        for (size_t x = 0; x < (size_t)to->width; x++) {
            const double *at = from->residue + 2 * y * from->stride + 2 * x;
            bool right = 2 * x + 1 < (size_t)from->width, down = 2 * y + 1 < (size_t)from->height;
            double sum = at[0] + (right ? at[1] : 0);
            sum += down ? at[from->stride] + (right ? at[from->stride + 1] : 0) : 0;
            to->rest[y * to->stride + x] = sum;
            to->value[y * to->stride + x] = 0;
        }
    return SEG_OK;
}

static int prolong_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_level *level = work->level, *coarse = work->coarse;
    for (size_t y = begin; y < end; y++)
        for (size_t x = 0; x < (size_t)level->width; x++)
            if (level->diagonal[y * level->stride + x] > 0)
                work->value[y * level->stride + x] +=
                    BOOST * coarse->value[y / 2 * coarse->stride + x / 2];
    return SEG_OK;
}

/* value = about the solution for rest, from 0; the same symmetric operation every time. */
static int cycle(const struct walker_grid *grid, int32_t l, double *value, const double *rest)
{
    const struct walker_level *level = &grid->levels[l];
    int status = SEG_OK;
    if (l + 1 == grid->count) {
        for (int i = 0; i < 2 * SWEEPS_LAST && !status; i++)
            status = relax(grid, level, value, rest, i >= SWEEPS_LAST);
        return status;
    }
    const struct walker_level *coarse = level + 1;
    status = relax(grid, level, value, rest, 0);
    struct work work = {.level = level, .rest = rest, .value = value, .out = level->residue};
    if (!status)
        status = over_rows(grid, &work, apply_rows);
    struct work down = {.level = coarse, .coarse = level};
    if (!status)
        status = over_rows(grid, &down, restrict_rows);
    if (!status)
        status = cycle(grid, l + 1, coarse->value, coarse->rest);
    work.coarse = coarse;
    if (!status)
        status = over_rows(grid, &work, prolong_rows);
    return status ? status : relax(grid, level, value, rest, 1);
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
    struct work work = {.level = &grid->levels[0], .value = a, .other = b, .sums = grid->sums};
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
    struct work work = {.level = &grid->levels[0], .value = value, .sums = grid->sums};
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
        .level = &grid->levels[0], .value = value, .other = other, .factor = factor, .color = to};
    return over_rows(grid, &work, add_rows);
}

int walker_grid_solve(struct walker_grid *grid, double *value, double *rest, double tolerance,
                      int32_t *rounds)
{
    const struct walker_level *level = &grid->levels[0];
    struct work work = {.level = level, .value = value, .rest = rest, .out = rest};
    double most, old = 1, now, slope;
    int status = over_rows(grid, &work, apply_rows);
    for (*rounds = 0; !status && *rounds < ROUNDS_MAX; ++*rounds) {
        memset(level->value - level->stride - 1, 0, level->size * sizeof(double));
        status = cycle(grid, 0, level->value, rest);
        if (!status)
            status = peak(grid, level->value, &most);
        if (status || most <= tolerance)
            break;
        status = dot(grid, level->value, rest, &now);
        if (!status)
            status = add(grid, grid->direction, level->value, *rounds ? now / old : 0, false);
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
