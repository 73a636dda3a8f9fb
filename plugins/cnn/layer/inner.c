/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fully connected layers: InnerProduct, in floats and in int8, and Embed. */
#include "layer/inner.h"
#include "layer/conv.h"
#include "layer/quantize.h"
#include "simd/simd.h"

#include <stdlib.h>
#include <string.h>

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct cnn_inner *f = layer->data;
    int32_t count = cnn_int(p, 2, 0), term = cnn_int(p, 8, 0);
    f->num_output = cnn_int(p, 0, 0);
    if (f->num_output < 1 || count < 1 || count % f->num_output != 0)
        return cnn_fail(err, SEG_IO, "%d weights for %d outputs", count, f->num_output);
    f->num_input = count / f->num_output;
    float reach = 1.7f / (1.0f + (float)f->num_input * 0.25f);
    if (cnn_read(reader, count, true, -reach, reach, &f->weights, err) != SEG_OK)
        return err->status;
    if (cnn_int(p, 1, 0) && cnn_read_floats(reader, f->num_output, false, -0.1f, 0.1f,
                                            &f->bias_weights, &f->bias, err) != SEG_OK)
        return err->status;
    if (!term && f->weights.form == CNN_FORM_INT8)
        return cnn_fail(err, SEG_IO, "int8 weights without their scales");
    if (term) {
        struct cnn_weights in;
        if (cnn_read_floats(reader, f->num_output, false, 50, 100, &f->scale_weights, &f->scales,
                            err) != SEG_OK ||
            cnn_read(reader, 1, false, 50, 100, &in, err) != SEG_OK)
            return err->status;
        cnn_weights_copy(&in, &f->in_scale);
        f->int8 = cnn_weights_int8(&f->weights);
    }
    if (term && f->weights.form != CNN_FORM_INT8) {
        const float *floats = cnn_weights_load(&f->weights);
        f->int8 = f->owned = malloc((size_t)count);
        if (!floats || !f->owned)
            return cnn_nomem(err);
        for (int32_t i = 0; i < count; i++)
            f->owned[i] = cnn_quantize(floats[i] * f->scales[i / f->num_input]);
        cnn_weights_drop(&f->weights);
    }
    return cnn_conv_act(p, 9, 10, &f->act, err);
}

static void unload(struct cnn_layer *layer)
{
    struct cnn_inner *f = layer->data;
    cnn_weights_drop(&f->weights);
    cnn_weights_drop(&f->bias_weights);
    cnn_weights_drop(&f->scale_weights);
    free(f->owned);
}

static int prepare(struct cnn_layer *layer, struct cnn_error *err)
{
    struct cnn_inner *f = layer->data;
    return f->int8 || cnn_weights_load(&f->weights) ? SEG_OK : cnn_nomem(err);
}

/* A matrix whose rows fit is taken row by row; everything else is one vector. */
static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct cnn_inner *f = layer->data;
    (void)in_count;
    if (in[0].rank == 2 && in[0].w == f->num_input)
        return cnn_shape_2d(out, in[0].h, f->num_output, err);
    if (cnn_count(&in[0]) != (size_t)f->num_input)
        return cnn_fail(err, SEG_STAGE, "%zu numbers where it takes %d", cnn_count(&in[0]),
                        f->num_input);
    return cnn_shape_1d(out, f->num_output, err);
}

struct work {
    const struct cnn_inner *f;
    const struct cnn_simd *simd;
    const float *in, *weights;
    const int8_t *in8;
    float *out;
};

static float integer_dot(const int8_t *a, const int8_t *b, size_t count)
{
    int32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return (float)sum;
}

