/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pooling over one, two and three axes: windows that slide, that adapt, or the whole map. */
#include "layer/op.h"
#include "simd/simd.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

enum mode { FULL, VALID, SAME_UPPER, SAME_LOWER };

struct pool { /* index 0: w, 1: h, 2: d */
    int32_t dims;
    bool max, global, include_pad, adaptive;
    int32_t mode;
    int32_t kernel[3], stride[3], before[3], after[3], out[3];
};

/* One axis: how many windows; window i covers input i * stride - before + 0..kernel-1. */
struct axis {
    int64_t in, out, stride, kernel, before;
    int64_t low, high; /* positions that count for an average */
    bool adaptive;
};

static int load(struct cnn_layer *layer, int32_t dims, struct cnn_error *err)
{
    static const int32_t kernel[3] = {1, 11, 21}, stride[3] = {2, 12, 22}, before[3] = {3, 13, 23},
                         after[3] = {14, 15, 16}, out[3] = {8, 18, 28};
    const int32_t most = 1 << 20;
    const struct cnn_params *p = &layer->params;
    struct pool *s = layer->data;
    *s = (struct pool){.dims = dims,
                       .max = cnn_int(p, 0, 0) == 0,
                       .global = cnn_int(p, 4, 0) != 0,
                       .mode = cnn_int(p, 5, 0),
                       .include_pad = cnn_int(p, 6, 0) != 0,
                       .adaptive = cnn_int(p, 7, 0) != 0};
    if (cnn_int(p, 0, 0) < 0 || cnn_int(p, 0, 0) > 1 || s->mode < FULL || s->mode > SAME_LOWER)
        return cnn_fail(err, SEG_IO, "type %d (0, 1) and mode %d (0 to 3)", cnn_int(p, 0, 0),
                        s->mode);
    for (int32_t i = 0; i < 3; i++) {
        bool used = i < dims;
        s->kernel[i] = used ? cnn_int(p, kernel[i], i ? s->kernel[0] : 0) : 1;
        s->stride[i] = used ? cnn_int(p, stride[i], i ? s->stride[0] : 1) : 1;
        s->before[i] = used ? cnn_int(p, before[i], i ? s->before[0] : 0) : 0;
        s->after[i] = used ? cnn_int(p, after[i], s->before[i]) : 0;
        s->out[i] = used ? cnn_int(p, out[i], i ? s->out[0] : 0) : 1;
        if (s->global || !used)
            continue;
        if (s->adaptive ? s->out[i] < 1 && s->out[i] != -233
                        : s->kernel[i] < 1 || s->kernel[i] > most || s->stride[i] < 1 ||
                              s->stride[i] > most || s->before[i] < 0 || s->before[i] > most ||
                              s->after[i] < 0 || s->after[i] > most)
            return cnn_fail(err, SEG_IO,
                            "windows of %d, stride %d, borders %d and %d, or %d of them",
                            s->kernel[i], s->stride[i], s->before[i], s->after[i], s->out[i]);
    }
    return SEG_OK;
}

static int plan_axis(const struct pool *s, int32_t i, int64_t in, struct axis *a,
                     struct cnn_error *err)
{
    *a = (struct axis){.in = in, .stride = s->stride[i], .kernel = s->kernel[i], .high = in};
    if (s->global || i >= s->dims) {
        bool all = s->global && i < 3;
        a->kernel = all ? in : 1;
        a->stride = 1;
        a->out = all ? 1 : in;
        return SEG_OK;
    }
    if (s->adaptive) {
        a->adaptive = true;
        a->out = s->out[i] == -233 ? in : s->out[i];
        return SEG_OK;
    }
    int64_t before = s->before[i], after = s->after[i], tail = 0;
    if (s->mode == FULL) {
        int64_t rest = (in + before + after - a->kernel) % a->stride;
        tail = rest ? a->stride - rest : 0;
    } else if (s->mode >= SAME_UPPER) {
        int64_t pad = a->kernel + (in - 1) / a->stride * a->stride - in;
        before = s->mode == SAME_UPPER ? pad / 2 : pad - pad / 2;
        after = pad - before;
        if (pad < 0)
            before = after = 0;
        a->low = s->before[i] - before;
        a->high = in + after - s->after[i];
    }
    a->before = before;
    int64_t size = in + before + after + tail;
    if (size < a->kernel)
        return cnn_fail(err, SEG_STAGE, "windows of %lld on a map of %lld", (long long)a->kernel,
                        (long long)size);
    a->out = (size - a->kernel) / a->stride + 1;
    if (s->include_pad) {
        a->low = -before;
        a->high = in + after + tail;
    }
    return SEG_OK;
}

