/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct convolution: the loops of direct.h. Included by one file for each instruction set. */
#include "kernel/act_vectors.h"
#include "kernel/copy_row.h"
#include "kernel/direct.h"

/* Where the last step is done: in the registers with the sums, or by a call. */
enum direct_last { DIRECT_RELU, DIRECT_LEAKY, DIRECT_HARDSWISH, DIRECT_CALL };

static int direct_last_of(const struct cnn_conv *conv)
{
    if (act_simple(conv))
        return DIRECT_RELU;
    if (conv->post.kind > CNN_ACT_RELU)
        return DIRECT_CALL;
    return conv->act.kind == CNN_ACT_LEAKY       ? DIRECT_LEAKY
           : conv->act.kind == CNN_ACT_HARDSWISH ? DIRECT_HARDSWISH
                                                 : DIRECT_CALL;
}

/* A tile of pixels: where they lie in the input, where they go, and the taps that they share. */
struct direct_tile {
    const float *in;
    const ptrdiff_t *from, *to; /* of each pixel: in `in`, in a block of the output */
    const ptrdiff_t *taps;
    size_t full, rest, rest_lanes; /* taps of 8 lanes, then taps of `rest_lanes` */
    const float *weights;          /* bias first */
    float *out;
    const float *add;
    size_t out_block; /* floats between two blocks of the output */
    size_t channel;
    const struct cnn_conv *conv;
    int last; /* enum direct_last */
};

static NOINLINE void direct_finish(const struct direct_tile *t, float *sums, size_t pixels,
                                   size_t blocks)
{
    const struct cnn_conv *conv = t->conv;
    for (size_t b = 0; b < blocks; b++) {
        float *sum = sums + b * pixels * 8;
        act_vectors(&conv->act, sum, pixels, t->channel + b * 8);
        for (size_t r = 0; r < pixels; r++) {
            size_t at = b * t->out_block + (size_t)t->to[r];
            v8 x = v8_load(sum + r * 8);
            if (t->add)
                x += v8_load(t->add + at);
            if (conv->post.kind)
                x = v8_act(&conv->post, x, t->channel + b * 8);
            v8_store(t->out + at, x);
        }
    }
}

/* `pixels` x `blocks` sums of eight channels in registers. */
V8_INLINE void direct_tile_run(const struct direct_tile *t, const size_t pixels,
                               const size_t blocks)
{
    v8 sum[12];
    const float *from[12], *w = t->weights;
    UNROLL (b, blocks) {
        v8 bias = v8_load(w + 8 * b);
        UNROLL (r, pixels)
            sum[b * pixels + r] = bias;
    }
    w += 8 * blocks;
    UNROLL (r, pixels)
        from[r] = t->in + t->from[r];
    const ptrdiff_t *tap = t->taps, *end = tap + t->full;
    for (; tap < end; tap++) {
        ptrdiff_t at = *tap;
        UNROLL (l, 8) {
            v8 weight[3];
            UNROLL (b, blocks)
                weight[b] = v8_load(w + (l * blocks + b) * 8);
            UNROLL (r, pixels) {
                v8 x = v8_set(from[r][at + (ptrdiff_t)l]);
                UNROLL (b, blocks)
                    sum[b * pixels + r] = v8_fma(weight[b], x, sum[b * pixels + r]);
            }
        }
        w += 64 * blocks;
    }
    for (end += t->rest; tap < end; tap++)
        for (ptrdiff_t at = *tap, last = at + (ptrdiff_t)t->rest_lanes; at < last; at++) {
            v8 weight[3];
            UNROLL (b, blocks)
                weight[b] = v8_load(w + b * 8);
            w += 8 * blocks;
            UNROLL (r, pixels) {
                v8 x = v8_set(from[r][at]);
                UNROLL (b, blocks)
                    sum[b * pixels + r] = v8_fma(weight[b], x, sum[b * pixels + r]);
            }
        }
    if (t->last == DIRECT_CALL) {
        float sums[12 * 8];
        UNROLL (i, pixels * blocks)
            v8_store(sums + i * 8, sum[i]);
        direct_finish(t, sums, pixels, blocks);
        return;
    }
    const struct cnn_act *act = &t->conv->act;
    if (t->last == DIRECT_HARDSWISH)
        UNROLL (i, pixels * blocks)
            sum[i] = v8_act(&(struct cnn_act){CNN_ACT_HARDSWISH, act->a, act->b, NULL}, sum[i], 0);
    else if (t->last == DIRECT_LEAKY)
        UNROLL (i, pixels * blocks)
            sum[i] = v8_act(&(struct cnn_act){CNN_ACT_LEAKY, act->a, 0, NULL}, sum[i], 0);
    v8 least = v8_set(sum_least(t->conv, t->add)), post = v8_set(act_least(&t->conv->post));
    UNROLL (b, blocks) {
        UNROLL (r, pixels) {
            size_t at = b * t->out_block + (size_t)t->to[r];
            v8 x = sum[b * pixels + r];
            v8_store(t->out + at,
                     t->add ? v8_finish_add(x, least, t->add + at, post) : v8_max(least, x));
        }
    }
}

