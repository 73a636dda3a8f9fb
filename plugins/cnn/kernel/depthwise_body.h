/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depth-wise convolution: the loops of depthwise.h. Included by one file for each instruction set.
 */
#include "kernel/act_vectors.h"
#include "kernel/depthwise.h"

struct depthwise_run {
    const struct cnn_conv_call *call;
    struct depthwise_plan plan;
};

/* A row of outputs of a block of channels. Offsets are in floats. */
struct depthwise_row {
    const struct cnn_conv *conv;
    const struct direct_axis *x, *y;
    const float **rows;   /* the input of each row of taps, or zeros */
    const float *weights; /* bias first */
    float *to;
    const float *add;
    int32_t first; /* the input at which the window of output 0 begins */
    size_t channel;
    bool simple;
};

V8_INLINE void depthwise_store(const struct depthwise_row *row, int32_t first, v8 *sum,
                               const size_t pixels)
{
    ptrdiff_t step = row->x->step_out * (ptrdiff_t)8, at = first * step;
    if (row->simple) {
        v8 least = v8_set(sum_least(row->conv, row->add)),
           post = v8_set(act_least(&row->conv->post));
        float *to = row->to + at;
        const float *add = row->add;
        UNROLL (r, pixels) {
            if (add)
                sum[r] = v8_finish_add(sum[r], least, add + at + (ptrdiff_t)r * step, post);
            v8_store(to + (ptrdiff_t)r * step, add ? sum[r] : v8_max(least, sum[r]));
        }
        return;
    }
    float sums[8 * 8];
    UNROLL (r, pixels)
        v8_store(sums + r * 8, sum[r]);
    act_vectors(&row->conv->act, sums, pixels, row->channel);
    for (size_t r = 0; r < pixels; r++, at += step) {
        v8 x = v8_load(sums + r * 8);
        if (row->add)
            x += v8_load(row->add + at);
        if (row->conv->post.kind)
            x = v8_act(&row->conv->post, x, row->channel);
        v8_store(row->to + at, x);
    }
}

/* `pixels` outputs from `first` on, whose windows lie inside; `step` is that of the input.
 * `taps_x` is the width of the kernel where it is known, else 0. */
V8_INLINE void depthwise_pixels(const struct depthwise_row *row, int32_t first, ptrdiff_t step,
                                const size_t taps_x, const size_t pixels)
{
    const struct direct_axis *x = row->x, *y = row->y;
    ptrdiff_t from = (row->first + (ptrdiff_t)first * x->step) * 8;
    ptrdiff_t next = x->taps > 1 ? x->delta[1] * (ptrdiff_t)8 : 0;
    v8 sum[8];
    UNROLL (r, pixels)
        sum[r] = v8_load(row->weights);
    for (int32_t ky = 0; ky < y->taps; ky++) {
        const float *w = row->weights + 8 + (ptrdiff_t)y->index[ky] * row->conv->kernel_w * 8;
        const float *in = row->rows[ky] + from;
        UNROLL (kx, taps_x) {
            v8 weight = v8_load(w + kx * 8);
            UNROLL (r, pixels)
                sum[r] = v8_fma(weight, v8_load(in + (ptrdiff_t)kx * next + (ptrdiff_t)r * step),
                                sum[r]);
        }
        for (int32_t kx = (int32_t)taps_x; kx < x->taps; kx++) {
            v8 weight = v8_load(w + x->index[kx] * (ptrdiff_t)8);
            UNROLL (r, pixels)
                sum[r] =
                    v8_fma(weight, v8_load(in + (x->delta[kx] * 8 + (ptrdiff_t)r * step)), sum[r]);
        }
    }
    depthwise_store(row, first, sum, pixels);
}

/* The same for 3 x 3, with the weights in registers. */
V8_INLINE void depthwise_three(const struct depthwise_row *row, const v8 weight[9], v8 bias,
                               int32_t first, ptrdiff_t step, const size_t pixels)
{
    ptrdiff_t from = (row->first + (ptrdiff_t)first * row->x->step) * 8;
    ptrdiff_t next = row->x->delta[1] * (ptrdiff_t)8;
    v8 sum[8];
    UNROLL (r, pixels)
        sum[r] = bias;
    UNROLL (ky, 3) {
        const float *in = row->rows[ky] + from;
        UNROLL (kx, 3) {
            UNROLL (r, pixels)
                sum[r] = v8_fma(weight[ky * 3 + kx],
                                v8_load(in + (ptrdiff_t)kx * next + (ptrdiff_t)r * step), sum[r]);
        }
    }
    depthwise_store(row, first, sum, pixels);
}

