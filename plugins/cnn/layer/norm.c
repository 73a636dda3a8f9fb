/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Normalisation: a run of numbers (a row, a channel, a group of channels, all) is shifted and
 * scaled by its own mean and deviation; LRN and Normalize scale by neighbours. */
#include "layer/op.h"
#include "simd/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum kind { GROUP, INSTANCE, LAYER, RMS, MVN };

struct norm {
    enum kind kind;
    int32_t groups, channels, affine_size;
    float eps;
    bool affine, scales, across; /* the last two: MVN */
    const float *gamma, *beta;
    struct cnn_weights gamma_weights, beta_weights;
};

static int load_affine(struct norm *n, struct cnn_reader *reader, int32_t count,
                       struct cnn_error *err)
{
    if (!n->affine)
        return SEG_OK;
    if (count < 1)
        return cnn_fail(err, SEG_IO, "%d numbers to scale with", count);
    if (cnn_read_floats(reader, count, false, 0.5f, 1.5f, &n->gamma_weights, &n->gamma, err))
        return err->status;
    return n->kind == RMS ? SEG_OK
                          : cnn_read_floats(reader, count, false, -0.5f, 0.5f, &n->beta_weights,
                                            &n->beta, err);
}

static int load_group(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct norm *n = layer->data;
    *n = (struct norm){.kind = GROUP,
                       .groups = cnn_int(p, 0, 1),
                       .channels = cnn_int(p, 1, 0),
                       .eps = cnn_float(p, 2, 0.001f),
                       .affine = cnn_int(p, 3, 1) != 0};
    if (n->groups < 1 || n->channels < 1 || n->channels % n->groups != 0)
        return cnn_fail(err, SEG_IO, "%d channels in %d groups", n->channels, n->groups);
    return load_affine(n, reader, n->channels, err);
}

static int load_instance(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct norm *n = layer->data;
    *n = (struct norm){.kind = INSTANCE,
                       .channels = cnn_int(p, 0, 0),
                       .eps = cnn_float(p, 1, 0.001f),
                       .affine = cnn_int(p, 2, 1) != 0};
    return load_affine(n, reader, n->channels, err);
}

static int load_layer(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct norm *n = layer->data;
    *n = (struct norm){.kind = layer->op->index == 104 ? RMS : LAYER,
                       .affine_size = cnn_int(p, 0, 0),
                       .eps = cnn_float(p, 1, 0.001f),
                       .affine = cnn_int(p, 2, 1) != 0};
    return load_affine(n, reader, n->affine_size, err);
}

static int load_mvn(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    (void)reader, (void)err;
    *(struct norm *)layer->data = (struct norm){.kind = MVN,
                                                .scales = cnn_int(p, 0, 0) != 0,
                                                .across = cnn_int(p, 1, 0) != 0,
                                                .eps = cnn_float(p, 2, 1e-4f)};
    return SEG_OK;
}

static void unload(struct cnn_layer *layer)
{
    struct norm *n = layer->data;
    cnn_weights_drop(&n->gamma_weights);
    cnn_weights_drop(&n->beta_weights);
}

/* How the numbers fall into runs, and how many neighbours share a scale. */
struct runs {
    size_t size, count, step, period; /* period: of the scales, in runs; 0: the same for each run */
};

static struct runs runs_of(const struct norm *n, const struct cnn_blob *in)
{
    int32_t axes[4], rank = cnn_axes(in, axes);
    size_t total = cnn_count(in), channels = (size_t)axes[0], inner = total / channels;
    struct runs r = {.step = 1};
    switch (n->kind) {
    case GROUP:
        r.size = total / (size_t)n->groups;
        r.step = inner;
        r.period = channels / (size_t)n->groups;
        break;
    case INSTANCE:
        if (rank < 3) { /* one channel */
            r.size = total;
            r.step = total;
        } else {
            r.size = r.step = inner;
            r.period = 1;
        }
        break;
    case MVN:
        r.size = n->across || rank < 3 ? total : inner;
        break;
    default: /* the innermost axis, or as many as the scales are */
        r.size = (size_t)in->w;
        if (rank >= 3 && n->affine_size != in->w)
            r.size *= (size_t)in->h;
        if (rank == 4 && n->affine_size != in->w && (size_t)n->affine_size != r.size)
            r.size *= (size_t)in->d;
    }
    r.count = total / r.size;
    return r;
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct norm *n = layer->data;
    int32_t axes[4], rank = cnn_axes(&in[0], axes);
    (void)in_count;
    if (n->kind == GROUP && axes[0] != n->channels)
        return cnn_fail(err, SEG_STAGE, "made for %d channels, but the input has %d", n->channels,
                        axes[0]);
    if (n->kind == INSTANCE && n->affine && n->channels < (rank < 3 ? 1 : axes[0]))
        return cnn_fail(err, SEG_STAGE, "made for %d channels, but the input has %d", n->channels,
                        axes[0]);
    if ((n->kind == LAYER || n->kind == RMS) && n->affine &&
        (size_t)n->affine_size < runs_of(n, in).size)
        return cnn_fail(err, SEG_STAGE, "affine size %d for runs of %zu numbers", n->affine_size,
                        runs_of(n, in).size);
    if (n->kind == MVN && rank < 3)
        return cnn_shape_3d(out, 1, in[0].h, in[0].w, err);
    out[0] = in[0];
    return SEG_OK;
}