/* Element p is output p % num_output of row p / num_output. */
static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct cnn_inner *f = w->f;
    size_t n = (size_t)f->num_input;
    (void)worker;
    for (size_t p = begin; p < end; p++) {
        size_t o = p % (size_t)f->num_output, row = p / (size_t)f->num_output;
        float value;
        if (f->int8)
            value = integer_dot(w->in8 + row * n, f->int8 + o * n, n) *
                    (f->scales[o] == 0 ? 0 : 1.0f / (f->in_scale * f->scales[o]));
        else
            value = w->simd->dot(w->in + row * n, w->weights + o * n, n);
        w->out[p] = value + (f->bias ? f->bias[o] : 0.0f);
    }
    w->simd->act(&f->act, w->out + begin, w->out + begin, end - begin);
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct cnn_inner *f = job->layer->data;
    struct work w = {
        f, cnn_simd(job->env), cnn_in(job, 0), f->weights.floats, job->in[0].data, cnn_out(job, 0)};
    int8_t *quantized = NULL;
    size_t count = cnn_count(&job->in[0]);
    if (!w.weights)
        w.weights = (const float *)(const void *)f->weights.at;
    if (f->int8 && job->in[0].dtype == CNN_F32) {
        w.in8 = quantized = malloc(count);
        if (!quantized)
            return cnn_nomem(job->err);
        for (size_t i = 0; i < count; i++)
            quantized[i] = cnn_quantize(w.in[i] * f->in_scale);
    }
    int status = cnn_parallel(job, cnn_count(&job->out[0]), (size_t)f->num_input, body, &w);
    free(quantized);
    return status;
}

/* -- Embed ------------------------------------------------------------------------------------ */

struct embed {
    int32_t num_output, input_dim;
    const float *table, *bias;
    float factor; /* of an int8 table */
    struct cnn_weights weights, bias_weights;
};

static int load_embed(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct embed *e = layer->data;
    e->num_output = cnn_int(p, 0, 0);
    e->input_dim = cnn_int(p, 1, 0);
    int32_t count = cnn_int(p, 3, 0);
    if (e->num_output < 1 || e->input_dim < 1 ||
        (int64_t)e->num_output * e->input_dim != (int64_t)count)
        return cnn_fail(err, SEG_IO, "%d weights for %d words of %d", count, e->input_dim,
                        e->num_output);
    if (cnn_read_floats(reader, count, true, -1, 1, &e->weights, &e->table, err) != SEG_OK)
        return err->status;
    if (cnn_int(p, 2, 0) && cnn_read_floats(reader, e->num_output, false, -1, 1, &e->bias_weights,
                                            &e->bias, err) != SEG_OK)
        return err->status;
    e->factor = 1;
    if (cnn_int(p, 18, 0)) {
        struct cnn_weights scale;
        if (cnn_read(reader, 1, false, 50, 100, &scale, err) != SEG_OK)
            return err->status;
        cnn_weights_copy(&scale, &e->factor);
        e->factor = e->weights.form == CNN_FORM_INT8 && e->factor != 0 ? 1 / e->factor : 1;
    }
    return SEG_OK;
}

static void unload_embed(struct cnn_layer *layer)
{
    struct embed *e = layer->data;
    cnn_weights_drop(&e->weights);
    cnn_weights_drop(&e->bias_weights);
}

static int shape_embed(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                       struct cnn_blob *out, struct cnn_error *err)
{
    (void)in_count;
    return cnn_shape_2d(out, in[0].w, ((const struct embed *)layer->data)->num_output, err);
}

static int run_embed(struct cnn_job *job)
{
    const struct embed *e = job->layer->data;
    const char *words = job->in[0].data; /* integers, whatever the blob says */
    size_t n = (size_t)e->num_output;
    for (size_t q = 0; q < (size_t)job->in[0].w; q++) {
        int32_t word;
        memcpy(&word, words + q * sizeof word, sizeof word);
        word = word < 0 ? 0 : word >= e->input_dim ? e->input_dim - 1 : word;
        for (size_t i = 0; i < n; i++)
            cnn_out(job, 0)[q * n + i] =
                e->table[(size_t)word * n + i] * e->factor + (e->bias ? e->bias[i] : 0.0f);
    }
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "InnerProduct",
     .index = 15,
     .flags = CNN_OP_CONV,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct cnn_inner),
     .load = load,
     .shape = shape,
     .prepare = prepare,
     .run = run,
     .unload = unload},
    {.type = "Embed",
     .index = 12,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct embed),
     .load = load_embed,
     .shape = shape_embed,
     .run = run_embed,
     .unload = unload_embed},
};
CNN_FAMILY(cnn_inner_ops, ops);
