/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depth-wise convolution: the loops of depthwise.h. Included by one file for each instruction set.
 */
#include "kernel/copy_row.h"
#include "kernel/depthwise.h"

struct depthwise_run {
    const struct cnn_conv_call *call;
    struct depthwise_plan plan;
};

/* A row of pixels that all have the same taps, `step` floats from each other. */
struct depthwise_row {
    const struct cnn_conv *conv;
    const struct depthwise_tap *taps, *end;
    const float *plane, *weights; /* bias first */
    ptrdiff_t from;               /* in `plane`, of the first pixel */
    float *to;
    const float *add;
    ptrdiff_t step, step_out;
    size_t channel;
    bool simple;
};

V8_INLINE void depthwise_pixels(const struct depthwise_row *row, const size_t pixels)
{
    v8 sum[8];
    const float *w = row->weights + 8;
    ptrdiff_t step = row->step;
    UNROLL (r, pixels)
        sum[r] = v8_load(row->weights);
    for (const struct depthwise_tap *tap = row->taps; tap < row->end; tap++) {
        v8 weight = v8_load(w + tap->weight);
        const float *from = row->plane + (row->from + tap->from);
        UNROLL (r, pixels)
            sum[r] = v8_fma(weight, v8_load(from + (ptrdiff_t)r * step), sum[r]);
    }
    if (row->simple) {
        UNROLL (r, pixels) {
            ptrdiff_t at = (ptrdiff_t)r * row->step_out;
            v8_store(row->to + at,
                     v8_finish_simple(row->conv, sum[r], row->add ? row->add + at : NULL));
        }
        return;
    }
    float sums[8 * 8];
    UNROLL (r, pixels)
        v8_store(sums + r * 8, sum[r]);
    for (size_t r = 0; r < pixels; r++) {
        ptrdiff_t at = (ptrdiff_t)r * row->step_out;
        v8_store(row->to + at, v8_finish(row->conv, v8_load(sums + r * 8),
                                         row->add ? row->add + at : NULL, row->channel));
    }
}

#define DEPTHWISE_PIXELS(pixels)                                                                   \
    static NOINLINE void depthwise_pixels_##pixels(const struct depthwise_row *row)                \
    {                                                                                              \
        depthwise_pixels(row, pixels);                                                             \
    }
DEPTHWISE_PIXELS(1)
DEPTHWISE_PIXELS(2)
DEPTHWISE_PIXELS(3)
DEPTHWISE_PIXELS(4)
DEPTHWISE_PIXELS(5)
DEPTHWISE_PIXELS(6)
DEPTHWISE_PIXELS(7)
DEPTHWISE_PIXELS(8)
#undef DEPTHWISE_PIXELS

static void depthwise_advance(struct depthwise_row *row, ptrdiff_t pixels)
{
    row->from += pixels * row->step;
    row->to += pixels * row->step_out;
    if (row->add)
        row->add += pixels * row->step_out;
}

static void depthwise_pixel_row(struct depthwise_row *row, int32_t count)
{
    static void (*const table[])(const struct depthwise_row *) = {
        NULL,
        depthwise_pixels_1,
        depthwise_pixels_2,
        depthwise_pixels_3,
        depthwise_pixels_4,
        depthwise_pixels_5,
        depthwise_pixels_6,
        depthwise_pixels_7,
        depthwise_pixels_8,
    };
    while (count > 0) {
        int32_t now = count < 8 ? count : count < 16 && count > 8 ? (count + 1) / 2 : 8;
        table[now](row);
        depthwise_advance(row, now);
        count -= now;
    }
}

