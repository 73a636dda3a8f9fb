/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RNN, LSTM (with projection) and GRU over the rows of a matrix, forwards, backwards or both. */
#include "layer/op.h"
#include "simd/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum kind { RNN, LSTM, GRU };
enum direction { FORWARD, REVERSE, BOTH };

struct recurrent {
    enum kind kind;
    int32_t num_output, hidden, size, direction, directions, gates;
    const float *input, *bias, *state, *projection; /* weights of one direction after the other */
    struct cnn_weights held[4];
};

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    static const int32_t gates[] = {1, 4, 3}, biases[] = {1, 4, 4};
    const struct cnn_params *p = &layer->params;
    struct recurrent *r = layer->data;
    int32_t count = cnn_int(p, 1, 0), index = layer->op->index;
    r->kind = index == 38 ? RNN : index == 39 ? LSTM : GRU;
    r->num_output = cnn_int(p, 0, 0);
    r->hidden = r->kind == LSTM ? cnn_int(p, 3, r->num_output) : r->num_output;
    r->direction = cnn_int(p, 2, 0);
    r->directions = r->direction == BOTH ? 2 : 1;
    r->gates = gates[r->kind];
    if (r->num_output < 1 || r->hidden < 1 || r->direction < FORWARD || r->direction > BOTH ||
        count < 1 || r->hidden > CNN_ELEMENTS_MAX / 8 ||
        count % ((int64_t)r->hidden * r->gates * r->directions) != 0)
        return cnn_fail(err, SEG_IO, "%d weights for %d states and %d outputs, direction %d", count,
                        r->hidden, r->num_output, r->direction);
    if (cnn_int(p, 8, 0))
        return cnn_fail(err, SEG_IO, "quantised weights (8=%d) are not supported",
                        cnn_int(p, 8, 0));
    r->size = (int32_t)(count / ((int64_t)r->hidden * r->gates * r->directions));
    int64_t wide = (int64_t)r->hidden * r->directions;
    if (cnn_read_floats(reader, count, true, -0.1f, 0.1f, &r->held[0], &r->input, err) ||
        cnn_read_floats(reader, wide * biases[r->kind], true, -0.1f, 0.1f, &r->held[1], &r->bias,
                        err) ||
        cnn_read_floats(reader, wide * r->gates * r->num_output, true, -0.1f, 0.1f, &r->held[2],
                        &r->state, err))
        return err->status;
    if (r->num_output != r->hidden)
        return cnn_read_floats(reader, wide * r->num_output, true, -0.1f, 0.1f, &r->held[3],
                               &r->projection, err);
    return SEG_OK;
}

static void unload(struct cnn_layer *layer)
{
    struct recurrent *r = layer->data;
    for (int32_t i = 0; i < 4; i++)
        cnn_weights_drop(&r->held[i]);
}

/* States in and out: hidden, and for LSTM cells. */
static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct recurrent *r = layer->data;
    int32_t states = r->kind == LSTM ? 2 : 1;
    if (in[0].rank > 2 || in[0].w != r->size)
        return cnn_fail(err, SEG_STAGE, "rows of %d numbers where it takes %d", in[0].w, r->size);
    if ((in_count != 1 && in_count != 1 + states) ||
        (layer->out_count != 1 && layer->out_count != 1 + states))
        return cnn_fail(err, SEG_STAGE, "%d inputs and %d outputs", in_count, layer->out_count);
    for (int32_t i = 1; i < in_count; i++)
        if (cnn_count(&in[i]) !=
            (size_t)(i == 1 ? r->num_output : r->hidden) * (size_t)r->directions)
            return cnn_fail(err, SEG_STAGE, "a state of %zu numbers", cnn_count(&in[i]));
    for (int32_t i = 1; i < layer->out_count; i++)
        if (cnn_shape_2d(&out[i], r->directions, i == 1 ? r->num_output : r->hidden, err))
            return err->status;
    return cnn_shape_2d(&out[0], in[0].h, (int64_t)r->num_output * r->directions, err);
}

struct pass { /* of one direction */
    const struct recurrent *r;
    const struct cnn_simd *simd;
    const float *input, *bias, *state, *projection;
    float *hidden, *cell, *gates, *next;
};

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

