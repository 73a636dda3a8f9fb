/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BinaryOp with broadcasting, and Eltwise. */
#include "layer/binary.h"
#include "simd/simd.h"

#include <math.h>

enum operation {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MAX,
    OP_MIN,
    OP_POW,
    OP_RSUB,
    OP_RDIV,
    OP_RPOW,
    OP_ATAN2,
    OP_RATAN2,
    OP_FMOD,
    OP_RFMOD,
    OP_LOGADDEXP,
    OP_FLOOR_DIVIDE,
    OP_RFLOOR_DIVIDE,
    OP_REMAINDER,
    OP_RREMAINDER
};

struct binary {
    int32_t operation;
    bool with_scalar;
    float scalar;
};

static float value(int32_t operation, float x, float y)
{
    switch (operation) {
    case OP_ADD:
        return x + y;
    case OP_SUB:
        return x - y;
    case OP_MUL:
        return x * y;
    case OP_DIV:
        return x / y;
    case OP_MAX:
        return x > y ? x : y;
    case OP_MIN:
        return x < y ? x : y;
    case OP_POW:
        return powf(x, y);
    case OP_RSUB:
        return y - x;
    case OP_RDIV:
        return y / x;
    case OP_RPOW:
        return powf(y, x);
    case OP_ATAN2:
        return atan2f(x, y);
    case OP_RATAN2:
        return atan2f(y, x);
    case OP_FMOD:
        return fmodf(x, y);
    case OP_RFMOD:
        return fmodf(y, x);
    case OP_LOGADDEXP:
        return fmaxf(x, y) + log1pf(expf(fminf(x, y) - fmaxf(x, y)));
    case OP_FLOOR_DIVIDE:
        return floorf(x / y);
    case OP_RFLOOR_DIVIDE:
        return floorf(y / x);
    case OP_REMAINDER:
        return remainderf(x, y);
    default:
        return remainderf(y, x);
    }
}

/* The loops of simd.h know eight of them; -1: not this one. */
static int32_t simple(int32_t operation)
{
    static const int32_t map[] = {CNN_ADD, CNN_SUB, CNN_MUL,  CNN_DIV, CNN_MAX,
                                  CNN_MIN, -1,      CNN_RSUB, CNN_RDIV};
    return operation <= OP_RDIV ? map[operation] : -1;
}

/* The same with the operands exchanged. */
static int32_t mirrored(int32_t op)
{
    static const int32_t map[] = {CNN_ADD, CNN_RSUB, CNN_MUL, CNN_RDIV,
                                  CNN_MAX, CNN_MIN,  CNN_SUB, CNN_DIV};
    return map[op];
}

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct binary *b = layer->data;
    (void)reader;
    b->operation = cnn_int(&layer->params, 0, 0);
    b->with_scalar = cnn_int(&layer->params, 1, 0) != 0;
    b->scalar = cnn_float(&layer->params, 2, 0);
    if (b->operation < OP_ADD || b->operation > OP_RREMAINDER)
        return cnn_fail(err, SEG_IO, "operation %d (0 to %d)", b->operation, OP_RREMAINDER);
    if (!b->with_scalar && layer->in_count != 2)
        return cnn_fail(err, SEG_IO, "it needs two inputs");
    return SEG_OK;
}

/* The axes of `a` among the `rank` of the other operand, outermost first. A vector goes along the
 * outermost axis when it fits there; a blob of more axes has the outer ones. */
static void spread(const struct cnn_blob *a, const struct cnn_blob *other, int32_t rank,
                   int32_t axes[4])
{
    int32_t others[4];
    cnn_axes(other, others);
    cnn_axes(a, axes);
    if (a->rank == 1 && rank > 1 && a->w != others[0]) {
        axes[0] = 1;
        axes[rank - 1] = a->w;
    }
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct binary *b = layer->data;
    (void)in_count;
    if (b->with_scalar) {
        out[0] = in[0];
        return SEG_OK;
    }
    int32_t rank = in[0].rank > in[1].rank ? in[0].rank : in[1].rank, x[4], y[4];
    int64_t axes[4];
    spread(&in[0], &in[1], rank, x);
    spread(&in[1], &in[0], rank, y);
    for (int32_t i = 0; i < rank; i++) {
        if (x[i] != y[i] && x[i] != 1 && y[i] != 1)
            return cnn_fail(err, SEG_STAGE, "its inputs do not match: %d and %d along axis %d",
                            x[i], y[i], i);
        axes[i] = x[i] > y[i] ? x[i] : y[i];
    }
    return cnn_shape(out, rank, axes, CNN_F32, err);
}

struct work {
    const struct cnn_simd *simd;
    const float *a, *b;
    float *out;
    int32_t operation, fast;
    float scalar;
    int32_t axes[4];
    size_t a_step[4], b_step[4]; /* 0 where an operand has only one element along an axis */
    size_t count;
    size_t lanes; /* of the second operand in packed loops: 1, 0 or 8 */
};

