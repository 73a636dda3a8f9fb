/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "grid.h"

#include "common/cpu.h"

#include <string.h>

void *walker_grid_raster(const struct walker_grid *grid, size_t size)
{
    char *memory = grid->env->host->scratch(grid->env->call, grid->size, size);
    if (!memory)
        return NULL;
    memset(memory, 0, grid->size * size);
    return memory + (grid->stride + 1) * size;
}

int walker_grid_open(struct walker_grid *grid, const struct common_env *env, int32_t width,
                     int32_t height)
{
    *grid = (struct walker_grid){
        .env = env, .width = width, .height = height, .coarse.env = env, .avx2 = common_cpu_avx2()};
    grid->half = ((size_t)width + 1) / 2;
    grid->stride = grid->half + 1;
    grid->size = ((size_t)height + 2) * grid->stride + 2;
    if (grid->size > WALKER_NONE / 8)
        return env->host->fail(env->call, SEG_LIMIT, "the image has more than 2^30 pixels");
    double **doubles[] = {&grid->value[0],  &grid->value[1], &grid->rest,
                          &grid->direction, &grid->product,  &grid->mean};
    float **floats[] = {&grid->edge[0], &grid->edge[1],    &grid->edge[2],
                        &grid->edge[3], &grid->inverse[0], &grid->inverse[1],
                        &grid->black,   &grid->red,        &grid->residue};
    for (size_t k = 0; k < SEG_COUNT(doubles); k++)
        if (!(*doubles[k] = walker_grid_raster(grid, sizeof **doubles)))
            return common_nomem(env);
    for (size_t k = 0; k < SEG_COUNT(floats); k++)
        if (!(*floats[k] = walker_grid_raster(grid, sizeof **floats)))
            return common_nomem(env);
    for (int color = 0; color < 2; color++)
        if (!(grid->parent[color] = walker_grid_raster(grid, sizeof **grid->parent)) ||
            !(grid->state[color] = walker_grid_raster(grid, sizeof **grid->state)))
            return common_nomem(env);
    if (!COMMON_SCRATCH(env, grid->sums, height) || !COMMON_SCRATCH(env, grid->peaks, height))
        return common_nomem(env);
    return SEG_OK;
}

struct walker_star walker_grid_star(const struct walker_grid *grid, int color, size_t y)
{
    const size_t row = y * grid->stride;
    const ptrdiff_t stride = (ptrdiff_t)grid->stride, across = walker_across(color, (int32_t)y);
    const ptrdiff_t to[] = {-stride, stride, 0, across};
    struct walker_star star = {.inverse = grid->inverse[color] + row, .count = grid->half};
    for (int k = 0; k < 4; k++) {
        /* an edge is kept with its black end, where a red one's upper neighbour has it below */
        const int mirrored = k < WALKER_BESIDE ? 1 - k : k;
        star.at[k] = (ptrdiff_t)row + to[k];
        star.weight[k] =
            color == WALKER_BLACK ? grid->edge[k] + row : grid->edge[mirrored] + star.at[k];
    }
    return star;
}

static int invert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct walker_grid *grid = arg;
    for (size_t y = begin; y < end; y++)
        for (int color = 0; color < 2; color++) {
            const struct walker_star star = walker_grid_star(grid, color, y);
            const uint8_t *state = grid->state[color] + y * grid->stride;
            float *inverse = grid->inverse[color] + y * grid->stride;
            for (size_t i = 0; i < grid->half; i++) {
                const float sum =
                    star.weight[0][i] + star.weight[1][i] + star.weight[2][i] + star.weight[3][i];
                inverse[i] = sum > 0 && state[i] == WALKER_FREE ? 1 / sum : 0;
            }
        }
    return SEG_OK;
}

/* Numbers the pixels that are to be solved, row by row; returns how many there are. */
static uint32_t number_pixels(const struct walker_grid *grid)
{
    uint32_t count = 0;
    for (int color = 0; color < 2; color++)
        memset(grid->parent[color] - grid->stride - 1, 255, grid->size * sizeof **grid->parent);
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = 0; x < grid->width; x++) {
            const int color = walker_color(x, y);
            const size_t at = walker_at(grid, x, y);
            grid->parent[color][at] = grid->inverse[color][at] > 0 ? count++ : WALKER_NONE;
        }
    return count;
}

