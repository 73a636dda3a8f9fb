/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Winograd convolution: the loops of winograd.h. Included by one file for each instruction set. */
#include "kernel/act_vectors.h"
#include "kernel/winograd.h"

struct winograd_run {
    const struct cnn_conv_call *call;
    struct winograd_plan plan;
};

/* B^T d for the six values of a row or column. */
V8_INLINE void winograd_input6(const v8 d[6], v8 r[6])
{
    const v8 root = v8_set(1.41421356237309505f), half_root = v8_set(-0.70710678118654752f);
    const v8 two = v8_set(-2.0f), half = v8_set(-0.5f), both = v8_set(-2.5f);
    v8 a = v8_fma(two, d[2], d[4]), b = v8_fma(root, d[1], half_root * d[3]);
    v8 c = v8_fma(half, d[2], d[4]), e = v8_fma(root, d[3], half_root * d[1]);
    r[0] = v8_fma(both, d[2], d[0] + d[4]);
    r[1] = a - b;
    r[2] = a + b;
    r[3] = c + e;
    r[4] = c - e;
    r[5] = v8_fma(both, d[3], d[1] + d[5]);
}

/* A^T m. */
V8_INLINE void winograd_output4(const v8 m[6], v8 r[4])
{
    v8 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], e = m[3] - m[4];
    r[0] = m[0] + a + c;
    r[1] = v8_fma(v8_set(1.41421356237309505f), e, v8_set(0.70710678118654752f) * b);
    r[2] = v8_fma(v8_set(2.0f), c, v8_set(0.5f) * a);
    r[3] = v8_fma(v8_set(2.82842712474619f), e, v8_fma(v8_set(0.353553390593273762f), b, m[5]));
}

/* One block of channels of one tile: `values` has 6 x 6 vectors at `row` and `column` floats from
 * each other; the points go to `to`, `step` floats from each other. */
V8_INLINE void winograd_input_tile(const float *values, size_t row, size_t column, float *to,
                                   size_t step)
{
    v8 half[6][6];
    UNROLL (j, 6) {
        v8 d[6], r[6];
        UNROLL (i, 6)
            d[i] = v8_load(values + i * row + j * column);
        winograd_input6(d, r);
        UNROLL (i, 6)
            half[i][j] = r[i];
    }
    for (size_t i = 0; i < 6; i++) {
        v8 r[6];
        winograd_input6(half[i], r);
        UNROLL (j, 6)
            v8_store(to + (i * 6 + j) * step, r[j]);
    }
}

/* Copies a tile that reaches over the edge, with zeros for what is outside. */
static NOINLINE void winograd_edge(const float *plane, const struct cnn_geometry *g, int64_t y0,
                                   int64_t x0, int32_t step_y, int32_t step_x, float *values)
{
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++, values += 8) {
            int64_t y = y0 + (int64_t)i * step_y, x = x0 + (int64_t)j * step_x;
            v8 v = v8_set(0.0f);
            if (y >= 0 && y < g->in_h && x >= 0 && x < g->in_w)
                v = v8_load(plane + (y * g->in_w + x) * 8);
            v8_store(values, v);
        }
}

static void winograd_transform(const struct winograd_run *run, size_t tile,
                               struct winograd_place place, float *to, size_t step)
{
    const struct cnn_geometry *g = run->call->geometry;
    const struct winograd_plan *p = &run->plan;
    int64_t y0 = (int64_t)place.y - g->pad_top, x0 = (int64_t)place.x - g->pad_left;
    bool inside = y0 >= 0 && x0 >= 0 && y0 + 5 * (int64_t)p->dilation_h < g->in_h &&
                  x0 + 5 * (int64_t)p->dilation_w < g->in_w;
    size_t plane = (size_t)g->in_w * (size_t)g->in_h * 8;
    to += tile * p->in_blocks * 8;
    for (size_t block = 0; block < p->in_blocks; block++, to += 8) {
        const float *in = run->call->in + block * plane;
        if (inside) {
            winograd_input_tile(in + (y0 * g->in_w + x0) * 8,
                                (size_t)p->dilation_h * (size_t)g->in_w * 8,
                                (size_t)p->dilation_w * 8, to, step);
        } else {
            float values[36 * 8];
            winograd_edge(in, g, y0, x0, p->dilation_h, p->dilation_w, values);
            winograd_input_tile(values, 48, 8, to, step);
        }
    }
}