#define DEPTHWISE_REST(pixels)                                                                     \
    case pixels:                                                                                   \
        depthwise_three(row, weight, bias, first, step, pixels);                                   \
        break

V8_INLINE void depthwise_inside_three(const struct depthwise_row *row, int32_t first, int32_t end,
                                      ptrdiff_t step)
{
    v8 weight[9], bias = v8_load(row->weights);
    UNROLL (k, 9)
        weight[k] = v8_load(row->weights + 8 + 8 * k);
    for (; first + 6 <= end; first += 6)
        depthwise_three(row, weight, bias, first, step, 6);
    switch (end - first) {
        DEPTHWISE_REST(1);
        DEPTHWISE_REST(2);
        DEPTHWISE_REST(3);
        DEPTHWISE_REST(4);
        DEPTHWISE_REST(5);
    default:
        break;
    }
}
#undef DEPTHWISE_REST

#define DEPTHWISE_REST(pixels)                                                                     \
    case pixels:                                                                                   \
        depthwise_pixels(row, first, step, taps_x, pixels);                                        \
        break

V8_INLINE void depthwise_inside_any(const struct depthwise_row *row, int32_t first, int32_t end,
                                    ptrdiff_t step, const size_t taps_x)
{
    for (; first + 8 <= end; first += 8)
        depthwise_pixels(row, first, step, taps_x, 8);
    switch (end - first) {
        DEPTHWISE_REST(1);
        DEPTHWISE_REST(2);
        DEPTHWISE_REST(3);
        DEPTHWISE_REST(4);
        DEPTHWISE_REST(5);
        DEPTHWISE_REST(6);
        DEPTHWISE_REST(7);
    default:
        break;
    }
}
#undef DEPTHWISE_REST

typedef void depthwise_inside_fn(const struct depthwise_row *, int32_t, int32_t);

static NOINLINE void depthwise_three_1(const struct depthwise_row *row, int32_t first, int32_t end)
{
    depthwise_inside_three(row, first, end, 8);
}

static NOINLINE void depthwise_three_2(const struct depthwise_row *row, int32_t first, int32_t end)
{
    depthwise_inside_three(row, first, end, 16);
}

static NOINLINE void depthwise_five(const struct depthwise_row *row, int32_t first, int32_t end)
{
    depthwise_inside_any(row, first, end, row->x->step * (ptrdiff_t)8, 5);
}

static NOINLINE void depthwise_any(const struct depthwise_row *row, int32_t first, int32_t end)
{
    depthwise_inside_any(row, first, end, row->x->step * (ptrdiff_t)8, 0);
}

static depthwise_inside_fn *depthwise_choose(const struct cnn_conv *conv)
{
    if (conv->kind != CNN_DEPTHWISE)
        return depthwise_any;
    if (conv->kernel_w == 3 && conv->kernel_h == 3 && conv->stride_w <= 2)
        return conv->stride_w == 1 ? depthwise_three_1 : depthwise_three_2;
    return conv->kernel_w == 5 ? depthwise_five : depthwise_any;
}

/* A pixel at the left or right edge: only the taps that lie inside. */
static void depthwise_edge(const struct depthwise_row *row, int32_t i, int32_t in_w)
{
    const struct direct_axis *x = row->x, *y = row->y;
    v8 sum = v8_load(row->weights);
    for (int32_t kx = 0; kx < x->taps; kx++) {
        int64_t at = x->first + (int64_t)i * x->step + x->delta[kx];
        if (at < 0 || at >= in_w)
            continue;
        for (int32_t ky = 0; ky < y->taps; ky++) {
            ptrdiff_t tap = (ptrdiff_t)y->index[ky] * row->conv->kernel_w + x->index[kx];
            sum = v8_fma(v8_load(row->weights + 8 + tap * 8), v8_load(row->rows[ky] + at * 8), sum);
        }
    }
    depthwise_store(row, i, &sum, 1);
}

/* The pixels of a row whose windows lie inside are those from `left` to `right` - 1. */
static void depthwise_inside(const struct direct_axis *x, int32_t in_w, int32_t *left,
                             int32_t *right)
{
    int64_t begin = x->first < 0 ? ((int64_t)x->step - 1 - x->first) / x->step : 0;
    int64_t room = (int64_t)in_w - x->span - x->first;
    int64_t end = room > 0 ? (room + x->step - 1) / x->step : 0;
    *left = begin < x->count ? (int32_t)begin : x->count;
    *right = end < x->count ? int_max((int32_t)end, *left) : x->count;
}