/* Lists a pixel's edges; returns their end. */
static uint32_t list_pixel(const struct walker_grid *grid, const struct walker_star *star,
                           int color, size_t i, struct walker_edge *edge, uint32_t end,
                           float *ground)
{
    *ground = 0;
    for (int k = 0; k < 4; k++) {
        const float weight = star->weight[k][i];
        const ptrdiff_t at = star->at[k] + (ptrdiff_t)i;
        if (!(weight > 0))
            continue;
        if (grid->inverse[!color][at] > 0)
            edge[end++] = (struct walker_edge){grid->parent[!color][at], weight};
        else
            *ground += weight;
    }
    return end;
}

/* The pixels as a graph. */
static int list_edges(const struct walker_grid *grid, struct walker_graph *graph)
{
    const struct common_env *env = grid->env;
    uint32_t node = 0, end = 0;
    graph->count = number_pixels(grid);
    if (!COMMON_SCRATCH(env, graph->first, (size_t)graph->count + 1) ||
        !COMMON_SCRATCH(env, graph->edge, 4 * (size_t)graph->count + 1) ||
        !COMMON_SCRATCH(env, graph->ground, (size_t)graph->count + 1) ||
        !COMMON_SCRATCH(env, graph->parent, (size_t)graph->count + 1))
        return common_nomem(env);
    for (int32_t y = 0; y < grid->height; y++) {
        const struct walker_star stars[] = {walker_grid_star(grid, WALKER_BLACK, (size_t)y),
                                            walker_grid_star(grid, WALKER_RED, (size_t)y)};
        for (int32_t x = 0; x < grid->width; x++) {
            const int color = walker_color(x, y);
            if (grid->parent[color][walker_at(grid, x, y)] == WALKER_NONE)
                continue;
            graph->first[node] = end;
            end = list_pixel(grid, &stars[color], color, (size_t)x / 2, graph->edge, end,
                             &graph->ground[node++]);
        }
    }
    graph->first[node] = end;
    return SEG_OK;
}

/* Lists the black pixels of each node of the first coarse graph. */
static int list_members(struct walker_grid *grid, const uint32_t *parent)
{
    const size_t count = grid->coarse.graphs[0].count;
    const struct common_env *env = grid->env;
    uint32_t *first;
    if (!COMMON_SCRATCH(env, first, count + 2) || !COMMON_SCRATCH(env, grid->member, grid->size))
        return common_nomem(env);
    memset(first, 0, (count + 2) * sizeof *first);
    for (int32_t y = 0; y < grid->height; y++)
        for (size_t i = (size_t)y * grid->stride, end = i + grid->half; i < end; i++) {
            uint32_t *node = &grid->parent[WALKER_BLACK][i];
            *node = *node == WALKER_NONE ? WALKER_NONE : parent[*node];
            if (*node != WALKER_NONE)
                first[*node + 2]++;
        }
    for (size_t c = 0; c < count; c++)
        first[c + 2] += first[c + 1];
    for (int32_t y = 0; y < grid->height; y++)
        for (size_t i = (size_t)y * grid->stride, end = i + grid->half; i < end; i++)
            if (grid->parent[WALKER_BLACK][i] != WALKER_NONE)
                grid->member[first[grid->parent[WALKER_BLACK][i] + 1]++] = (uint32_t)i;
    grid->first = first;
    return SEG_OK;
}

int walker_grid_ready(struct walker_grid *grid)
{
    struct walker_graph pixels = {0};
    int status = common_parallel(grid->env, (size_t)grid->height, common_grain(grid->width),
                                 invert_rows, grid);
    if (!status)
        status = list_edges(grid, &pixels);
    if (!status)
        status = walker_coarse_build(&grid->coarse, &pixels);
    return status ? status : list_members(grid, pixels.parent);
}
