/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planning of Winograd convolutions and their weights. */
#include "kernel/winograd.h"

#include <string.h>

#define WORKSPACE ((size_t)640 * 1024) /* of a worker, both sides of the transforms */
#define LARGE     16384

/* How many tiles the outputs begin, begin + dilation, ... below `out` make. */
static size_t tiles_along(int32_t out, int32_t begin, int32_t dilation)
{
    int32_t count = (out - begin + dilation - 1) / dilation;
    return count > 0 ? ((size_t)count + 3) / 4 : 0;
}

static size_t tiles_of_axis(int32_t out, int32_t dilation)
{
    size_t sum = 0;
    for (int32_t phase = 0; phase < dilation; phase++)
        sum += tiles_along(out, phase, dilation);
    return sum;
}

void winograd_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *g,
                        struct winograd_plan *plan)
{
    *plan = (struct winograd_plan){
        .dilation_w = conv->dilation_w,
        .dilation_h = conv->dilation_h,
        .in_blocks = blocks_of(conv->in),
        .out_blocks = blocks_of(conv->out),
        .splits = 1,
    };
    plan->groups = direct_group_count(plan->out_blocks);
    plan->tiles =
        tiles_of_axis(g->out_w, conv->dilation_w) * tiles_of_axis(g->out_h, conv->dilation_h);
    size_t tile_bytes = 36 * 8 * (plan->in_blocks + plan->out_blocks) * sizeof(float);
    size_t block = WORKSPACE / tile_bytes / 12 * 12;
    block = block < 24 ? 24 : block;
    size_t blocks = ceil_div(plan->tiles, block);
    if (blocks < g->workers && plan->tiles < 24 * (size_t)g->workers && plan->groups > 1)
        plan->splits = plan->groups < g->workers ? plan->groups : g->workers;
    else if (blocks % g->workers)
        blocks = ceil_div(blocks, g->workers) * g->workers;
    block = blocks ? ceil_div(ceil_div(plan->tiles, blocks), 12) * 12 : 12;
    plan->block = block < plan->tiles ? block : plan->tiles;
    plan->worker_bytes = 36 * sizeof(float) *
                         (odd_lines(plan->block * plan->in_blocks * 8) +
                          odd_lines(plan->block * plan->out_blocks * 8));
}

/* Tiles are numbered by phase row, tile row, phase column, tile column. */
static void place_along(size_t number, int32_t out, int32_t dilation, int32_t *at)
{
    int32_t phase = 0;
    for (;; phase++) {
        size_t here = tiles_along(out, phase, dilation);
        if (number < here || phase == dilation - 1)
            break;
        number -= here;
    }
    *at = phase + (int32_t)number * 4 * dilation;
}

struct winograd_place winograd_place_of(const struct winograd_plan *plan,
                                        const struct cnn_geometry *g, size_t tile)
{
    struct winograd_place place;
    size_t across = tiles_of_axis(g->out_w, plan->dilation_w);
    place_along(tile / across, g->out_h, plan->dilation_h, &place.y);
    place_along(tile % across, g->out_w, plan->dilation_w, &place.x);
    return place;
}

bool winograd_fits(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    return conv->kind == CNN_CONV && conv->kernel_w == 3 && conv->kernel_h == 3 &&
           conv->stride_w == 1 && conv->stride_h == 1 && conv->dilation_w > 0 &&
           conv->dilation_h > 0 && conv->dilation_w < LARGE && conv->dilation_h < LARGE &&
           g->pad_left < LARGE && g->pad_top < LARGE && g->pad_left > -LARGE &&
           g->pad_top > -LARGE && g->workers > 0 && g->in_pack == 8;
}

/* Bias, then [point][group][in][lane of the group]. */
size_t winograd_packed_size(const struct cnn_conv *conv)
{
    size_t bytes = SIZE_PRODUCT(36 * (size_t)conv->in + 1, 8 * blocks_of(conv->out), sizeof(float));
    return bytes > PTRDIFF_MAX ? 0 : bytes;
}

/* LANES outputs are transformed together. The weights of INPUTS inputs are written together, as the
 * 36 places that they go to are often many pages apart and would leave the cache in between. */
enum { LANES = 8, INPUTS = 8 };

/* u = G g. Points that differ in their sign share the even and the odd part of their row of G. */
static void extend(double g[3][LANES], double u[6][LANES])
{
    static const double third = 1.0 / 3, sixth = 1.0 / 6, root = 1.4142135623730950488;
    for (int l = 0; l < LANES; l++) {
        double even = -2 * third * g[0][l] - third * g[2][l], odd = root * third * g[1][l];
        u[0][l] = g[0][l];
        u[1][l] = even - odd;
        u[2][l] = even + odd;
        even = sixth * g[0][l] + third * g[2][l];
        odd = root * sixth * g[1][l];
        u[3][l] = even + odd;
        u[4][l] = even - odd;
        u[5][l] = g[2][l];
    }
}

/* The weights of up to LANES outputs for one input, 3 x 3 each, to 36 points: u = G g G^T. */
static void transform_weights(const struct cnn_conv *conv, size_t first, size_t input,
                              float u[36][LANES])
{
    const size_t in = (size_t)conv->in, out = (size_t)conv->out;
    double g[3][3][LANES], columns[3][6][LANES], points[6][LANES]; /* [column][row] */
    for (int l = 0; l < LANES; l++)
        for (int k = 0; k < 9; k++)
            g[k % 3][k / 3][l] =
                first + (size_t)l < out
                    ? (double)conv->weights[((first + (size_t)l) * in + input) * 9 + (size_t)k]
                    : 0;
    for (int k = 0; k < 3; k++)
        extend(g[k], columns[k]);
    for (int row = 0; row < 6; row++) {
        double of_row[3][LANES];
        for (int k = 0; k < 3; k++)
            memcpy(of_row[k], columns[k][row], sizeof of_row[k]);
        extend(of_row, points);
        for (int k = 0; k < 6; k++)
            for (int l = 0; l < LANES; l++)
                u[row * 6 + k][l] = (float)points[k][l];
    }
}

void winograd_prepare(const struct cnn_conv *conv, void *packed)
{
    size_t blocks = blocks_of(conv->out), in = (size_t)conv->in, out = (size_t)conv->out;
    float *bias = packed, *to = bias + 8 * blocks;
    float points[DIRECT_MAX_GROUP][INPUTS][36][LANES];
    for (size_t o = 0; o < 8 * blocks; o++)
        bias[o] = o < out && conv->bias ? conv->bias[o] : 0.0f;
    for (size_t group = 0; group < direct_group_count(blocks); group++) {
        const size_t lanes = 8 * direct_group_blocks(blocks, group);
        const size_t first = 8 * direct_group_first(blocks, group);
        for (size_t i = 0, count; i < in; i += count) {
            count = in - i < INPUTS ? in - i : INPUTS;
            for (size_t b = 0; b < lanes / LANES; b++)
                for (size_t k = 0; k < count; k++)
                    transform_weights(conv, first + b * LANES, i + k, points[b][k]);
            for (size_t point = 0; point < 36; point++) {
                float *at = to + (point * 8 * blocks + first) * in + i * lanes;
                for (size_t k = 0; k < count; k++)
                    for (size_t b = 0; b < lanes / LANES; b++, at += LANES)
                        memcpy(at, points[b][k][point], LANES * sizeof *at);
            }
        }
    }
}

size_t winograd_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry)
{
    struct winograd_plan plan;
    winograd_plan_make(conv, geometry, &plan);
    return SIZE_PRODUCT(plan.worker_bytes, geometry->workers);
}