#define DIRECT_TILE(pixels, blocks)                                                                \
    static NOINLINE void direct_tile_##pixels##x##blocks(const struct direct_tile *t)              \
    {                                                                                              \
        direct_tile_run(t, pixels, blocks);                                                        \
    }
DIRECT_TILE(1, 1)
DIRECT_TILE(2, 1)
DIRECT_TILE(3, 1)
DIRECT_TILE(4, 1)
DIRECT_TILE(6, 1)
DIRECT_TILE(8, 1)
DIRECT_TILE(12, 1)
DIRECT_TILE(1, 2)
DIRECT_TILE(2, 2)
DIRECT_TILE(3, 2)
DIRECT_TILE(4, 2)
DIRECT_TILE(5, 2)
DIRECT_TILE(6, 2)
DIRECT_TILE(1, 3)
DIRECT_TILE(2, 3)
DIRECT_TILE(3, 3)
DIRECT_TILE(4, 3)
#undef DIRECT_TILE

typedef void direct_tile_fn(const struct direct_tile *);

/* All tiles of a group of channels. The last two share what is left, as short ones wait for their
 * own sums. */
static void direct_tiles(struct direct_tile *t, size_t count, size_t blocks)
{
    static direct_tile_fn *const one[] = {NULL,
                                          direct_tile_1x1,
                                          direct_tile_2x1,
                                          direct_tile_3x1,
                                          direct_tile_4x1,
                                          direct_tile_4x1,
                                          direct_tile_6x1,
                                          direct_tile_6x1,
                                          direct_tile_8x1,
                                          direct_tile_8x1,
                                          direct_tile_8x1,
                                          direct_tile_8x1,
                                          direct_tile_12x1};
    static const uint8_t one_pixels[] = {0, 1, 2, 3, 4, 4, 6, 6, 8, 8, 8, 8, 12};
    static direct_tile_fn *const two[] = {NULL,
                                          direct_tile_1x2,
                                          direct_tile_2x2,
                                          direct_tile_3x2,
                                          direct_tile_4x2,
                                          direct_tile_5x2,
                                          direct_tile_6x2};
    static direct_tile_fn *const three[] = {NULL, direct_tile_1x3, direct_tile_2x3, direct_tile_3x3,
                                            direct_tile_4x3};
    direct_tile_fn *const *table = blocks == 1 ? one : blocks == 2 ? two : three;
    size_t most = 12 / blocks;
    while (count) {
        size_t pixels = most;
        if (count < most)
            pixels = blocks == 1 ? one_pixels[count] : count;
        else if (count > most && count < 2 * most)
            pixels = blocks == 1 ? one_pixels[(count + 1) / 2] : (count + 1) / 2;
        table[pixels](t);
        t->from += pixels;
        t->to += pixels;
        count -= pixels;
    }
}