/* W x + U h of all gates; for the last gate of GRU only U h, as its reset gate comes between. */
static void sums(const struct pass *p, const float *x)
{
    const struct recurrent *r = p->r;
    size_t size = (size_t)r->size, outputs = (size_t)r->num_output, n = (size_t)r->hidden;
    for (size_t i = 0; i < n * (size_t)r->gates; i++) {
        p->gates[i] = p->simd->dot(p->state + i * outputs, p->hidden, outputs);
        if (r->kind != GRU || i < 2 * n)
            p->gates[i] += p->bias[i] + p->simd->dot(p->input + i * size, x, size);
    }
}

static void step_lstm(const struct pass *p)
{
    size_t n = (size_t)p->r->hidden;
    const float *g = p->gates;
    for (size_t q = 0; q < n; q++) {
        float in = sigmoid(g[q]), forget = sigmoid(g[n + q]), out = sigmoid(g[2 * n + q]);
        p->cell[q] = forget * p->cell[q] + in * tanhf(g[3 * n + q]);
        p->next[q] = out * tanhf(p->cell[q]);
    }
}

static void step_gru(const struct pass *p, const float *x)
{
    size_t n = (size_t)p->r->hidden, size = (size_t)p->r->size;
    for (size_t q = 0; q < n; q++) {
        float reset = sigmoid(p->gates[q]), update = sigmoid(p->gates[n + q]);
        float fresh = p->bias[2 * n + q] + reset * (p->gates[2 * n + q] + p->bias[3 * n + q]) +
                      p->simd->dot(p->input + (2 * n + q) * size, x, size);
        p->next[q] = (1 - update) * tanhf(fresh) + update * p->hidden[q];
    }
}

static void step(const struct pass *p, const float *x, float *out)
{
    const struct recurrent *r = p->r;
    size_t n = (size_t)r->hidden, outputs = (size_t)r->num_output;
    sums(p, x);
    if (r->kind == LSTM)
        step_lstm(p);
    else if (r->kind == GRU)
        step_gru(p, x);
    else
        for (size_t q = 0; q < n; q++)
            p->next[q] = tanhf(p->gates[q]);
    for (size_t q = 0; q < outputs; q++)
        p->hidden[q] = r->projection ? p->simd->dot(p->projection + q * n, p->next, n) : p->next[q];
    memcpy(out, p->hidden, outputs * sizeof *out);
}

static int run(struct cnn_job *job)
{
    const struct recurrent *r = job->layer->data;
    size_t n = (size_t)r->hidden, outputs = (size_t)r->num_output, rows = (size_t)job->in[0].h;
    size_t biases = r->kind == RNN ? 1 : 4, gates = (size_t)r->gates, size = (size_t)r->size;
    float *memory = calloc(n * (gates + 2) + outputs, sizeof *memory);
    if (!memory)
        return cnn_nomem(job->err);
    for (size_t d = 0; d < (size_t)r->directions; d++) {
        struct pass p = {r,
                         cnn_simd(job->env),
                         r->input + d * n * gates * size,
                         r->bias + d * n * biases,
                         r->state + d * n * gates * outputs,
                         r->projection ? r->projection + d * n * outputs : NULL,
                         memory,
                         memory + outputs,
                         memory + outputs + n,
                         memory + outputs + n + n * gates};
        memset(memory, 0, (outputs + n) * sizeof *memory);
        if (job->in_count > 1)
            memcpy(p.hidden, cnn_in(job, 1) + d * outputs, outputs * sizeof *memory);
        if (job->in_count > 2)
            memcpy(p.cell, cnn_in(job, 2) + d * n, n * sizeof *memory);
        bool back = r->direction == REVERSE || d == 1;
        for (size_t t = 0; t < rows; t++) {
            size_t row = back ? rows - 1 - t : t;
            step(&p, cnn_in(job, 0) + row * size,
                 cnn_out(job, 0) + (row * (size_t)r->directions + d) * outputs);
        }
        if (job->out_count > 1)
            memcpy(cnn_out(job, 1) + d * outputs, p.hidden, outputs * sizeof *memory);
        if (job->out_count > 2)
            memcpy(cnn_out(job, 2) + d * n, p.cell, n * sizeof *memory);
    }
    free(memory);
    return SEG_OK;
}

#define ROW(name, number)                                                                          \
    {                                                                                              \
        .type = name, .index = number, .in_min = 1, .in_max = 3, .out_min = 1, .out_max = 3,       \
        .data_size = sizeof(struct recurrent), .load = load, .shape = shape, .run = run,           \
        .unload = unload                                                                           \
    }

static const struct cnn_op ops[] = {ROW("RNN", 38), ROW("LSTM", 39), ROW("GRU", 78)};
CNN_FAMILY(cnn_recurrent_ops, ops);
