/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conjugate gradients on the black pixels, each red one being the mean of its neighbours; this is
 * as if the red ones had been eliminated. They are preconditioned by a multigrid cycle: smoothing
 * on the pixels, and the coarse graphs for the rest. Single precision is enough for a correction.
 */
#include "grid.h"

#include <math.h>

#define ROUNDS_MAX 500

struct work {
    const struct walker_grid *grid;
    double factor;
    float boost;
    double *value, *mean, *out; /* of a product */
    const float *rest;          /* of a half step; NULL: 0 */
};

static int over_rows(const struct walker_grid *grid, struct work *work, seg_body body)
{
    work->grid = grid;
    return common_parallel(grid->env, (size_t)grid->height, common_grain(grid->width), body, work);
}

/* -- the cycle -------------------------------------------------------------------------------- */

/* The step before: the black pixels' alone. */
static int begin_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walker_grid *grid = ((const struct work *)arg)->grid;
    for (size_t i = begin * grid->stride; i < end * grid->stride; i++)
        grid->black[i] = (float)grid->rest[i] * grid->inverse[WALKER_BLACK][i];
    return SEG_OK;
}

static int red_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walker_grid *grid = ((const struct work *)arg)->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_RED, y);
        walker_star_relax(&star, grid->black, NULL, grid->red + y * grid->stride, grid->avx2);
    }
    return SEG_OK;
}

/* What the two steps leave over: nothing on the red pixels. */
static int residue_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walker_grid *grid = ((const struct work *)arg)->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_BLACK, y);
        walker_star_pull(&star, grid->red, grid->residue + y * grid->stride, grid->avx2);
    }
    return SEG_OK;
}

static int gather_nodes(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walker_grid *grid = ((const struct work *)arg)->grid;
    const struct walker_graph *graph = &grid->coarse.graphs[0];
    for (size_t c = begin; c < end; c++) {
        float rest = 0;
        for (uint32_t m = grid->first[c]; m < grid->first[c + 1]; m++)
            rest += grid->residue[grid->member[m]];
        graph->rest[c] = rest;
        graph->value[c] = 0;
    }
    return SEG_OK;
}

static int spread_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_grid *grid = work->grid;
    const uint32_t *parent = grid->parent[WALKER_BLACK];
    for (size_t y = begin; y < end; y++)
        for (size_t i = y * grid->stride, last = i + grid->half; i < last; i++)
            if (parent[i] != WALKER_NONE)
                grid->black[i] += work->boost * grid->coarse.graphs[0].value[parent[i]];
    return SEG_OK;
}

/* The step after, of the black pixels; with the product of what comes out and the rest, and the
 * largest of it. */
static int end_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walker_grid *grid = ((const struct work *)arg)->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_BLACK, y);
        const double *rest = grid->rest + y * grid->stride;
        float *black = grid->black + y * grid->stride, peak = 0;
        double sum = 0;
        walker_star_pull(&star, grid->red, black, grid->avx2);
        for (size_t i = 0; i < grid->half; i++) {
            black[i] = (black[i] + (float)rest[i]) * star.inverse[i];
            sum += (double)black[i] * rest[i];
            peak = fabsf(black[i]) > peak ? fabsf(black[i]) : peak;
        }
        grid->sums[y] = sum;
        grid->peaks[y] = (double)peak;
    }
    return SEG_OK;
}

static double total(const struct walker_grid *grid)
{
    double sum = 0;
    for (int32_t y = 0; y < grid->height; y++)
        sum += grid->sums[y];
    return sum;
}