struct direct_run {
    const struct cnn_conv_call *call;
    struct direct_plan plan;
};

/* What the bands of a phase have in common. */
struct direct_phase {
    size_t number;
    struct direct_axis x, y;
    int32_t rows; /* of its largest band */
    size_t kernel, plane;
    const float *weights;
    ptrdiff_t *from, *to, *taps; /* of the pixels of a band, from its first row on */
};

static void direct_copy_band(const struct direct_run *run, const struct direct_phase *phase,
                             int32_t begin, int32_t rows, float *to)
{
    const struct direct_plan *p = &run->plan;
    const struct direct_axis *x = &phase->x, *y = &phase->y;
    int32_t width = direct_extent(x, x->count), height = direct_extent(y, rows);
    int32_t step = direct_copy_step(y);
    size_t line = (size_t)width * p->unit;
    int64_t top = y->first + (int64_t)begin * y->step;
    bool whole = x->first == 0 && width == p->in_w && direct_copy_step(x) == 1 && step == 1 &&
                 top >= 0 && top + height <= p->in_h;
    for (size_t plane = 0; plane < p->planes; plane++, to += phase->plane) {
        const float *in = run->call->in + plane * (size_t)p->in_h * (size_t)p->in_w * p->unit;
        if (whole) {
            copy_floats(to, in + (size_t)top * line, line * (size_t)height);
            continue;
        }
        for (int32_t row = 0; row < height; row++) {
            int64_t from = top + (int64_t)row * step;
            float *at = to + (size_t)row * line;
            if (from < 0 || from >= p->in_h)
                memset(at, 0, line * sizeof(float));
            else
                copy_row(in + (size_t)from * (size_t)p->in_w * p->unit, p->unit, x->first,
                         direct_copy_step(x), width, p->in_w, at);
        }
    }
}

static void direct_phase_offsets(const struct direct_plan *p, struct direct_phase *phase)
{
    const struct direct_axis *x = &phase->x, *y = &phase->y;
    ptrdiff_t unit = (ptrdiff_t)p->unit, line = p->in_w * unit, plane = line * p->in_h;
    ptrdiff_t step_x = x->step * unit, step_y = y->step * line;
    if (p->copies) {
        line = direct_extent(x, x->count) * unit;
        plane = (ptrdiff_t)phase->plane;
        step_x = x->step / direct_copy_step(x) * unit;
        step_y = y->step / direct_copy_step(y) * line;
    }
    ptrdiff_t *from = phase->from, *to = phase->to, *taps = phase->taps;
    for (int32_t j = 0; j < phase->rows; j++)
        for (int32_t i = 0; i < x->count; i++) {
            *from++ = j * step_y + i * step_x;
            *to++ = ((ptrdiff_t)j * y->step_out * p->out_w + (ptrdiff_t)i * x->step_out) * 8;
        }
    size_t together = unit == 1 ? 8 : 1; /* planes that a block of weights is for */
    for (size_t k = 0; k < p->planes; k += together)
        for (int32_t tap = 0; tap < x->taps * y->taps; tap++)
            for (size_t i = k; i < k + together && i < p->planes; i++)
                *taps++ = (ptrdiff_t)i * plane + y->delta[tap / x->taps] * line +
                          x->delta[tap % x->taps] * unit;
}