static void strides(const int32_t axes[4], size_t step[4])
{
    size_t n = 1;
    for (int32_t i = 3; i >= 0; i--) {
        step[i] = axes[i] == 1 ? 0 : n;
        n *= (size_t)axes[i];
    }
}

/* One run along the innermost axis, where a step is 0 or 1. */
static void row(const struct work *w, const float *a, size_t a_step, const float *b, size_t b_step,
                float *out, size_t count)
{
    if (w->fast >= 0 && a_step == 1) {
        w->simd->binary((enum cnn_binary)w->fast, a, b, b_step, out, count);
    } else if (w->fast >= 0 && b_step == 1) {
        w->simd->binary((enum cnn_binary)mirrored(w->fast), b, a, 0, out, count);
    } else {
        for (size_t x = 0; x < count; x++)
            out[x] = value(w->operation, a[x * a_step], b[x * b_step]);
    }
}

static int broadcast_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    size_t n = (size_t)w->axes[3];
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t y = i % (size_t)w->axes[2], rest = i / (size_t)w->axes[2];
        size_t z = rest % (size_t)w->axes[1], c = rest / (size_t)w->axes[1];
        row(w, w->a + c * w->a_step[0] + z * w->a_step[1] + y * w->a_step[2], w->a_step[3],
            w->b + c * w->b_step[0] + z * w->b_step[1] + y * w->b_step[2], w->b_step[3],
            w->out + i * n, n);
    }
    return SEG_OK;
}

#define CHUNK 1024

static int flat_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    size_t first = begin * CHUNK, last = end * CHUNK < w->count ? end * CHUNK : w->count;
    (void)worker;
    row(w, w->a + first, 1, w->lanes ? w->b + first : w->b, w->lanes, w->out + first, last - first);
    return SEG_OK;
}

/* A packed map with a number for each channel, or with one map for all channels' blocks. */
static int block_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        w->simd->binary((enum cnn_binary)w->fast, w->a + i * w->count, w->b + i * 8, 8,
                        w->out + i * w->count, w->count);
    return SEG_OK;
}

/* Joins neighbouring axes along which both operands go on alike; what is left stands at the end. */
static void merge(int32_t axes[4], int32_t x[4], int32_t y[4])
{
    int32_t k = 3;
    for (int32_t i = 2; i >= 0; i--) {
        if (axes[i] == 1)
            continue;
        bool alike = (x[i] == 1) == (x[k] == 1) && (y[i] == 1) == (y[k] == 1);
        bool join = axes[k] == 1 || alike;
        k -= !join;
        axes[k] = join ? axes[k] * axes[i] : axes[i];
        x[k] = join ? x[k] * x[i] : x[i];
        y[k] = join ? y[k] * y[i] : y[i];
    }
    while (--k >= 0)
        axes[k] = x[k] = y[k] = 1;
}

static int run_packed(struct cnn_job *job, struct work *w, bool vector_first)
{
    const struct cnn_blob *map = &job->in[vector_first];
    if (vector_first) {
        w->a = cnn_in(job, 1);
        w->b = cnn_in(job, 0);
        w->fast = mirrored(w->fast);
    }
    w->count = (size_t)map->w * (size_t)map->h * (size_t)map->d * 8;
    return cnn_parallel(job, ((size_t)map->c + 7) / 8, w->count, block_body, w);
}

static int run(struct cnn_job *job)
{
    const struct binary *b = job->layer->data;
    struct work w = {.simd = cnn_simd(job->env),
                     .a = cnn_in(job, 0),
                     .out = cnn_out(job, 0),
                     .operation = b->operation,
                     .fast = simple(b->operation),
                     .scalar = b->scalar};
    size_t cost = w.fast >= 0 ? CHUNK : 32 * CHUNK;
    if (b->with_scalar || cnn_same_shape(&job->in[0], &job->in[1])) {
        w.b = b->with_scalar ? &w.scalar : cnn_in(job, 1);
        w.lanes = b->with_scalar ? 0 : 1;
        w.count = cnn_storage(&job->in[0]) / sizeof(float);
        return cnn_parallel(job, (w.count + CHUNK - 1) / CHUNK, cost, flat_body, &w);
    }
    w.b = cnn_in(job, 1);
    if (job->in[0].pack == 8)
        return run_packed(job, &w, false);
    if (job->in[1].pack == 8)
        return run_packed(job, &w, true);
    int32_t rank = job->out[0].rank, x[4], y[4];
    spread(&job->in[0], &job->in[1], rank, x);
    spread(&job->in[1], &job->in[0], rank, y);
    cnn_axes(&job->out[0], w.axes);
    merge(w.axes, x, y);
    strides(x, w.a_step);
    strides(y, w.b_step);
    return cnn_parallel(job, cnn_span(w.axes, 0, 3), (size_t)w.axes[3] * cost / CHUNK,
                        broadcast_body, &w);
}