/* m[tile][lane] = sum over k of v[tile][k] * u[k][lane] for `tiles` x `blocks` * 8. */
V8_INLINE void winograd_multiply(const float *u, const float *v, float *m, size_t in, size_t step_v,
                                 size_t step_m, const size_t tiles, const size_t blocks)
{
    v8 sum[12];
    const float *from[12];
    UNROLL (i, tiles * blocks)
        sum[i] = v8_set(0.0f);
    UNROLL (r, tiles)
        from[r] = v + r * step_v;
    for (size_t k = 0; k < in; k++, u += 8 * blocks) {
        v8 weight[3];
        UNROLL (b, blocks)
            weight[b] = v8_load(u + b * 8);
        UNROLL (r, tiles) {
            v8 x = v8_set(from[r][k]);
            UNROLL (b, blocks)
                sum[r * blocks + b] = v8_fma(weight[b], x, sum[r * blocks + b]);
        }
    }
    UNROLL (r, tiles)
        UNROLL (b, blocks)
            v8_store(m + r * step_m + b * 8, sum[r * blocks + b]);
}

#define WINOGRAD_MULTIPLY(tiles, blocks)                                                           \
    static NOINLINE void winograd_multiply_##tiles##x##blocks(                                     \
        const float *u, const float *v, float *m, size_t in, size_t step_v, size_t step_m)         \
    {                                                                                              \
        winograd_multiply(u, v, m, in, step_v, step_m, tiles, blocks);                             \
    }
WINOGRAD_MULTIPLY(1, 1)
WINOGRAD_MULTIPLY(4, 1)
WINOGRAD_MULTIPLY(12, 1)
WINOGRAD_MULTIPLY(1, 2)
WINOGRAD_MULTIPLY(2, 2)
WINOGRAD_MULTIPLY(3, 2)
WINOGRAD_MULTIPLY(4, 2)
WINOGRAD_MULTIPLY(5, 2)
WINOGRAD_MULTIPLY(6, 2)
WINOGRAD_MULTIPLY(1, 3)
WINOGRAD_MULTIPLY(2, 3)
WINOGRAD_MULTIPLY(3, 3)
WINOGRAD_MULTIPLY(4, 3)
#undef WINOGRAD_MULTIPLY

typedef void winograd_multiply_fn(const float *, const float *, float *, size_t, size_t, size_t);

/* One group of output channels at one point, for all tiles of a block. */
static void winograd_point(const float *u, const float *v, float *m, size_t tiles, size_t in,
                           size_t step_v, size_t step_m, size_t blocks)
{
    static winograd_multiply_fn *const one[] = {NULL,
                                                winograd_multiply_1x1,
                                                winograd_multiply_1x1,
                                                winograd_multiply_1x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_4x1,
                                                winograd_multiply_12x1};
    static winograd_multiply_fn *const two[] = {NULL,
                                                winograd_multiply_1x2,
                                                winograd_multiply_2x2,
                                                winograd_multiply_3x2,
                                                winograd_multiply_4x2,
                                                winograd_multiply_5x2,
                                                winograd_multiply_6x2};
    static winograd_multiply_fn *const three[] = {NULL, winograd_multiply_1x3,
                                                  winograd_multiply_2x3, winograd_multiply_3x3,
                                                  winograd_multiply_4x3};
    winograd_multiply_fn *const *table = blocks == 1 ? one : blocks == 2 ? two : three;
    size_t most = 12 / blocks;
    while (tiles) {
        size_t now = tiles < most ? tiles : most;
        if (blocks == 1 && now < 12)
            now = now < 4 ? 1 : 4;
        else if (tiles > most && tiles < 2 * most && blocks > 1)
            now = (tiles + 1) / 2;
        table[now](u, v, m, in, step_v, step_m);
        v += now * step_v;
        m += now * step_m;
        tiles -= now;
    }
}

