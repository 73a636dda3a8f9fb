/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers with a number or two for each channel: BatchNorm, Scale, Bias, PReLU. A channel is an
 * index of the outermost axis. */
#include "layer/channel.h"
#include "simd/simd.h"

#include <math.h>
#include <stdlib.h>

struct channel {
    int32_t count;       /* of channels; Scale: -233 takes the factors from the second input */
    float *scale, *bias; /* owned; padded to a multiple of 8 */
    bool prelu;
};

static size_t padded(int32_t count)
{
    return ((size_t)count + 7) / 8 * 8;
}

static int make(struct channel *ch, int32_t count, struct cnn_error *err)
{
    if (count < 1)
        return cnn_fail(err, SEG_IO, "%d channels", count);
    ch->count = count;
    ch->scale = calloc(padded(count), sizeof(float));
    ch->bias = calloc(padded(count), sizeof(float));
    if (!ch->scale || !ch->bias)
        return cnn_nomem(err);
    return SEG_OK;
}

static void unload(struct cnn_layer *layer)
{
    struct channel *ch = layer->data;
    free(ch->scale);
    free(ch->bias);
}

static int read_into(struct cnn_reader *reader, int32_t count, float low, float high, float *out,
                     struct cnn_error *err)
{
    struct cnn_weights weights;
    int status = cnn_read(reader, count, false, low, high, &weights, err);
    if (status == SEG_OK)
        cnn_weights_copy(&weights, out);
    return status;
}

static int load_batchnorm(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct channel *ch = layer->data;
    struct cnn_weights slope, mean, var, bias;
    int32_t count = cnn_int(&layer->params, 0, 0);
    float eps = cnn_float(&layer->params, 1, 0);
    if (count < 1)
        return cnn_fail(err, SEG_IO, "%d channels", count);
    if (cnn_read(reader, count, false, 0.5f, 1.5f, &slope, err) != SEG_OK ||
        cnn_read(reader, count, false, -0.5f, 0.5f, &mean, err) != SEG_OK ||
        cnn_read(reader, count, false, 0.5f, 1.5f, &var, err) != SEG_OK ||
        cnn_read(reader, count, false, -0.5f, 0.5f, &bias, err) != SEG_OK ||
        make(ch, count, err) != SEG_OK)
        return err->status;
    float *copy = malloc((size_t)count * sizeof *copy);
    if (!copy)
        return cnn_nomem(err);
    cnn_weights_copy(&slope, ch->scale);
    cnn_weights_copy(&bias, ch->bias);
    cnn_weights_copy(&var, copy);
    for (int32_t i = 0; i < count; i++) {
        float deviation = sqrtf(copy[i] + eps);
        ch->scale[i] /= deviation == 0 ? 1e-4f : deviation;
    }
    cnn_weights_copy(&mean, copy);
    for (int32_t i = 0; i < count; i++)
        ch->bias[i] -= ch->scale[i] * copy[i];
    free(copy);
    return SEG_OK;
}

static int load_scale(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct channel *ch = layer->data;
    int32_t count = cnn_int(&layer->params, 0, 0);
    if (count == -233) {
        if (layer->in_count != 2)
            return cnn_fail(err, SEG_IO, "it needs a second input, the factors");
        ch->count = count;
        return SEG_OK;
    }
    if (make(ch, count, err) != SEG_OK ||
        read_into(reader, count, 0.5f, 1.5f, ch->scale, err) != SEG_OK)
        return err->status;
    if (cnn_int(&layer->params, 1, 0))
        return read_into(reader, count, -0.5f, 0.5f, ch->bias, err);
    return SEG_OK;
}

static int load_bias(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct channel *ch = layer->data;
    if (make(ch, cnn_int(&layer->params, 0, 0), err) != SEG_OK)
        return err->status;
    for (int32_t i = 0; i < ch->count; i++)
        ch->scale[i] = 1.0f;
    return read_into(reader, ch->count, -0.5f, 0.5f, ch->bias, err);
}