static void direct_phase_enter(const struct direct_run *run, size_t number, char *space,
                               struct direct_phase *phase)
{
    const struct direct_plan *p = &run->plan;
    const struct cnn_conv *conv = run->call->conv;
    int32_t px = (int32_t)(number % (size_t)p->phases_x);
    int32_t py = (int32_t)(number / (size_t)p->phases_x);
    phase->number = number;
    direct_axis_of(conv, false, px, run->call->geometry->pad_left, p->out_w, &phase->x);
    direct_axis_of(conv, true, py, run->call->geometry->pad_top, p->out_h, &phase->y);
    phase->rows = int_min(p->band_rows, phase->y.count);
    phase->kernel = (size_t)phase->x.taps * (size_t)phase->y.taps;
    phase->weights = (const float *)run->call->packed + direct_phase_offset(conv, py, px);
    phase->from = (ptrdiff_t *)(void *)space;
    phase->to = phase->from + p->band_pixels;
    phase->taps = phase->to + p->band_pixels;
    if (phase->x.count == 0 || phase->rows == 0)
        return;
    phase->plane = direct_plane(p, &phase->x, &phase->y, phase->rows);
    direct_phase_offsets(p, phase);
}

static void direct_band(const struct direct_run *run, const struct direct_phase *phase, size_t band,
                        size_t split, float *copy)
{
    const struct direct_plan *p = &run->plan;
    const struct cnn_conv_call *call = run->call;
    const struct cnn_conv *conv = call->conv;
    const struct direct_axis *x = &phase->x, *y = &phase->y;
    if (x->count == 0 || band * (size_t)p->band_rows >= (size_t)y->count)
        return;
    int32_t begin = (int32_t)band * p->band_rows, rows = int_min(p->band_rows, y->count - begin);
    size_t rest = (size_t)conv->in % 8;
    struct direct_tile tile = {
        .in = copy,
        .taps = phase->taps,
        .conv = conv,
        .out_block = (size_t)p->out_w * (size_t)p->out_h * 8,
        .last = direct_last_of(conv),
        .full = p->unit == 1 ? 0 : phase->kernel * ((size_t)conv->in / 8),
        .rest = p->unit == 1 ? phase->kernel * p->planes
                : rest       ? phase->kernel
                             : 0,
        .rest_lanes = p->unit == 1 ? 1 : rest,
    };
    if (p->copies)
        direct_copy_band(run, phase, begin, rows, copy);
    else
        tile.in = call->in + (x->first + (y->first + (ptrdiff_t)begin * y->step) * p->in_w) *
                                 (ptrdiff_t)p->unit;
    size_t corner =
        ((size_t)y->first_out + (size_t)begin * (size_t)y->step_out) * (size_t)p->out_w +
        (size_t)x->first_out;
    size_t end = p->groups * (split + 1) / p->splits;
    for (size_t group = p->groups * split / p->splits; group < end; group++) {
        size_t first = direct_group_first(p->out_blocks, group);
        tile.weights = phase->weights + first * 8 * (phase->kernel * (size_t)conv->in + 1);
        tile.channel = first * 8;
        tile.out = call->out + first * tile.out_block + corner * 8;
        tile.add = call->add ? call->add + first * tile.out_block + corner * 8 : NULL;
        tile.from = phase->from;
        tile.to = phase->to;
        direct_tiles(&tile, (size_t)rows * (size_t)x->count,
                     direct_group_blocks(p->out_blocks, group));
    }
}

static int direct_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct direct_run *run = arg;
    const struct direct_plan *p = &run->plan;
    char *space = (char *)run->call->workspace + worker * p->worker_bytes;
    float *copy = (float *)(void *)(space + p->worker_bytes) - ceil_div(p->band_floats, 16) * 16;
    struct direct_phase phase = {.number = SIZE_MAX};
    for (size_t item = begin; item < end; item++) {
        size_t split = item % p->splits, rest = item / p->splits;
        if (rest / p->bands != phase.number)
            direct_phase_enter(run, rest / p->bands, space, &phase);
        direct_band(run, &phase, rest % p->bands, split, copy);
    }
    return 0;
}

static int direct_run(const struct cnn_conv_call *call)
{
    struct direct_run run = {.call = call};
    direct_plan_make(call->conv, call->geometry, &run.plan);
    const struct direct_plan *p = &run.plan;
    size_t items = p->bands * p->splits * (size_t)p->phases_x * (size_t)p->phases_y;
    return call->env->parallel(call->env->ctx, items, 1, direct_body, &run);
}
