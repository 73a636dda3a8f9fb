/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolutions to at most four channels, such as a network's last one: eight output channels side
 * by side would mostly be none, so here the eight lanes are input channels, and the output is
 * planes. Also transposed convolutions whose windows do not overlap. */
#include "kernel/narrow.h"
#include "simd/simd.h"

#include <string.h>

#define OUT_MAX 4
#define MOST    (1 << 24) /* of a size; products of two fit easily */

static int32_t blocks_of(const struct cnn_conv *conv)
{
    return (conv->in + 7) / 8;
}

static bool fits(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    bool plain = conv->kind == CNN_CONV && conv->dilation_w > 0 && conv->dilation_h > 0;
    bool apart = conv->kind == CNN_DECONV && conv->kernel_w == conv->stride_w &&
                 conv->kernel_h == conv->stride_h && conv->dilation_w == 1 &&
                 conv->dilation_h == 1 && g->pad_left == 0 && g->pad_top == 0 &&
                 g->out_w == g->in_w * conv->stride_w && g->out_h == g->in_h * conv->stride_h;
    return (plain || apart) && !conv->adds && conv->out <= OUT_MAX && g->in_pack == 8 &&
           conv->in < MOST && conv->kernel_w < 256 && conv->kernel_h < 256 && g->in_w < MOST &&
           g->in_h < MOST && g->pad_left > -MOST && g->pad_left < MOST && g->pad_top > -MOST &&
           g->pad_top < MOST;
}

/* Behind the bias: [out][kh][kw][block][8]. */
static size_t packed_size(const struct cnn_conv *conv)
{
    size_t taps = (size_t)conv->kernel_w * (size_t)conv->kernel_h * (size_t)blocks_of(conv);
    return (OUT_MAX + (size_t)conv->out * taps * 8) * sizeof(float);
}

static void prepare(const struct cnn_conv *conv, void *packed)
{
    float *to = packed;
    size_t area = (size_t)conv->kernel_w * (size_t)conv->kernel_h, in = (size_t)conv->in;
    memset(packed, 0, packed_size(conv));
    for (int32_t o = 0; o < conv->out && conv->bias; o++)
        to[o] = conv->bias[o];
    to += OUT_MAX;
    size_t blocks = (size_t)blocks_of(conv);
    for (size_t o = 0; o < (size_t)conv->out; o++)
        for (size_t k = 0; k < area; k++)
            for (size_t i = 0; i < in; i++)
                to[(o * area + k) * blocks * 8 + i] = conv->weights[(o * in + i) * area + k];
}

struct work {
    const struct cnn_conv_call *call;
    const struct cnn_simd *simd;
};

/* Columns x of the output for which x * stride + at lies in 0..size-1. */
static void range(int64_t at, int64_t stride, int64_t size, int64_t count, int64_t *first,
                  int64_t *last)
{
    *first = at >= 0 ? 0 : (-at + stride - 1) / stride;
    *last = at >= size ? 0 : (size - 1 - at) / stride + 1;
    *first = *first < count ? *first : count;
    *last = *last < count ? *last : count;
}

/* Adds what one kernel row brings to a row of the output. */
static void add_row(const struct work *w, const float *in, const float *weights, float *out)
{
    const struct cnn_conv *conv = w->call->conv;
    const struct cnn_geometry *g = w->call->geometry;
    size_t blocks = (size_t)blocks_of(conv), plane = (size_t)g->in_w * (size_t)g->in_h * 8;
    for (int32_t kx = 0; kx < conv->kernel_w; kx++) {
        int64_t at = (int64_t)kx * conv->dilation_w - g->pad_left, first, last;
        range(at, conv->stride_w, g->in_w, g->out_w, &first, &last);
        if (last > first)
            w->simd->dots(in + (first * conv->stride_w + at) * 8, (size_t)conv->stride_w * 8,
                          weights + (size_t)kx * blocks * 8, plane, blocks, out + first, 1,
                          (size_t)(last - first));
    }
}

static void finish(const struct work *w, int32_t channel, float *out)
{
    const struct cnn_conv *conv = w->call->conv;
    const struct cnn_act *acts[2] = {&conv->act, &conv->post};
    for (int32_t i = 0; i < 2; i++) {
        struct cnn_act act = *acts[i];
        if (act.kind == CNN_ACT_PRELU)
            act = (struct cnn_act){.kind = CNN_ACT_LEAKY, .a = act.slope[channel]};
        if (act.kind != CNN_ACT_NONE)
            w->simd->act(&act, out, out, (size_t)w->call->geometry->out_w);
    }
}

/* One row of one plane. */
static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct cnn_conv *conv = w->call->conv;
    const struct cnn_geometry *g = w->call->geometry;
    const float *bias = w->call->packed, *weights = bias + OUT_MAX;
    size_t blocks = (size_t)blocks_of(conv), width = (size_t)g->in_w * 8;
    size_t row = (size_t)conv->kernel_w * blocks * 8, plane = width * (size_t)g->in_h;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        int32_t o = (int32_t)(i / (size_t)g->out_h), y = (int32_t)(i % (size_t)g->out_h);
        const float *kernel = weights + (size_t)o * (size_t)conv->kernel_h * row;
        float *out = w->call->out + i * (size_t)g->out_w;
        for (int32_t x = 0; x < g->out_w; x++)
            out[x] = bias[o];
        if (conv->kind == CNN_DECONV) {
            const float *from = w->call->in + (size_t)(y / conv->stride_h) * width;
            kernel += (size_t)(y % conv->stride_h) * row;
            for (int32_t kx = 0; kx < conv->kernel_w; kx++)
                w->simd->dots(from, 8, kernel + (size_t)kx * blocks * 8, plane, blocks, out + kx,
                              (size_t)conv->stride_w, (size_t)g->in_w);
        }
        for (int32_t ky = 0; ky < conv->kernel_h && conv->kind == CNN_CONV; ky++) {
            int64_t from =
                (int64_t)y * conv->stride_h + (int64_t)ky * conv->dilation_h - g->pad_top;
            if (from >= 0 && from < g->in_h)
                add_row(w, w->call->in + (size_t)from * width, kernel + (size_t)ky * row, out);
        }
        finish(w, o, out);
    }
    return 0;
}

static int run(const struct cnn_conv_call *call)
{
    struct work w = {call, cnn_simd(call->env)};
    const struct cnn_env *env = call->env;
    size_t rows = (size_t)call->conv->out * (size_t)call->geometry->out_h;
    size_t cost =
        (size_t)call->geometry->out_w * (size_t)call->conv->in * (size_t)call->conv->kernel_w;
    return env->parallel(env->ctx, rows, 1 + 65536 / (cost + 1), body, &w);
}

const struct cnn_conv_kernel cnn_narrow_kernel = {
    .name = "narrow",
    .isa = CNN_PORTABLE,
    .planar_out = true,
    .fits = fits,
    .packed_size = packed_size,
    .prepare = prepare,
    .run = run,
};