/* Copies what the frame holds of an image; its other pixels are zero and stay so. */
static void depthwise_fill(const struct depthwise_plan *p, const struct direct_axis *x,
                           const struct direct_axis *y, const struct cnn_geometry *g,
                           const float *plane, float *frame)
{
    int32_t left = int_max(x->first, 0), right = int_min(x->first + p->frame_w, g->in_w);
    int32_t top = int_max(y->first, 0), bottom = int_min(y->first + p->frame_h, g->in_h);
    for (int32_t row = top; row < bottom && left < right; row++) {
        const float *from = plane + ((size_t)row * (size_t)g->in_w + (size_t)left) * 8;
        float *to =
            frame + ((size_t)(row - y->first) * (size_t)p->frame_w + (size_t)(left - x->first)) * 8;
        for (int32_t i = left; i < right; i++, from += 8, to += 8)
            v8_store(to, v8_load(from));
    }
}

/* Rows begin..end - 1 of one block of channels, of one phase. */
static void depthwise_band(const struct depthwise_run *run, size_t block,
                           const struct direct_axis *x, const struct direct_axis *y, int32_t begin,
                           int32_t end, float *space)
{
    const struct cnn_conv_call *call = run->call;
    const struct cnn_geometry *g = call->geometry;
    size_t kernel = (size_t)call->conv->kernel_w * (size_t)call->conv->kernel_h;
    const float *plane = call->in + block * (size_t)g->in_w * (size_t)g->in_h * 8;
    const float *rows[DIRECT_MAX_KERNEL];
    struct depthwise_row row = {
        .conv = call->conv,
        .x = x,
        .y = y,
        .rows = rows,
        .weights = (const float *)call->packed + block * 8 * (kernel + 1),
        .channel = block * 8,
        .simple = act_simple(call->conv),
    };
    int32_t left = 0, right = x->count, first = x->first;
    ptrdiff_t in_w = g->in_w, in_h = g->in_h, top = y->first;
    if (run->plan.frame_w) {
        depthwise_fill(&run->plan, x, y, g, plane, space);
        plane = space;
        in_w = run->plan.frame_w;
        in_h = run->plan.frame_h;
        first = 0;
        top = 0;
    } else {
        depthwise_inside(x, g->in_w, &left, &right);
    }
    depthwise_inside_fn *inside = depthwise_choose(call->conv);
    for (int32_t j = begin; j < end; j++) {
        for (int32_t ky = 0; ky < y->taps; ky++) {
            ptrdiff_t at = top + (ptrdiff_t)j * y->step + y->delta[ky];
            rows[ky] = at < 0 || at >= in_h ? space : plane + at * in_w * 8;
        }
        size_t line =
            block * (size_t)g->out_h + (size_t)y->first_out + (size_t)j * (size_t)y->step_out;
        size_t out = (line * (size_t)g->out_w + (size_t)x->first_out) * 8;
        row.to = call->out + out;
        row.add = call->add ? call->add + out : NULL;
        row.first = first;
        for (int32_t i = 0; i < left; i++)
            depthwise_edge(&row, i, g->in_w);
        inside(&row, left, right);
        for (int32_t i = right; i < x->count; i++)
            depthwise_edge(&row, i, g->in_w);
    }
}

static int depthwise_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct depthwise_run *run = arg;
    const struct depthwise_plan *p = &run->plan;
    const struct cnn_conv *conv = run->call->conv;
    const struct cnn_geometry *g = run->call->geometry;
    float *space = (float *)run->call->workspace + worker * p->worker_floats;
    memset(space, 0, p->worker_floats * sizeof(float));
    struct direct_axis x, y;
    for (size_t item = begin, last = SIZE_MAX; item < end; item++) {
        size_t band = item % p->bands, block = item / p->bands % blocks_of(conv->in);
        size_t phase = item / p->bands / blocks_of(conv->in);
        if (phase != last) {
            direct_axis_of(conv, false, (int32_t)(phase % (size_t)p->phases_x), g->pad_left,
                           g->out_w, &x);
            direct_axis_of(conv, true, (int32_t)(phase / (size_t)p->phases_x), g->pad_top, g->out_h,
                           &y);
            last = phase;
        }
        int64_t first = (int64_t)band * p->band_rows;
        if (x.count > 0 && first < y.count)
            depthwise_band(run, block, &x, &y, (int32_t)first,
                           int_min((int32_t)first + p->band_rows, y.count), space);
    }
    return 0;
}

static int depthwise_run(const struct cnn_conv_call *call)
{
    struct depthwise_run run = {.call = call};
    depthwise_plan_make(call->conv, call->geometry, &run.plan);
    size_t items = blocks_of(call->conv->in) * run.plan.bands * (size_t)run.plan.phases_x *
                   (size_t)run.plan.phases_y;
    return call->env->parallel(call->env->ctx, items, 1, depthwise_body, &run);
}