/* A pixel at the left or right edge: only the taps that lie inside. */
static void depthwise_edge_pixel(struct depthwise_row *row, const struct direct_axis *x, int32_t i,
                                 int32_t in_w)
{
    v8 sum = v8_load(row->weights);
    int32_t k = 0;
    for (const struct depthwise_tap *tap = row->taps; tap < row->end; tap++) {
        int64_t at = x->first + (int64_t)i * x->step + x->delta[k];
        k = k + 1 < x->taps ? k + 1 : 0;
        if (at >= 0 && at < in_w)
            sum = v8_fma(v8_load(row->weights + 8 + tap->weight),
                         v8_load(row->plane + (row->from + tap->from)), sum);
    }
    v8_store(row->to, v8_finish(row->conv, sum, row->add, row->channel));
    depthwise_advance(row, 1);
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

/* Copies the input of some rows of a block of channels, with zeros around it. */
static void depthwise_copy(const struct direct_axis *x, const struct direct_axis *y, int32_t begin,
                           int32_t rows, const struct cnn_geometry *g, const float *plane,
                           float *to)
{
    int32_t width = direct_extent(x, x->count), step = direct_copy_step(y);
    for (int32_t row = 0; row < direct_extent(y, rows); row++, to += (size_t)width * 8) {
        int64_t from = y->first + (int64_t)begin * y->step + (int64_t)row * step;
        if (from < 0 || from >= g->in_h)
            memset(to, 0, (size_t)width * 8 * sizeof(float));
        else
            copy_row(plane + (size_t)from * (size_t)g->in_w * 8, 8, x->first, direct_copy_step(x),
                     width, g->in_w, to);
    }
}

/* Rows begin..begin + rows - 1 of one block of channels, of one phase. */
static void depthwise_band(const struct depthwise_run *run, size_t block,
                           const struct direct_axis *x, const struct direct_axis *y, int32_t begin,
                           int32_t rows, char *space)
{
    const struct cnn_conv_call *call = run->call;
    const struct cnn_conv *conv = call->conv;
    const struct cnn_geometry *g = call->geometry;
    bool copies = run->plan.copies;
    struct depthwise_tap *taps = (struct depthwise_tap *)(void *)space, *tap = taps;
    size_t kernel = (size_t)conv->kernel_w * (size_t)conv->kernel_h;
    float *copy = (float *)(void *)(taps + (kernel + 3) / 4 * 4);
    const float *plane = call->in + block * (size_t)g->in_w * (size_t)g->in_h * 8;
    ptrdiff_t line = (copies ? direct_extent(x, x->count) : g->in_w) * (ptrdiff_t)8;
    for (int32_t ky = 0; ky < y->taps; ky++)
        for (int32_t kx = 0; kx < x->taps; kx++)
            *tap++ = (struct depthwise_tap){
                .from = y->delta[ky] * line + x->delta[kx] * 8,
                .weight = ((ptrdiff_t)y->index[ky] * conv->kernel_w + x->index[kx]) * 8,
            };
    if (copies)
        depthwise_copy(x, y, begin, rows, g, plane, copy);
    int32_t left = 0, right = x->count;
    if (!copies)
        depthwise_inside(x, g->in_w, &left, &right);
    for (int32_t j = begin; j < begin + rows; j++) {
        size_t out =
            ((block * (size_t)g->out_h + (size_t)y->first_out + (size_t)j * (size_t)y->step_out) *
                 (size_t)g->out_w +
             (size_t)x->first_out) *
            8;
        struct depthwise_row row = {.conv = conv,
                                    .taps = taps,
                                    .end = tap,
                                    .plane = copies ? copy : plane,
                                    .weights =
                                        (const float *)call->packed + block * 8 * (kernel + 1),
                                    .to = call->out + out,
                                    .add = call->add ? call->add + out : NULL,
                                    .step_out = x->step_out * (ptrdiff_t)8,
                                    .channel = block * 8,
                                    .simple = act_simple(conv)};
        if (copies) {
            row.from = (j - begin) * (y->step / direct_copy_step(y)) * line;
            row.step = x->step / direct_copy_step(x) * (ptrdiff_t)8;
        } else {
            int64_t top = y->first + (int64_t)j * y->step;
            row.from = (ptrdiff_t)top * line + x->first * (ptrdiff_t)8;
            row.step = x->step * (ptrdiff_t)8;
            int32_t ky = 0, last = y->taps;
            while (ky < last && top + y->delta[ky] < 0)
                ky++;
            while (last > ky && top + y->delta[last - 1] >= g->in_h)
                last--;
            row.taps = taps + ky * x->taps;
            row.end = taps + last * x->taps;
        }
        int32_t i = 0;
        for (; i < left; i++)
            depthwise_edge_pixel(&row, x, i, g->in_w);
        depthwise_pixel_row(&row, right - left);
        for (i = right; i < x->count; i++)
            depthwise_edge_pixel(&row, x, i, g->in_w);
    }
}

static int depthwise_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct depthwise_run *run = arg;
    const struct depthwise_plan *p = &run->plan;
    const struct cnn_conv *conv = run->call->conv;
    const struct cnn_geometry *g = run->call->geometry;
    char *space = (char *)run->call->workspace + worker * p->worker_bytes;
    for (size_t item = begin; item < end; item++) {
        size_t band = item % p->bands, rest = item / p->bands;
        int32_t phase = (int32_t)(rest % ((size_t)p->phases_x * (size_t)p->phases_y));
        size_t block = rest / ((size_t)p->phases_x * (size_t)p->phases_y);
        struct direct_axis x, y;
        direct_axis_of(conv, false, phase % p->phases_x, g->pad_left, g->out_w, &x);
        direct_axis_of(conv, true, phase / p->phases_x, g->pad_top, g->out_h, &y);
        int64_t first = (int64_t)band * p->band_rows;
        if (x.count == 0 || first >= y.count)
            continue;
        depthwise_band(run, block, &x, &y, (int32_t)first,
                       int_min(p->band_rows, y.count - (int32_t)first), space);
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