static int plan(const struct cnn_layer *layer, const struct cnn_blob *in, struct axis axes[3],
                struct cnn_error *err)
{
    const struct pool *s = layer->data;
    const int32_t sizes[3] = {in->w, s->dims >= 2 ? in->h : 1, s->dims == 3 ? in->d : 1};
    for (int32_t i = 0; i < 3; i++)
        if (plan_axis(s, i, sizes[i], &axes[i], err) != SEG_OK)
            return err->status;
    return SEG_OK;
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct pool *s = layer->data;
    struct axis a[3];
    int64_t channels = s->dims == 1 ? in[0].h : in[0].c;
    (void)in_count;
    if (in[0].dtype != CNN_F32)
        return cnn_fail(err, SEG_STAGE, "an input that is no float");
    if (plan(layer, in, a, err) != SEG_OK)
        return err->status;
    if (s->global)
        return cnn_shape_1d(out, channels, err);
    if (s->dims == 1)
        return cnn_shape_2d(out, channels, a[0].out, err);
    if (s->dims == 2)
        return cnn_shape_3d(out, channels, a[1].out, a[0].out, err);
    return cnn_shape_4d(out, channels, a[2].out, a[1].out, a[0].out, err);
}

/* -- computing -------------------------------------------------------------------------------- */

struct window { /* clipped to the map; `count`: how many positions an average divides by */
    int64_t first, last, count;
};

static struct window window(const struct axis *a, int64_t i)
{
    struct window w;
    if (a->adaptive) {
        w.first = a->in * i / a->out;
        w.last = (a->in * (i + 1) + a->out - 1) / a->out;
        w.count = w.last - w.first;
        return w;
    }
    int64_t first = i * a->stride - a->before, last = first + a->kernel;
    int64_t low = first > a->low ? first : a->low, high = last < a->high ? last : a->high;
    w.first = first > 0 ? first : 0;
    w.last = last < a->in ? last : a->in;
    w.count = high > low ? high - low : 0;
    return w;
}

struct work {
    const struct pool *s;
    const struct axis *a;
    const struct cnn_simd *simd;
    const float *in;
    float *out;
    const float **rows;              /* room for the rows of a window, for each worker */
    size_t rows_each, pack, channel; /* floats from one channel to the next */
};

static void fill(float *out, size_t count, float value)
{
    for (size_t i = 0; i < count; i++)
        out[i] = value;
}

/* One row of outputs from `n` input rows. */
static void row(const struct work *w, const float **rows, size_t n, int64_t count_rows, float *out)
{
    const struct axis *a = &w->a[0];
    size_t pack = w->pack;
    for (int64_t x = 0; x < a->out;) {
        struct window win = window(a, x);
        int64_t run = 1, width = win.last - win.first;
        /* Windows that are not clipped follow each other at one stride. */
        if (!a->adaptive && width == a->kernel && win.count == a->kernel)
            while (x + run < a->out) {
                struct window next = window(a, x + run);
                if (next.last - next.first != width || next.count != width)
                    break;
                run++;
            }
        float *to = out + (size_t)x * pack;
        if (width < 1 || n == 0) {
            fill(to, pack, w->s->max ? -FLT_MAX : 0.0f);
        } else {
            for (size_t r = 0; r < n; r++)
                rows[r] += (size_t)win.first * pack;
            w->simd->pool_row(w->s->max, rows, n, (size_t)width, (size_t)a->stride, pack, to,
                              (size_t)run);
            for (size_t r = 0; r < n; r++)
                rows[r] -= (size_t)win.first * pack;
        }
        if (!w->s->max) {
            float factor = 1.0f / (float)(win.count * count_rows);
            w->simd->binary(CNN_MUL, to, &factor, 0, to, (size_t)run * pack);
        }
        x += run;
    }
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct axis *a = w->a;
    const float **rows = w->rows + worker * w->rows_each;
    for (size_t i = begin; i < end; i++) {
        int64_t y = (int64_t)(i % (size_t)a[1].out), z = (int64_t)(i / (size_t)a[1].out) % a[2].out;
        size_t c = i / (size_t)(a[1].out * a[2].out), n = 0;
        const float *in = w->in + c * w->channel;
        struct window wy = window(&a[1], y), wz = window(&a[2], z);
        for (int64_t sz = wz.first; sz < wz.last; sz++)
            for (int64_t sy = wy.first; sy < wy.last; sy++)
                rows[n++] = in + (size_t)((sz * a[1].in + sy) * a[0].in) * w->pack;
        row(w, rows, n, wy.count * wz.count, w->out + i * (size_t)a[0].out * w->pack);
    }
    return SEG_OK;
}

