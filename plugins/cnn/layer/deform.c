/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DeformableConv2D (Dai et al. 2017; Zhu et al. 2019 with a mask): a convolution whose taps are
 * moved by offsets that another blob names. */
#include "layer/conv.h"
#include "simd/simd.h"

#include <math.h>
#include <stdlib.h>

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    /* Its parameters are those of Convolution. */
    const struct cnn_op *plain = cnn_op_find("Convolution");
    int status = plain->load(layer, reader, err);
    const struct cnn_conv_layer *c = layer->data;
    if (status == SEG_OK && (c->dynamic || c->int8.term))
        return cnn_fail(err, SEG_IO, "dynamic or int8 weights");
    return status;
}

static int prepare(struct cnn_layer *layer, struct cnn_error *err)
{
    struct cnn_conv_layer *c = layer->data;
    return cnn_weights_load(&c->weights) ? SEG_OK : cnn_nomem(err);
}

static void unload(struct cnn_layer *layer)
{
    cnn_op_find("Convolution")->unload(layer);
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct cnn_conv_layer *c = layer->data;
    struct cnn_conv_shape s;
    if (in[0].rank != 3 || cnn_conv_plan(layer, in, 1, &s, err) != SEG_OK)
        return cnn_fail(err, SEG_STAGE, "an input of %d axes", in[0].rank);
    int32_t taps = c->kernel[0] * c->kernel[1];
    for (int32_t i = 1; i < in_count; i++)
        if (in[i].rank != 3 || in[i].c < taps * (i == 1 ? 2 : 1) || in[i].w != s.out[0] ||
            in[i].h != s.out[1])
            return cnn_fail(err, SEG_STAGE, "input %d is %d x %d x %d", i + 1, in[i].c, in[i].h,
                            in[i].w);
    return cnn_shape_3d(out, s.out_channels, s.out[1], s.out[0], err);
}

struct work {
    const struct cnn_job *job;
    const struct cnn_conv_layer *c;
    struct cnn_conv_shape s;
    const float *weights;
    float *samples; /* of one pixel, in the order of the weights; for each worker */
    size_t samples_each;
};

/* Bilinear, 0 outside. */
static float sample(const struct work *w, size_t channel, float x, float y)
{
    int32_t width = w->s.in[0], height = w->s.in[1];
    const float *map = cnn_in(w->job, 0) + channel * (size_t)width * (size_t)height;
    if (!(x > -1 && y > -1 && x < (float)width && y < (float)height))
        return 0;
    int32_t x0 = (int32_t)floorf(x), y0 = (int32_t)floorf(y);
    float tx = x - (float)x0, ty = y - (float)y0, sum = 0;
    for (int32_t k = 0; k < 4; k++) {
        int32_t u = x0 + (k & 1), v = y0 + (k >> 1);
        float weight = (k & 1 ? tx : 1 - tx) * (k >> 1 ? ty : 1 - ty);
        if (u >= 0 && v >= 0 && u < width && v < height)
            sum += weight * map[(size_t)v * (size_t)width + (size_t)u];
    }
    return sum;
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct cnn_conv_layer *c = w->c;
    const struct cnn_simd *simd = cnn_simd(w->job->env);
    size_t plane = (size_t)w->s.out[0] * (size_t)w->s.out[1];
    size_t taps = (size_t)(c->kernel[0] * c->kernel[1]);
    float *samples = w->samples + worker * w->samples_each;
    for (size_t i = begin; i < end; i++) {
        int32_t x = (int32_t)(i % (size_t)w->s.out[0]) * c->stride[0] - w->s.before[0];
        int32_t y = (int32_t)(i / (size_t)w->s.out[0]) * c->stride[1] - w->s.before[1];
        for (size_t t = 0; t < taps; t++) {
            int32_t kx = (int32_t)t % c->kernel[0], ky = (int32_t)t / c->kernel[0];
            const float *offset = cnn_in(w->job, 1) + 2 * t * plane + i;
            float at_y = (float)(y + ky * c->dilation[1]) + offset[0];
            float at_x = (float)(x + kx * c->dilation[0]) + offset[plane];
            float mask = w->job->in_count > 2 ? cnn_in(w->job, 2)[t * plane + i] : 1.0f;
            for (size_t q = 0; q < (size_t)w->s.in_channels; q++)
                samples[q * taps + t] = mask * sample(w, q, at_x, at_y);
        }
        size_t count = taps * (size_t)w->s.in_channels;
        for (size_t o = 0; o < (size_t)w->s.out_channels; o++) {
            float sum = simd->dot(samples, w->weights + o * count, count);
            sum += c->bias ? c->bias[o] : 0.0f;
            simd->act(&c->act, &sum, &sum, 1);
            cnn_out(w->job, 0)[o * plane + i] = sum;
        }
    }
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct cnn_conv_layer *c = job->layer->data;
    struct work w = {.job = job, .c = c, .weights = c->weights.floats};
    if (cnn_conv_plan(job->layer, job->in, 1, &w.s, job->err) != SEG_OK)
        return job->err->status;
    if (!w.weights)
        w.weights = (const float *)(const void *)c->weights.at;
    w.samples_each = c->weights.count / (size_t)c->num_output;
    w.samples = malloc(w.samples_each * job->env->workers * sizeof *w.samples);
    if (!w.samples)
        return cnn_nomem(job->err);
    int status = cnn_parallel(job, (size_t)w.s.out[0] * (size_t)w.s.out[1],
                              c->weights.count + 8 * w.samples_each, body, &w);
    free(w.samples);
    return status;
}

static const struct cnn_op ops[] = {
    {.type = "DeformableConv2D",
     .index = 93,
     .in_min = 2,
     .in_max = 3,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct cnn_conv_layer),
     .load = load,
     .shape = shape,
     .prepare = prepare,
     .run = run,
     .unload = unload},
};
CNN_FAMILY(cnn_deform_ops, ops);