struct work {
    const struct norm *n;
    const struct cnn_simd *simd;
    struct runs r;
    const float *in;
    float *out;
};

/* Mean and mean square of what is left. */
static void moments(const struct work *w, const float *in, float *mean, float *square)
{
    double sum = 0, squares = 0;
    size_t size = w->r.size;
    if (w->n->kind != RMS)
        for (size_t i = 0; i < size; i++)
            sum += in[i];
    *mean = (float)(sum / (double)size);
    if (w->n->kind == MVN && !w->n->scales)
        return;
    for (size_t i = 0; i < size; i++) {
        float x = in[i] - *mean;
        squares += (double)(x * x);
    }
    *square = (float)(squares / (double)size);
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct norm *n = w->n;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const float *in = w->in + i * w->r.size;
        float *out = w->out + i * w->r.size, mean, square = 0, a = 1;
        moments(w, in, &mean, &square);
        if (n->kind != MVN)
            a = 1.0f / sqrtf(square + n->eps);
        else if (n->scales)
            a = 1.0f / (sqrtf(square) + n->eps);
        if (!n->gamma) {
            float bias = -mean * a;
            w->simd->affine(in, &a, &bias, 0, out, w->r.size);
        } else if (w->r.step == 1) {
            const float *gamma = n->gamma + i * w->r.period;
            const float *beta = n->beta ? n->beta + i * w->r.period : NULL;
            for (size_t k = 0; k < w->r.size; k++)
                out[k] = (in[k] - mean) * a * gamma[k] + (beta ? beta[k] : 0.0f);
        } else {
            const size_t first = i * w->r.period;
            for (size_t k = 0; k < w->r.size; k += w->r.step) {
                size_t g = first + k / w->r.step;
                float scale = a * n->gamma[g], bias = n->beta[g] - mean * scale;
                w->simd->affine(in + k, &scale, &bias, 0, out + k, w->r.step);
            }
        }
    }
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct norm *n = job->layer->data;
    struct work w = {n, cnn_simd(job->env), runs_of(n, &job->in[0]), cnn_in(job, 0),
                     cnn_out(job, 0)};
    return cnn_parallel(job, w.r.count, 4 * w.r.size, body, &w);
}

/* -- Normalize -------------------------------------------------------------------------------- */

struct normalize {
    bool across_spatial, across_channel, shared;
    int32_t eps_mode, count;
    float eps;
    const float *scale;
    struct cnn_weights weights;
};

static int load_normalize(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct normalize *n = layer->data;
    *n = (struct normalize){.across_spatial = cnn_int(p, 0, 0) != 0,
                            .across_channel = cnn_int(p, 4, 1) != 0,
                            .shared = cnn_int(p, 1, 0) != 0,
                            .eps = cnn_float(p, 2, 1e-4f),
                            .count = cnn_int(p, 3, 0),
                            .eps_mode = cnn_int(p, 9, 0)};
    if (n->count < 1)
        return cnn_fail(err, SEG_IO, "%d scales", n->count);
    return cnn_read_floats(reader, n->count, false, 0.5f, 1.5f, &n->weights, &n->scale, err);
}

static void unload_normalize(struct cnn_layer *layer)
{
    cnn_weights_drop(&((struct normalize *)layer->data)->weights);
}

static int shape_normalize(const struct cnn_layer *layer, const struct cnn_blob *in,
                           int32_t in_count, struct cnn_blob *out, struct cnn_error *err)
{
    const struct normalize *n = layer->data;
    (void)in_count;
    if (!n->shared && n->count < in[0].c)
        return cnn_fail(err, SEG_STAGE, "%d scales for %d channels", n->count, in[0].c);
    out[0] = in[0];
    return SEG_OK;
}

static float inverse(const struct normalize *n, float squares)
{
    if (n->eps_mode == 0)
        return 1.0f / sqrtf(squares + n->eps);
    if (n->eps_mode == 1)
        return 1.0f / fmaxf(sqrtf(squares), n->eps);
    return 1.0f / sqrtf(fmaxf(squares, n->eps));
}

