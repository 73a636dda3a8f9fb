/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution in int8: input and weights are integers, sums are 32-bit, and the result is scaled
 * back to floats or to integers for the next layer. */
#include "layer/conv.h"
#include "layer/quantize.h"
#include "simd/simd.h"

#include <stdlib.h>
#include <string.h>

/* Weight scales of one group are those of all its outputs. */
static int read_scales(struct cnn_conv_layer *c, bool depthwise, struct cnn_reader *reader,
                       struct cnn_error *err)
{
    struct cnn_conv_int8 *q = &c->int8;
    struct cnn_weights scales, in, out;
    bool one = depthwise && (q->term == 2 || q->term == 102);
    if (depthwise && !one && q->term != 1 && q->term != 101)
        return cnn_fail(err, SEG_IO, "int8_scale_term %d (1, 2, 101 or 102)", q->term);
    int32_t count = one ? 1 : depthwise ? c->groups : c->num_output;
    float *each = malloc((size_t)c->num_output * sizeof *each * 2);
    if (!each)
        return cnn_nomem(err);
    q->weight_scales = each;
    if (cnn_read(reader, count, false, 50, 100, &scales, err) != SEG_OK ||
        cnn_read(reader, 1, false, 50, 100, &in, err) != SEG_OK ||
        (q->term > 100 && cnn_read(reader, 1, false, 50, 100, &out, err) != SEG_OK))
        return err->status;
    cnn_weights_copy(&scales, each + c->num_output);
    for (int32_t i = 0; i < c->num_output; i++)
        each[i] = each[c->num_output + (int64_t)i * count / c->num_output];
    cnn_weights_copy(&in, &q->in_scale);
    if (q->term > 100)
        cnn_weights_copy(&out, &q->out_scale);
    return SEG_OK;
}

int cnn_conv_int8_load(struct cnn_conv_layer *c, bool depthwise, struct cnn_reader *reader,
                       struct cnn_error *err)
{
    struct cnn_conv_int8 *q = &c->int8;
    if (read_scales(c, depthwise, reader, err) != SEG_OK)
        return err->status;
    if (c->weights.form == CNN_FORM_INT8) {
        q->weights = cnn_weights_int8(&c->weights);
        return SEG_OK;
    }
    const float *floats = cnn_weights_load(&c->weights);
    size_t count = c->weights.count, each = count / (size_t)c->num_output;
    q->weights = q->owned = malloc(count);
    if (!floats || !q->owned)
        return cnn_nomem(err);
    for (size_t i = 0; i < count; i++)
        q->owned[i] = cnn_quantize(floats[i] * q->weight_scales[i / each]);
    cnn_weights_drop(&c->weights);
    return SEG_OK;
}

void cnn_conv_int8_unload(struct cnn_conv_layer *c)
{
    free((void *)(uintptr_t)c->int8.weight_scales);
    free(c->int8.owned);
}

struct work {
    const struct cnn_conv_layer *c;
    const struct cnn_conv_shape *s;
    const struct cnn_simd *simd;
    const int8_t *in;
    void *out;
    int32_t *sums;
    size_t sums_each;
};

/* Adds one input channel's share to the sums of one output channel. */
static void add_channel(const struct work *w, const int8_t *in, const int8_t *weights,
                        int32_t *sums)
{
    const struct cnn_conv_layer *c = w->c;
    const struct cnn_conv_shape *s = w->s;
    int32_t border = (int8_t)c->pad_value;
    for (int32_t ky = 0; ky < s->kernel[1]; ky++)
        for (int32_t kx = 0; kx < s->kernel[0]; kx++) {
            int32_t weight = *weights++;
            for (int32_t y = 0; y < s->out[1]; y++) {
                int32_t sy = y * c->stride[1] + ky * c->dilation[1] - s->before[1];
                int32_t *row = sums + (size_t)y * (size_t)s->out[0];
                for (int32_t x = 0; x < s->out[0]; x++) {
                    int32_t sx = x * c->stride[0] + kx * c->dilation[0] - s->before[0];
                    bool inside = sx >= 0 && sx < s->in[0] && sy >= 0 && sy < s->in[1];
                    row[x] +=
                        weight * (inside ? in[(size_t)sy * (size_t)s->in[0] + (size_t)sx] : border);
                }
            }
        }
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct cnn_conv_layer *c = w->c;
    const struct cnn_conv_shape *s = w->s;
    size_t in_size = (size_t)s->in[0] * (size_t)s->in[1],
           area = (size_t)s->kernel[0] * (size_t)s->kernel[1];
    size_t out_size = (size_t)s->out[0] * (size_t)s->out[1];
    int32_t *sums = w->sums + worker * w->sums_each;
    float *floats = (float *)(void *)sums; /* each sum becomes a float in its place */
    for (size_t p = begin; p < end; p++) {
        size_t first = p / (size_t)s->out_per_group * (size_t)s->in_per_group;
        const int8_t *weights = c->int8.weights + p * (size_t)s->in_per_group * area;
        memset(sums, 0, out_size * sizeof *sums);
        for (size_t q = 0; q < (size_t)s->in_per_group; q++)
            add_channel(w, w->in + (first + q) * in_size, weights + q * area, sums);
        float scale = c->int8.weight_scales[p] == 0
                          ? 0
                          : 1.0f / (c->int8.in_scale * c->int8.weight_scales[p]);
        for (size_t i = 0; i < out_size; i++) {
            int32_t sum = sums[i];
            float value = (float)sum * scale + (c->bias ? c->bias[p] : 0.0f);
            memcpy(&floats[i], &value, sizeof value);
        }
        w->simd->act(&c->act, floats, floats, out_size);
        if (c->int8.term <= 100) {
            memcpy((float *)w->out + p * out_size, floats, out_size * sizeof *floats);
            continue;
        }
        for (size_t i = 0; i < out_size; i++)
            ((int8_t *)w->out)[p * out_size + i] = cnn_quantize(floats[i] * c->int8.out_scale);
    }
    return SEG_OK;
}

int cnn_conv_int8_run(struct cnn_job *job, const struct cnn_conv_shape *s)
{
    const struct cnn_conv_layer *c = job->layer->data;
    struct work w = {c, s, cnn_simd(job->env), job->in[0].data, job->out[0].data, NULL, 0};
    size_t count = cnn_count(&job->in[0]);
    int8_t *quantized = NULL;
    int status = SEG_OK;
    w.sums_each = ((size_t)s->out[0] * (size_t)s->out[1] + 15) / 16 * 16;
    w.sums = malloc(w.sums_each * job->env->workers * sizeof *w.sums);
    if (job->in[0].dtype == CNN_F32) {
        w.in = quantized = malloc(count);
        for (size_t i = 0; quantized && i < count; i++)
            quantized[i] = cnn_quantize(cnn_in(job, 0)[i] * c->int8.in_scale);
    }
    if (!w.sums || !w.in)
        status = cnn_nomem(job->err);
    else
        status = cnn_parallel(job, (size_t)s->out_channels,
                              w.sums_each * (size_t)s->in_per_group * 9, body, &w);
    free(quantized);
    free(w.sums);
    return status;
}
