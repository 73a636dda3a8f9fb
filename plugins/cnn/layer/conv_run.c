/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution and its transpose in plain C: what the graph runs where no kernel fits, and what
 * kernels are compared with. */
#include "layer/conv.h"
#include "simd/simd.h"

#include <stdlib.h>

struct work {
    const struct cnn_conv_layer *c;
    const struct cnn_conv_shape *s;
    const struct cnn_simd *simd;
    const float *in, *weights, *bias;
    float *out;
    size_t weight_out, weight_in; /* weights from one output, input channel to the next */
};

/* Outputs x for which x * step + at lies in 0..size-1: first..last-1. */
static void range(int64_t at, int64_t step, int64_t size, int64_t count, int64_t *first,
                  int64_t *last)
{
    *first = at >= 0 ? 0 : (-at + step - 1) / step;
    *last = at >= size ? 0 : (size - 1 - at) / step + 1;
    if (*last > count)
        *last = count;
}

/* Adds one input row, times a weight, to one output row; `at`: which input x the first output sees
 * (transposed: which output x the first input reaches). */
static void add_row(const struct work *w, const float *in, float weight, int64_t at, float *out)
{
    int64_t step = w->c->stride[0], first, last;
    if (w->c->transposed) {
        range(at, step, w->s->out[0], w->s->in[0], &first, &last);
        for (int64_t x = first; x < last; x++)
            out[x * step + at] += weight * in[x];
        return;
    }
    range(at, step, w->s->in[0], w->s->out[0], &first, &last);
    if (step == 1 && last > first)
        w->simd->axpy(weight, in + first + at, out + first, (size_t)(last - first));
    else
        for (int64_t x = first; x < last; x++)
            out[x] += weight * in[x * step + at];
}

/* One kernel row of one input channel onto all rows of an output channel. */
static void add_kernel_row(const struct work *w, const float *in, const float *weights, int64_t kz,
                           int64_t ky, float *out)
{
    const struct cnn_conv_layer *c = w->c;
    const struct cnn_conv_shape *s = w->s;
    const int32_t *from = c->transposed ? s->out : s->in, *over = c->transposed ? s->in : s->out;
    int64_t z_at = kz * c->dilation[2] - s->before[2], y_at = ky * c->dilation[1] - s->before[1];
    int64_t z0, z1, y0, y1;
    range(z_at, c->stride[2], from[2], over[2], &z0, &z1);
    range(y_at, c->stride[1], from[1], over[1], &y0, &y1);
    for (int64_t z = z0; z < z1; z++)
        for (int64_t y = y0; y < y1; y++) {
            int64_t near = z * over[1] + y;
            int64_t far = (z * c->stride[2] + z_at) * from[1] + y * c->stride[1] + y_at;
            const float *in_row = in + (c->transposed ? near : far) * s->in[0];
            float *out_row = out + (c->transposed ? far : near) * s->out[0];
            for (int64_t kx = 0; kx < s->kernel[0]; kx++)
                add_row(w, in_row, weights[kx], kx * c->dilation[0] - s->before[0], out_row);
        }
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct cnn_conv_shape *s = w->s;
    size_t in_size = (size_t)s->in[0] * (size_t)s->in[1] * (size_t)s->in[2];
    size_t out_size = (size_t)s->out[0] * (size_t)s->out[1] * (size_t)s->out[2];
    (void)worker;
    for (size_t p = begin; p < end; p++) {
        float *out = w->out + p * out_size;
        size_t group = p / (size_t)s->out_per_group, own = p % (size_t)s->out_per_group;
        const float *base = w->weights + group * (size_t)s->out_per_group *
                                             (size_t)s->in_per_group *
                                             (size_t)cnn_conv_area(s->kernel);
        for (size_t i = 0; i < out_size; i++)
            out[i] = w->bias ? w->bias[p] : 0.0f;
        for (size_t q = 0; q < (size_t)s->in_per_group; q++) {
            const float *in = w->in + (group * (size_t)s->in_per_group + q) * in_size;
            const float *kernel = base + own * w->weight_out + q * w->weight_in;
            for (int32_t kz = 0; kz < s->kernel[2]; kz++)
                for (int32_t ky = 0; ky < s->kernel[1]; ky++, kernel += s->kernel[0])
                    add_kernel_row(w, in, kernel, kz, ky, out);
        }
        w->simd->act(&w->c->act, out, out, out_size);
    }
    return SEG_OK;
}

/* An input with its borders filled in, for values other than 0. Takes the borders off `s`. */
static float *bordered(const struct cnn_conv_layer *c, struct cnn_conv_shape *s, const float *in)
{
    int32_t size[3];
    for (int32_t i = 0; i < 3; i++)
        size[i] = (s->out[i] - 1) * c->stride[i] + c->dilation[i] * (s->kernel[i] - 1) + 1;
    size_t plane = (size_t)size[0] * (size_t)size[1] * (size_t)size[2];
    float *copy = malloc(plane * (size_t)s->in_channels * sizeof *copy);
    float *to = copy;
    for (int32_t q = 0; copy && q < s->in_channels; q++)
        for (int32_t z = 0; z < size[2]; z++)
            for (int32_t y = 0; y < size[1]; y++)
                for (int32_t x = 0; x < size[0]; x++) {
                    int32_t a = x - s->before[0], b = y - s->before[1], e = z - s->before[2];
                    bool inside =
                        a >= 0 && a < s->in[0] && b >= 0 && b < s->in[1] && e >= 0 && e < s->in[2];
                    *to++ =
                        inside ? in[(((size_t)q * (size_t)s->in[2] + (size_t)e) * (size_t)s->in[1] +
                                     (size_t)b) *
                                        (size_t)s->in[0] +
                                    (size_t)a]
                               : c->pad_value;
                }
    for (int32_t i = 0; i < 3; i++) {
        s->in[i] = size[i];
        s->before[i] = 0;
    }
    return copy;
}

int cnn_conv_run(struct cnn_job *job)
{
    const struct cnn_conv_layer *c = job->layer->data;
    struct cnn_conv_shape s;
    if (cnn_conv_plan(job->layer, job->in, job->in_count, &s, job->err) != SEG_OK)
        return job->err->status;
    if (c->int8.term)
        return cnn_conv_int8_run(job, &s);
    struct work w = {c,
                     &s,
                     cnn_simd(job->env),
                     cnn_in(job, 0),
                     c->weights.floats,
                     c->bias,
                     cnn_out(job, 0),
                     (size_t)s.in_per_group * (size_t)cnn_conv_area(s.kernel),
                     (size_t)cnn_conv_area(s.kernel)};
    float *copy = NULL;
    if (!w.weights)
        w.weights = (const float *)(const void *)c->weights.at; /* raw: they are in the file */
    if (c->dynamic) {
        w.weights = cnn_in(job, 1);
        w.bias = c->has_bias ? cnn_in(job, 2) : NULL;
    }
    if (c->dynamic && c->transposed) {
        w.weight_in = (size_t)s.out_per_group * (size_t)cnn_conv_area(s.kernel);
        w.weight_out = (size_t)cnn_conv_area(s.kernel);
    }
    if (c->pad_value != 0 && !s.flat) {
        w.in = copy = bordered(c, &s, w.in);
        if (!copy)
            return cnn_nomem(job->err);
    }
    size_t work = (size_t)s.out[0] * (size_t)s.out[1] * (size_t)s.out[2] * (size_t)s.in_per_group *
                  (size_t)cnn_conv_area(s.kernel);
    int status = cnn_parallel(job, (size_t)s.out_channels, work, body, &w);
    free(copy);
    return status;
}