/* One block of channels of one tile back to 4 x 4 outputs, of which rows x columns exist. */
V8_INLINE void winograd_output_tile(const struct cnn_conv *conv, const float *m, size_t step,
                                    v8 bias, float *out, const float *add, size_t row,
                                    size_t column, size_t rows, size_t columns, size_t channel)
{
    v8 half[4][6];
    UNROLL (j, 6) {
        v8 d[6], r[4];
        UNROLL (i, 6)
            d[i] = v8_load(m + (i * 6 + j) * step);
        winograd_output4(d, r);
        UNROLL (i, 4)
            half[i][j] = r[i];
    }
    bool simple = act_simple(conv);
    v8 least = v8_set(sum_least(conv, add)), post = v8_set(act_least(&conv->post));
    for (size_t i = 0; i < rows; i++) {
        v8 r[4];
        winograd_output4(half[i], r);
        UNROLL (j, 4) {
            size_t at = i * row + j * column;
            r[j] += bias;
            if (simple && j < columns)
                v8_store(out + at,
                         add ? v8_finish_add(r[j], least, add + at, post) : v8_max(least, r[j]));
        }
        if (simple)
            continue;
        float sums[4 * 8];
        UNROLL (j, 4)
            v8_store(sums + 8 * j, r[j]);
        act_vectors(&conv->act, sums, 4, channel);
        for (size_t j = 0; j < columns; j++) {
            size_t at = i * row + j * column;
            v8 x = v8_load(sums + 8 * j);
            if (add)
                x += v8_load(add + at);
            v8_store(out + at, conv->post.kind ? v8_act(&conv->post, x, channel) : x);
        }
    }
}

static void winograd_back(const struct winograd_run *run, struct winograd_place place,
                          const float *m, size_t step, size_t first, size_t end)
{
    const struct cnn_conv_call *call = run->call;
    const struct cnn_geometry *g = call->geometry;
    size_t dy = (size_t)run->plan.dilation_h, dx = (size_t)run->plan.dilation_w;
    size_t rows = ceil_div((size_t)(g->out_h - place.y), dy);
    size_t columns = ceil_div((size_t)(g->out_w - place.x), dx);
    rows = rows < 4 ? rows : 4;
    columns = columns < 4 ? columns : 4;
    for (size_t block = first; block < end; block++) {
        size_t at =
            ((block * (size_t)g->out_h + (size_t)place.y) * (size_t)g->out_w + (size_t)place.x) * 8;
        winograd_output_tile(call->conv, m + block * 8, step,
                             v8_load((const float *)call->packed + block * 8), call->out + at,
                             call->add ? call->add + at : NULL, dy * (size_t)g->out_w * 8, dx * 8,
                             rows, columns, block * 8);
    }
}

static int winograd_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct winograd_run *run = arg;
    const struct winograd_plan *p = &run->plan;
    const struct cnn_conv_call *call = run->call;
    size_t in = (size_t)call->conv->in, step_v = p->in_blocks * 8, step_m = p->out_blocks * 8;
    const float *weights = (const float *)call->packed + step_m;
    float *v = (float *)(void *)((char *)call->workspace + worker * p->worker_bytes);
    for (size_t item = begin; item < end; item++) {
        size_t first = item / p->splits * p->block, split = item % p->splits;
        size_t count = p->tiles - first < p->block ? p->tiles - first : p->block;
        size_t group_begin = p->groups * split / p->splits;
        size_t group_end = p->groups * (split + 1) / p->splits;
        size_t plane_v = odd_lines(count * step_v), plane_m = odd_lines(count * step_m);
        float *m = v + 36 * plane_v;
        for (size_t t = 0; t < count; t++)
            winograd_transform(run, t, winograd_place_of(p, call->geometry, first + t), v, plane_v);
        for (size_t point = 0; point < 36; point++)
            for (size_t group = group_begin; group < group_end; group++) {
                size_t lane = 8 * direct_group_first(p->out_blocks, group);
                winograd_point(weights + (point * step_m + lane) * in, v + point * plane_v,
                               m + point * plane_m + lane, count, in, step_v, step_m,
                               direct_group_blocks(p->out_blocks, group));
            }
        for (size_t t = 0; t < count; t++)
            winograd_back(run, winograd_place_of(p, call->geometry, first + t), m + t * step_m,
                          plane_m, direct_group_first(p->out_blocks, group_begin),
                          group_end == p->groups ? p->out_blocks
                                                 : direct_group_first(p->out_blocks, group_end));
    }
    return 0;
}

static int winograd_run(const struct cnn_conv_call *call)
{
    struct winograd_run run = {.call = call};
    winograd_plan_make(call->conv, call->geometry, &run.plan);
    if (run.plan.tiles == 0)
        return 0;
    size_t items = ceil_div(run.plan.tiles, run.plan.block) * run.plan.splits;
    return call->env->parallel(call->env->ctx, items, 1, winograd_body, &run);
}
