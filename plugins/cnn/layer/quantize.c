/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between floats, integers and eight bits: Quantize, Dequantize, Requantize, Cast. */
#include "layer/quantize.h"
#include "layer/conv.h"
#include "simd/simd.h"

#include <string.h>

struct numbers { /* one for all channels, or one each */
    const float *values;
    int32_t count;
    struct cnn_weights weights;
};

struct quantize {
    struct numbers scale, out_scale, bias;
    struct cnn_act act;
};

static int read_numbers(struct cnn_reader *reader, int32_t count, struct numbers *n,
                        struct cnn_error *err)
{
    n->count = count;
    if (count < 0)
        return cnn_fail(err, SEG_IO, "%d numbers", count);
    return count ? cnn_read_floats(reader, count, false, 0.1f, 1, &n->weights, &n->values, err)
                 : SEG_OK;
}

static float pick(const struct numbers *n, size_t i)
{
    return n->count == 0 ? 0 : n->values[n->count > 1 ? i : 0];
}

static int load_quantize(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct quantize *q = layer->data;
    return read_numbers(reader, cnn_int(&layer->params, 0, 1), &q->scale, err);
}

static int load_dequantize(struct cnn_layer *layer, struct cnn_reader *reader,
                           struct cnn_error *err)
{
    struct quantize *q = layer->data;
    if (read_numbers(reader, cnn_int(&layer->params, 0, 1), &q->scale, err) != SEG_OK)
        return err->status;
    return read_numbers(reader, cnn_int(&layer->params, 1, 0), &q->bias, err);
}

static int load_requantize(struct cnn_layer *layer, struct cnn_reader *reader,
                           struct cnn_error *err)
{
    struct quantize *q = layer->data;
    const struct cnn_params *p = &layer->params;
    if (read_numbers(reader, cnn_int(p, 0, 1), &q->scale, err) != SEG_OK ||
        read_numbers(reader, cnn_int(p, 1, 1), &q->out_scale, err) != SEG_OK ||
        read_numbers(reader, cnn_int(p, 2, 0), &q->bias, err) != SEG_OK)
        return err->status;
    return cnn_conv_act(p, 3, 4, &q->act, err);
}

static void unload(struct cnn_layer *layer)
{
    struct quantize *q = layer->data;
    cnn_weights_drop(&q->scale.weights);
    cnn_weights_drop(&q->out_scale.weights);
    cnn_weights_drop(&q->bias.weights);
}

static int fits(const struct numbers *n, const struct cnn_blob *in, struct cnn_error *err)
{
    int32_t axes[4];
    cnn_axes(in, axes);
    if (n->count > 1 && n->count < axes[0])
        return cnn_fail(err, SEG_STAGE, "%d numbers for %d channels", n->count, axes[0]);
    return SEG_OK;
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct quantize *q = layer->data;
    (void)in_count;
    if (in[0].dtype == CNN_I8)
        return cnn_fail(err, SEG_STAGE, "an input of int8");
    if (fits(&q->scale, in, err) || fits(&q->out_scale, in, err) || fits(&q->bias, in, err))
        return err->status;
    out[0] = in[0];
    out[0].dtype = layer->op->index == 58 ? CNN_F32 : CNN_I8;
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct quantize *q = job->layer->data;
    const struct cnn_simd *simd = cnn_simd(job->env);
    int32_t axes[4], index = job->layer->op->index;
    cnn_axes(&job->in[0], axes);
    size_t size = cnn_span(axes, 1, 4);
    const int32_t *ints = job->in[0].data; /* the floats of a file may be integers */
    for (size_t c = 0; c < (size_t)axes[0]; c++)
        for (size_t k = 0; k < size; k++) {
            size_t i = c * size + k;
            float scale = pick(&q->scale, c);
            if (index == 57) {
                ((int8_t *)job->out[0].data)[i] = cnn_quantize(cnn_in(job, 0)[i] * scale);
                continue;
            }
            int32_t integer;
            memcpy(&integer, ints + i, sizeof integer);
            float value = (float)integer * scale + pick(&q->bias, c);
            if (index == 58) {
                cnn_out(job, 0)[i] = value;
                continue;
            }
            simd->act(&q->act, &value, &value, 1);
            ((int8_t *)job->out[0].data)[i] = cnn_quantize(value * pick(&q->out_scale, c));
        }
    return SEG_OK;
}

/* -- Cast ------------------------------------------------------------------------------------- */

/* Blobs of floats and int8 are all there is: a half or bfloat16 is a float with fewer digits. */
enum cast { CAST_AUTO, CAST_FLOAT, CAST_HALF, CAST_INT8, CAST_BFLOAT };

static int shape_cast(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    int32_t to = cnn_int(&layer->params, 1, 0);
    (void)in_count;
    if (to < CAST_AUTO || to > CAST_BFLOAT)
        return cnn_fail(err, SEG_STAGE, "type %d (0 to 4)", to);
    out[0] = in[0];
    if (to != cnn_int(&layer->params, 0, 0))
        out[0].dtype = to == CAST_INT8 ? CNN_I8 : CNN_F32;
    return SEG_OK;
}

static void cast_floats(int32_t to, const float *in, uint32_t *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float value = to == CAST_HALF ? cnn_half_to_float(cnn_float_to_half(in[i])) : in[i];
        memcpy(&out[i], &value, sizeof value);
    }
    for (size_t i = 0; to == CAST_BFLOAT && i < count; i++)
        out[i] &= 0xFFFF0000u;
}

static int run_cast(struct cnn_job *job)
{
    int32_t to = cnn_int(&job->layer->params, 1, 0), from = cnn_int(&job->layer->params, 0, 0);
    size_t count = cnn_count(&job->in[0]);
    int8_t *bytes = job->out[0].data;
    if (to == from || (to == CAST_INT8 && job->in[0].dtype == CNN_I8)) {
        memcpy(job->out[0].data, job->in[0].data, cnn_storage(&job->in[0]));
    } else if (job->in[0].dtype == CNN_I8) {
        for (size_t i = 0; i < count; i++)
            cnn_out(job, 0)[i] = (float)((const int8_t *)job->in[0].data)[i];
    } else if (to == CAST_INT8) {
        for (size_t i = 0; i < count; i++) {
            float rounded = roundf(cnn_in(job, 0)[i]);
            bytes[i] = (int8_t)(!(rounded > -128.0f) ? -128.0f
                                : rounded > 127.0f   ? 127.0f
                                                     : rounded);
        }
    } else {
        cast_floats(to, cnn_in(job, 0), job->out[0].data, count);
    }
    return SEG_OK;
}

#define ROW(name, number, loader)                                                                  \
    {                                                                                              \
        .type = name, .index = number, .in_min = 1, .in_max = 1, .out_min = 1, .out_max = 1,       \
        .data_size = sizeof(struct quantize), .load = loader, .shape = shape, .run = run,          \
        .unload = unload                                                                           \
    }

static const struct cnn_op ops[] = {
    ROW("Quantize", 57, load_quantize),
    ROW("Dequantize", 58, load_dequantize),
    ROW("Requantize", 63, load_requantize),
    {.type = "Cast",
     .index = 64,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_cast,
     .run = run_cast},
};
CNN_FAMILY(cnn_quantize_ops, ops);
