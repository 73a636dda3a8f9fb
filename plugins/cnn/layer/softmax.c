/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Softmax along an axis, and GLU, which halves one. */
#include "layer/op.h"
#include "simd/simd.h"

#include <math.h>
#include <string.h>

static int32_t axis_of(int32_t axis, int32_t rank)
{
    return axis < 0 ? axis + rank : axis;
}

static int load_softmax(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    (void)reader;
    if (cnn_int(&layer->params, 0, 0) != 0 && cnn_int(&layer->params, 1, 0) == 0)
        return cnn_fail(err, SEG_IO,
                        "an axis of the old kind, which counted from 1; convert the model again");
    return SEG_OK;
}

static int shape_softmax(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axis = axis_of(cnn_int(&layer->params, 0, 0), in[0].rank);
    (void)in_count;
    if (axis < 0 || (axis >= in[0].rank && in[0].rank > 1))
        return cnn_fail(err, SEG_STAGE, "axis %d of an input with %d", axis, in[0].rank);
    out[0] = in[0];
    return SEG_OK;
}

struct work {
    const struct cnn_simd *simd;
    const float *in;
    float *out;
    size_t length, inner, pieces;
};

#define COLUMNS 256 /* neighbours that are computed together */

/* Along the innermost axis. */
static void row(const struct work *w, const float *in, float *out)
{
    float most = in[0], total = 0, minus;
    for (size_t i = 1; i < w->length; i++)
        most = in[i] > most ? in[i] : most;
    minus = -most;
    w->simd->binary(CNN_ADD, in, &minus, 0, out, w->length);
    w->simd->exp(out, out, w->length);
    for (size_t i = 0; i < w->length; i++)
        total += out[i];
    total = 1.0f / total;
    w->simd->binary(CNN_MUL, out, &total, 0, out, w->length);
}

static void columns(const struct work *w, const float *in, float *out, size_t count)
{
    float most[COLUMNS], total[COLUMNS];
    size_t step = w->inner;
    memcpy(most, in, count * sizeof *most);
    memset(total, 0, count * sizeof *total);
    for (size_t k = 1; k < w->length; k++)
        w->simd->binary(CNN_MAX, most, in + k * step, 1, most, count);
    for (size_t k = 0; k < w->length; k++) {
        float *to = out + k * step;
        w->simd->binary(CNN_SUB, in + k * step, most, 1, to, count);
        w->simd->exp(to, to, count);
        w->simd->binary(CNN_ADD, total, to, 1, total, count);
    }
    for (size_t k = 0; k < w->length; k++)
        w->simd->binary(CNN_DIV, out + k * step, total, 1, out + k * step, count);
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        if (w->inner == 1) {
            row(w, w->in + i * w->length, w->out + i * w->length);
            continue;
        }
        size_t outer = i / w->pieces, first = i % w->pieces * COLUMNS;
        size_t count = w->inner - first < COLUMNS ? w->inner - first : COLUMNS;
        size_t at = outer * w->length * w->inner + first;
        columns(w, w->in + at, w->out + at, count);
    }
    return SEG_OK;
}

static int run_softmax(struct cnn_job *job)
{
    int32_t axes[4], rank = cnn_axes(&job->in[0], axes);
    int32_t axis = rank == 1 ? 0 : axis_of(cnn_int(&job->layer->params, 0, 0), rank);
    struct work w = {cnn_simd(job->env),
                     cnn_in(job, 0),
                     cnn_out(job, 0),
                     (size_t)axes[axis],
                     cnn_span(axes, axis + 1, rank),
                     1};
    if (w.inner > 1)
        w.pieces = (w.inner + COLUMNS - 1) / COLUMNS;
    return cnn_parallel(job, cnn_span(axes, 0, axis) * w.pieces,
                        w.length * 16 * (w.inner > 1 ? COLUMNS : 1), body, &w);
}

/* -- GLU: the first half times the sigmoid of the second ----------------------------------------
 */

static int shape_glu(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                     struct cnn_blob *out, struct cnn_error *err)
{
    int32_t axes[4], rank = cnn_axes(&in[0], axes);
    int32_t axis = axis_of(cnn_int(&layer->params, 0, 0), rank);
    (void)in_count;
    if (axis < 0 || axis >= rank || axes[axis] < 2)
        return cnn_fail(err, SEG_STAGE, "no halves along axis %d of an input with %d", axis, rank);
    axes[axis] /= 2;
    return cnn_shape(out, rank, (const int64_t[]){axes[0], axes[1], axes[2], axes[3]}, CNN_F32,
                     err);
}

static int run_glu(struct cnn_job *job)
{
    static const struct cnn_act sigmoid = {.kind = CNN_ACT_SIGMOID};
    const struct cnn_simd *simd = cnn_simd(job->env);
    int32_t axes[4], rank = cnn_axes(&job->in[0], axes);
    int32_t axis = axis_of(cnn_int(&job->layer->params, 0, 0), rank);
    size_t inner = cnn_span(axes, axis + 1, rank), half = (size_t)(axes[axis] / 2) * inner;
    for (size_t i = 0; i < cnn_span(axes, 0, axis); i++) {
        const float *in = cnn_in(job, 0) + i * (size_t)axes[axis] * inner;
        float *out = cnn_out(job, 0) + i * half;
        simd->act(&sigmoid, in + half, out, half);
        simd->binary(CNN_MUL, out, in, 1, out, half);
    }
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "Softmax",
     .index = 32,
     .flags = CNN_OP_IN_PLACE,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .load = load_softmax,
     .shape = shape_softmax,
     .run = run_softmax},
    {.type = "GLU",
     .index = 94,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_glu,
     .run = run_glu},
};
CNN_FAMILY(cnn_softmax_ops, ops);