/* black = about the solution for the rest; the same symmetric operation every time. */
static int cycle(const struct walker_grid *grid, double *product, double *most)
{
    const struct walker_graph *graph = &grid->coarse.graphs[0];
    struct work work = {.grid = grid, .boost = walker_coarse_boost(&grid->coarse, 0)};
    int status = over_rows(grid, &work, begin_rows);
    if (!status)
        status = over_rows(grid, &work, red_rows);
    if (!status)
        status = over_rows(grid, &work, residue_rows);
    if (!status && graph->count)
        status = common_parallel(grid->env, graph->count, 4096, gather_nodes, &work);
    if (status)
        return status;
    for (int k = graph->count ? walker_coarse_cycles(&grid->coarse, 0) : 0; k > 0; k--)
        walker_coarse_cycle(&grid->coarse, 0);
    status = over_rows(grid, &work, spread_rows);
    if (!status)
        status = over_rows(grid, &work, red_rows);
    if (!status)
        status = over_rows(grid, &work, end_rows);
    *product = total(grid);
    *most = 0;
    for (int32_t y = 0; y < grid->height; y++)
        *most = grid->peaks[y] > *most ? grid->peaks[y] : *most;
    return status;
}

/* -- conjugate gradients ---------------------------------------------------------------------- */

static int mean_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_grid *grid = work->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_RED, y);
        walker_star_mean(&star, work->value, work->mean + y * grid->stride, grid->avx2);
    }
    return SEG_OK;
}

static int flow_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_grid *grid = work->grid;
    for (size_t y = begin; y < end; y++) {
        const struct walker_star star = walker_grid_star(grid, WALKER_BLACK, y);
        const double *value = work->value + y * grid->stride;
        double *out = work->out + y * grid->stride, sum = 0;
        walker_star_flow(&star, work->mean, value, out, grid->avx2);
        for (size_t i = 0; i < grid->half; i++)
            sum += value[i] * out[i];
        grid->sums[y] = sum;
    }
    return SEG_OK;
}

/* out = what flows away from the black pixels when the red ones are the means; and its product with
 * the value. */
static int multiply(const struct walker_grid *grid, double *value, double *mean, double *out,
                    double *product)
{
    struct work work = {.value = value, .mean = mean, .out = out};
    int status = over_rows(grid, &work, mean_rows);
    if (!status)
        status = over_rows(grid, &work, flow_rows);
    *product = total(grid);
    return status;
}

static int turn_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_grid *grid = work->grid;
    for (size_t i = begin * grid->stride; i < end * grid->stride; i++)
        grid->direction[i] = (double)grid->black[i] + work->factor * grid->direction[i];
    return SEG_OK;
}

static int step_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct walker_grid *grid = work->grid;
    double *value = grid->value[WALKER_BLACK];
    for (size_t i = begin * grid->stride; i < end * grid->stride; i++) {
        value[i] += work->factor * grid->direction[i];
        grid->rest[i] -= work->factor * grid->product[i];
    }
    return SEG_OK;
}

int walker_grid_solve(struct walker_grid *grid, double tolerance, int32_t *rounds)
{
    double *const value = grid->value[WALKER_BLACK], *const red = grid->value[WALKER_RED];
    double most, old = 1, now, slope;
    int status = multiply(grid, value, red, grid->rest, &now);
    for (size_t i = 0, size = (size_t)grid->height * grid->stride; i < size; i++) {
        grid->rest[i] = -grid->rest[i];
        grid->direction[i] = 0;
    }
    for (*rounds = 0; !status && *rounds < ROUNDS_MAX; ++*rounds) {
        struct work work = {0};
        status = cycle(grid, &now, &most);
        if (status || most <= tolerance || !(now > 0))
            break;
        work.factor = *rounds ? now / old : 0;
        old = now;
        status = over_rows(grid, &work, turn_rows);
        if (!status)
            status = multiply(grid, grid->direction, grid->mean, grid->product, &slope);
        if (status || !(slope > 0))
            break;
        work.factor = now / slope;
        status = over_rows(grid, &work, step_rows);
        if (!status)
            status = grid->env->host->progress(grid->env->call, -1);
    }
    struct work work = {.value = value, .mean = red};
    return status ? status : over_rows(grid, &work, mean_rows);
}