static int run_normalize(struct cnn_job *job)
{
    const struct normalize *n = job->layer->data;
    const float *in = cnn_in(job, 0);
    float *out = cnn_out(job, 0);
    size_t channels = (size_t)job->in[0].c, size = cnn_count(&job->in[0]) / channels;
    if (!n->across_spatial && !n->across_channel) {
        memmove(out, in, channels * size * sizeof *out);
        return SEG_OK;
    }
    float all = 0;
    for (size_t i = 0; n->across_spatial && n->across_channel && i < channels * size; i++)
        all += in[i] * in[i];
    for (size_t i = 0; !n->across_spatial && i < size; i++) { /* each pixel by itself */
        float squares = 0;
        for (size_t c = 0; c < channels; c++)
            squares += in[c * size + i] * in[c * size + i];
        float a = inverse(n, squares);
        for (size_t c = 0; c < channels; c++)
            out[c * size + i] = in[c * size + i] * a * n->scale[n->shared ? 0 : c];
    }
    for (size_t c = 0; n->across_spatial && c < channels; c++) {
        float squares = all;
        for (size_t i = 0; !n->across_channel && i < size; i++)
            squares += in[c * size + i] * in[c * size + i];
        float a = inverse(n, squares) * n->scale[n->shared ? 0 : c];
        for (size_t i = 0; i < size; i++)
            out[c * size + i] = in[c * size + i] * a;
    }
    return SEG_OK;
}

/* -- LRN (Krizhevsky, Sutskever, Hinton 2012) -------------------------------------------------- */

struct lrn {
    const float *in;
    float *out;
    float alpha, beta, bias;
    int32_t local, w, h, c;
    bool within;
};

static int lrn_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct lrn *l = arg;
    size_t size = (size_t)l->w * (size_t)l->h;
    int32_t half = l->local / 2;
    (void)worker;
    for (size_t q = begin; q < end; q++)
        for (size_t i = 0; i < size; i++) {
            float sum = 0;
            if (l->within) {
                int32_t x = (int32_t)(i % (size_t)l->w), y = (int32_t)(i / (size_t)l->w);
                for (int32_t v = y - half; v < y - half + l->local; v++)
                    for (int32_t u = x - half; u < x - half + l->local; u++)
                        if (u >= 0 && u < l->w && v >= 0 && v < l->h) {
                            float t = l->in[q * size + (size_t)v * (size_t)l->w + (size_t)u];
                            sum += t * t;
                        }
            } else {
                int32_t c = (int32_t)q;
                for (int32_t p = c - half; p <= c + half; p++)
                    if (p >= 0 && p < l->c) {
                        float t = l->in[(size_t)p * size + i];
                        sum += t * t;
                    }
            }
            l->out[q * size + i] = l->in[q * size + i] * powf(l->bias + l->alpha * sum, -l->beta);
        }
    return SEG_OK;
}

static int shape_lrn(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                     struct cnn_blob *out, struct cnn_error *err)
{
    int32_t local = cnn_int(&layer->params, 1, 5);
    (void)in_count;
    if (local < 1 || local > 4096)
        return cnn_fail(err, SEG_STAGE, "neighbourhoods of %d (1 to 4096)", local);
    out[0] = in[0];
    return SEG_OK;
}

static int run_lrn(struct cnn_job *job)
{
    const struct cnn_params *p = &job->layer->params;
    const struct cnn_blob *in = &job->in[0];
    struct lrn l = {.in = cnn_in(job, 0),
                    .out = cnn_out(job, 0),
                    .beta = cnn_float(p, 3, 0.75f),
                    .bias = cnn_float(p, 4, 1),
                    .local = cnn_int(p, 1, 5),
                    .w = in->w,
                    .h = in->h * in->d,
                    .c = in->c,
                    .within = cnn_int(p, 0, 0) == 1};
    float area = (float)l.local * (l.within ? (float)l.local : 1.0f);
    l.alpha = cnn_float(p, 2, 1) / area;
    return cnn_parallel(job, (size_t)l.c, (size_t)l.w * (size_t)l.h * (size_t)area, lrn_body, &l);
}

#define ROW(name, number, flag, loader)                                                            \
    {                                                                                              \
        .type = name, .index = number, .flags = flag, .in_min = 1, .in_max = 1, .out_min = 1,      \
        .out_max = 1, .data_size = sizeof(struct norm), .load = loader, .shape = shape,            \
        .run = run, .unload = unload                                                               \
    }

static const struct cnn_op ops[] = {
    ROW("MVN", 20, CNN_OP_IN_PLACE, load_mvn),
    ROW("InstanceNorm", 53, CNN_OP_IN_PLACE, load_instance),
    ROW("GroupNorm", 75, CNN_OP_IN_PLACE, load_group),
    ROW("LayerNorm", 76, CNN_OP_IN_PLACE, load_layer),
    ROW("RMSNorm", 104, CNN_OP_IN_PLACE, load_layer),
    {.type = "Normalize",
     .index = 46,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .data_size = sizeof(struct normalize),
     .load = load_normalize,
     .shape = shape_normalize,
     .run = run_normalize,
     .unload = unload_normalize},
    {.type = "LRN",
     .index = 18,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_lrn,
     .run = run_lrn},
};
CNN_FAMILY(cnn_norm_ops, ops);