/* The whole map of a channel or block, which is one run of numbers. */
static int global_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    (void)worker;
    for (size_t c = begin; c < end; c++) {
        const float *in = w->in + c * w->channel;
        size_t count = (size_t)(w->a[0].in * w->a[1].in * w->a[2].in), i = 0;
        size_t vectors = w->pack == 8 ? count : count / 8;
        float lanes[8], total;
        for (i = 0; i < 8; i++)
            lanes[i] = w->s->max ? -FLT_MAX : 0.0f;
        if (vectors && w->s->max)
            w->simd->max8(in, 8, vectors, lanes);
        else if (vectors)
            w->simd->sum8(in, 8, vectors, lanes);
        if (w->pack == 8) {
            for (i = 0; i < 8; i++)
                w->out[c * 8 + i] = w->s->max ? lanes[i] : lanes[i] / (float)count;
            continue;
        }
        total = lanes[0];
        for (i = 1; i < 8 + count % 8; i++) {
            float v = i < 8 ? lanes[i] : in[vectors * 8 + i - 8];
            total = !w->s->max ? total + v : v > total ? v : total;
        }
        w->out[c] = w->s->max ? total : total / (float)count;
    }
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct pool *s = job->layer->data;
    const struct cnn_blob *in = &job->in[0];
    struct axis a[3];
    if (plan(job->layer, in, a, job->err) != SEG_OK)
        return job->err->status;
    size_t pack = (size_t)in->pack, channels = (size_t)(s->dims == 1 ? in->h : in->c);
    struct work w = {.s = s,
                     .a = a,
                     .simd = cnn_simd(job->env),
                     .in = cnn_in(job, 0),
                     .out = cnn_out(job, 0),
                     .pack = pack};
    w.channel = (size_t)in->w * (s->dims == 1 ? 1 : (size_t)in->h) * (size_t)in->d * pack;
    channels = (channels + pack - 1) / pack;
    if (s->global)
        return cnn_parallel(job, channels, w.channel, global_body, &w);
    w.rows_each = (size_t)(a[1].in * a[2].in);
    w.rows = malloc(w.rows_each * job->env->workers * sizeof *w.rows);
    if (!w.rows)
        return cnn_nomem(job->err);
    size_t cost = (size_t)a[0].out * pack;
    for (int32_t i = 0; i < 3 && !s->adaptive; i++)
        cost *= (size_t)(a[i].kernel < a[i].in ? a[i].kernel : a[i].in);
    int status = cnn_parallel(job, channels * (size_t)(a[1].out * a[2].out), cost, body, &w);
    free(w.rows);
    return status;
}

static bool packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  const struct cnn_blob *out)
{
    const struct pool *s = layer->data;
    (void)in_count, (void)out;
    return in[0].rank == 3 && s->dims == 2 && (!s->global || in[0].c % 8 == 0);
}

#define LOADER(name, dims)                                                                         \
    static int name(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)     \
    {                                                                                              \
        (void)reader;                                                                              \
        return load(layer, dims, err);                                                             \
    }
LOADER(load_1d, 1)
LOADER(load_2d, 2)
LOADER(load_3d, 3)

#define ROW(name, number, loader)                                                                  \
    {                                                                                              \
        .type = name, .index = number, .flags = CNN_OP_PACKS | CNN_OP_PACKED_OUT, .in_min = 1,     \
        .in_max = 1, .out_min = 1, .out_max = 1, .data_size = sizeof(struct pool), .load = loader, \
        .shape = shape, .run = run, .packs = packs                                                 \
    }

static const struct cnn_op ops[] = {
    ROW("Pooling", 21, load_2d),
    ROW("Pooling1D", 82, load_1d),
    ROW("Pooling3D", 86, load_3d),
};
CNN_FAMILY(cnn_pool_ops, ops);