/* Same shapes, a scalar, or a map and a number for each of its channels (a vector of c, or c x 1 x
 * 1, which lie alike packed or not). */
static bool packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  const struct cnn_blob *out)
{
    const struct binary *b = layer->data;
    int32_t op = simple(b->operation);
    bool whole = op >= 0 && op != CNN_DIV && op != CNN_RDIV;
    whole = whole || cnn_packs_whole(layer, in, in_count, out);
    if (b->with_scalar || cnn_same_shape(&in[0], &in[1]))
        return whole;
    for (int32_t i = 0; i < 2; i++) {
        const struct cnn_blob *map = &in[i], *vector = &in[1 - i];
        bool ones = vector->w == 1 && vector->h == 1 && vector->d == 1 && vector->c == map->c;
        if (map->rank == 3 && op >= 0 && map->c % 8 == 0 && map->c > 1 &&
            ((vector->rank == 1 && vector->w == map->c) || (vector->rank == 3 && ones)))
            return true;
    }
    return false;
}

bool cnn_binary_is_add(const struct cnn_layer *layer)
{
    const struct binary *b = layer->data;
    return b->operation == OP_ADD && !b->with_scalar;
}

/* -- Eltwise ---------------------------------------------------------------------------------- */

struct eltwise {
    int32_t operation; /* 0: product, 1: sum, 2: maximum */
    struct cnn_array coefficients;
};

static int load_eltwise(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    struct eltwise *e = layer->data;
    (void)reader;
    e->operation = cnn_int(&layer->params, 0, 0);
    e->coefficients = cnn_array(&layer->params, 1);
    if (e->operation < 0 || e->operation > 2)
        return cnn_fail(err, SEG_IO, "operation %d (0 to 2)", e->operation);
    if (e->coefficients.count && e->coefficients.count < (size_t)layer->in_count)
        return cnn_fail(err, SEG_IO, "%zu coefficients for %d inputs", e->coefficients.count,
                        layer->in_count);
    return SEG_OK;
}

static int eltwise_shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                         struct cnn_blob *out, struct cnn_error *err)
{
    (void)layer;
    for (int32_t i = 1; i < in_count; i++)
        if (!cnn_same_shape(&in[0], &in[i]))
            return cnn_fail(err, SEG_STAGE, "input %d has another shape than the first", i + 1);
    out[0] = in[0];
    return SEG_OK;
}

struct eltwise_work {
    const struct cnn_job *job;
    size_t count;
};

static int eltwise_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    static const enum cnn_binary operations[] = {CNN_MUL, CNN_ADD, CNN_MAX};
    const struct eltwise_work *w = arg;
    const struct cnn_job *job = w->job;
    const struct eltwise *e = job->layer->data;
    const struct cnn_simd *simd = cnn_simd(job->env);
    size_t first = begin * CHUNK, last = end * CHUNK < w->count ? end * CHUNK : w->count;
    size_t count = last - first;
    float *out = cnn_out(job, 0) + first;
    (void)worker;
    if (e->operation == 1 && e->coefficients.count) {
        simd->binary(CNN_MUL, cnn_in(job, 0) + first, &e->coefficients.words[0].f, 0, out, count);
        for (int32_t i = 1; i < job->in_count; i++)
            simd->axpy(e->coefficients.words[i].f, cnn_in(job, i) + first, out, count);
        return SEG_OK;
    }
    for (int32_t i = 1; i < job->in_count; i++)
        simd->binary(operations[e->operation], i == 1 ? cnn_in(job, 0) + first : out,
                     cnn_in(job, i) + first, 1, out, count);
    return SEG_OK;
}

static int run_eltwise(struct cnn_job *job)
{
    struct eltwise_work w = {job, cnn_storage(&job->in[0]) / sizeof(float)};
    return cnn_parallel(job, (w.count + CHUNK - 1) / CHUNK, CHUNK, eltwise_body, &w);
}

bool cnn_eltwise_is_add(const struct cnn_layer *layer)
{
    const struct eltwise *e = layer->data;
    return e->operation == 1 && e->coefficients.count == 0 && layer->in_count == 2;
}

static const struct cnn_op ops[] = {
    {.type = "BinaryOp",
     .index = 40,
     .flags = CNN_OP_IN_PLACE | CNN_OP_PACKS | CNN_OP_PACKED_OUT,
     .in_min = 1,
     .in_max = 2,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct binary),
     .load = load,
     .shape = shape,
     .run = run,
     .packs = packs},
    {.type = "Eltwise",
     .index = 10,
     .flags = CNN_OP_IN_PLACE | CNN_OP_PACKS | CNN_OP_PACKED_OUT,
     .in_min = 2,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct eltwise),
     .load = load_eltwise,
     .shape = eltwise_shape,
     .run = run_eltwise},
};
CNN_FAMILY(cnn_binary_ops, ops);
