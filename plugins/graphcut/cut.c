/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph of a call. */
#include "cut.h"
#include "common/sample.h"

#include <math.h>

const struct seg_choice cut_connectivity[CUT_CONNECTIVITIES] = {
    {"4", "pixels that share an edge are neighbours"},
    {"8", "pixels that share an edge or a corner are neighbours"},
    {"6", "as 4, and the pixels above and below in a stack of pages"},
    {"26", "as 8, and the nine pixels above and the nine below in a stack of pages"},
};

static void *scratch(void *arg, size_t count, size_t size)
{
    const struct common_env *env = arg;
    return env->host->scratch(env->call, count, size);
}

static int parallel(void *arg, size_t count, size_t grain, seg_body body, void *body_arg)
{
    return common_parallel(arg, count, grain, body, body_arg);
}

int cut_open(const struct common_env *env, struct graphcut_grid *grid, const struct seg_view *image,
             int32_t connectivity, int32_t slices)
{
    static const uint32_t directions[CUT_CONNECTIVITIES] = {4, 8, 6, 26};
    struct graphcut_env *services;
    if (image->height % slices)
        return env->host->fail(env->call, SEG_STAGE,
                               "parameter 'slices': %d rows are not %d pages of equal height",
                               image->height, slices);
    if (!COMMON_SCRATCH(env, services, 1))
        return common_nomem(env);
    *services = (struct graphcut_env){(void *)(uintptr_t)env, scratch, parallel};
    int status = graphcut_grid_init(grid, services, image->width, image->height / slices, slices,
                                    directions[connectivity], 0);
    if (status == SEG_LIMIT)
        return env->host->fail(env->call, SEG_LIMIT, "%d x %d pixels are more than a graph holds",
                               image->width, image->height);
    return status ? common_nomem(env) : SEG_OK;
}

int cut_solve(const struct common_env *env, struct graphcut_grid *grid, int64_t *flow)
{
    int status = graphcut_grid_solve(grid, flow);
    if (status == SEG_LIMIT)
        return env->host->fail(env->call, SEG_LIMIT,
                               "the costs around a pixel sum to more than 32 bits hold; divide "
                               "them all by the same number");
    return status;
}

double cut_distance(const struct graphcut_grid *grid, uint32_t direction)
{
    const int8_t *step = grid->step[direction];
    return sqrt(step[0] * step[0] + step[1] * step[1] + step[2] * step[2]);
}

void cut_range(const struct graphcut_grid *grid, int32_t row, uint32_t direction, int32_t *from,
               int32_t *to)
{
    const int8_t *step = grid->step[direction];
    int32_t z = row / grid->height + step[0], y = row % grid->height + step[1];
    *from = step[2] < 0 ? 1 : 0;
    *to = grid->width - (step[2] > 0 ? 1 : 0);
    if (z < 0 || z >= grid->depth || y < 0 || y >= grid->height || *from > *to)
        *from = *to = 0;
}

int cut_plane(const struct common_env *env, const struct seg_view *view, int32_t plane,
              float **floats)
{
    if (!COMMON_SCRATCH(env, *floats, common_pixels(view)))
        return common_nomem(env);
    for (int32_t y = 0; y < view->height; y++)
        common_floats(view, plane, y, 0, (size_t)view->width,
                      *floats + (size_t)y * (size_t)view->width);
    return SEG_OK;
}