static int load_prelu(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct channel *ch = layer->data;
    ch->prelu = true;
    if (make(ch, cnn_int(&layer->params, 0, 0), err) != SEG_OK)
        return err->status;
    return read_into(reader, ch->count, 0.0f, 0.5f, ch->scale, err);
}

/* -- computing -------------------------------------------------------------------------------- */

/* Bias of a blob of one or two axes is the first number for all. */
static bool shared(const struct cnn_layer *layer, const struct cnn_blob *in)
{
    const struct channel *ch = layer->data;
    return (ch->prelu && ch->count == 1) || (layer->op->index == 3 && in->rank < 3);
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct channel *ch = layer->data;
    int32_t axes[4];
    (void)in_count;
    cnn_axes(&in[0], axes);
    if (ch->count == -233 && (in[1].rank != 1 || in[1].w < axes[0]))
        return cnn_fail(err, SEG_STAGE, "%d factors for %d channels", in[1].w, axes[0]);
    if (ch->count != -233 && !shared(layer, in) && ch->count < axes[0])
        return cnn_fail(err, SEG_STAGE, "numbers for %d channels, but the input has %d", ch->count,
                        axes[0]);
    out[0] = in[0];
    return SEG_OK;
}

struct work {
    const struct cnn_simd *simd;
    const float *scale, *bias, *in;
    float *out;
    size_t size, step; /* of a channel or block; 0 or 8 */
    bool prelu, shared;
};

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t k = w->shared ? 0 : w->step ? i * 8 : i;
        const float *in = w->in + i * w->size;
        float *out = w->out + i * w->size;
        if (w->prelu)
            w->simd->prelu(in, w->scale + k, w->shared ? 0 : w->step, out, w->size);
        else
            w->simd->affine(in, w->scale + k, w->bias + k, w->shared ? 0 : w->step, out, w->size);
    }
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    static const float zero[8] = {0};
    const struct channel *ch = job->layer->data;
    const struct cnn_blob *in = &job->in[0];
    int32_t axes[4];
    cnn_axes(in, axes);
    bool dynamic = ch->count == -233;
    struct work w = {cnn_simd(job->env),
                     dynamic ? cnn_in(job, 1) : ch->scale,
                     ch->bias,
                     cnn_in(job, 0),
                     cnn_out(job, 0),
                     cnn_span(axes, 1, 4),
                     0,
                     ch->prelu,
                     shared(job->layer, in)};
    size_t count = (size_t)axes[0];
    if (in->pack == 8) {
        w.step = 8;
        w.size *= 8;
        count = (count + 7) / 8;
    }
    if (!dynamic)
        return cnn_parallel(job, count, w.size, body, &w);
    for (size_t i = 0; i < count; i++)
        w.simd->affine(w.in + i * w.size, w.scale + i, zero, 0, w.out + i * w.size, w.size);
    return SEG_OK;
}

static bool packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  const struct cnn_blob *out)
{
    (void)in, (void)out;
    return in_count == 1 && ((const struct channel *)layer->data)->count != -233;
}

bool cnn_channel_numbers(const struct cnn_layer *layer, struct cnn_channel_numbers *numbers)
{
    const struct channel *ch = layer->data;
    if (ch->count == -233)
        return false;
    *numbers = (struct cnn_channel_numbers){ch->scale, ch->bias, ch->count, ch->prelu};
    return true;
}

#define ROW(name, number, loader, inputs)                                                          \
    {                                                                                              \
        .type = name, .index = number,                                                             \
        .flags = CNN_OP_IN_PLACE | CNN_OP_PACKS | CNN_OP_PACKED_OUT, .in_min = 1,                  \
        .in_max = inputs, .out_min = 1, .out_max = inputs, .data_size = sizeof(struct channel),    \
        .load = loader, .shape = shape, .run = run, .packs = packs, .unload = unload               \
    }

static const struct cnn_op ops[] = {
    ROW("BatchNorm", 2, load_batchnorm, 1),
    ROW("Bias", 3, load_bias, 1),
    ROW("PReLU", 23, load_prelu, 1),
    ROW("Scale", 29, load_scale, 2),
};
CNN_FAMILY(cnn_channel_ops, ops);
