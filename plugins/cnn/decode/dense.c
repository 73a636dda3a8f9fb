/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sampling maps at the image's pixels and making scores of them that sum to 1. */
#include "dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum form {
    LOGITS,  /* softmax after sampling: enlarged labels follow the enlarged scores */
    SHARES,  /* sum to 1 already */
    BINARY,  /* one probability: background is the rest */
    SEPARATE /* a probability each: background is what is left by the best */
};

static bool sums_to_one(const float *map, size_t area, int32_t depth)
{
    for (size_t i = 0; i < area; i++) {
        float sum = 0;
        for (int32_t k = 0; k < depth; k++) {
            float v = map[(size_t)k * area + i];
            sum += v >= 0 ? v : 2;
        }
        if (!(fabsf(sum - 1) < 1e-3f))
            return false;
    }
    return true;
}

/* Over the channels of each sample; `planes` are `area` floats apart. */
static void softmax(const struct cnn_simd *simd, float *v, size_t stride, int32_t planes,
                    size_t count, float *top)
{
    memcpy(top, v, count * sizeof *top);
    for (int32_t k = 1; k < planes; k++)
        for (size_t i = 0; i < count; i++)
            top[i] = v[(size_t)k * stride + i] > top[i] ? v[(size_t)k * stride + i] : top[i];
    for (int32_t k = 0; k < planes; k++) {
        float *row = v + (size_t)k * stride;
        for (size_t i = 0; i < count; i++)
            row[i] -= top[i];
        simd->exp(row, row, count);
    }
    memset(top, 0, count * sizeof *top);
    for (int32_t k = 0; k < planes; k++)
        for (size_t i = 0; i < count; i++)
            top[i] += v[(size_t)k * stride + i];
    for (size_t i = 0; i < count; i++)
        top[i] = 1 / top[i];
    for (int32_t k = 0; k < planes; k++)
        for (size_t i = 0; i < count; i++)
            v[(size_t)k * stride + i] *= top[i];
}

/* What becomes of the map before it is sampled. */
static int activate(struct cnn_dense *d, int32_t decoder, size_t area, struct cnn_error *err)
{
    static const struct cnn_act sigmoid = {CNN_ACT_SIGMOID, 0, 0, NULL};
    const size_t count = area * (size_t)d->depth;
    if (decoder != CNN_SIGMOID && decoder != CNN_SOFTMAX)
        return SEG_OK;
    d->owned = malloc((count + area) * sizeof *d->owned);
    if (!d->owned)
        return cnn_nomem(err);
    if (decoder == CNN_SIGMOID) {
        d->simd->act(&sigmoid, d->map, d->owned, count);
    } else {
        memcpy(d->owned, d->map, count * sizeof *d->owned);
        softmax(d->simd, d->owned, area, d->depth, area, d->owned + count);
    }
    d->map = d->owned;
    return SEG_OK;
}

/* Decides the form, the planes and, where a single channel is enough, which. */
static void settle(struct cnn_dense *d, int32_t decoder, bool single, int32_t channel, size_t area)
{
    const bool independent = decoder == CNN_SIGMOID || decoder == CNN_PROBABILITY;
    const bool shares = decoder == CNN_SOFTMAX || (d->depth > 1 && decoder != CNN_SIGMOID &&
                                                   sums_to_one(d->map, area, d->depth));
    d->planes = d->depth;
    d->foreground = channel;
    d->form = shares ? SHARES : LOGITS;
    if (d->depth == 1 || (single && (independent || shares))) {
        d->map += (size_t)channel * area;
        d->depth = 1;
        d->form = BINARY;
        d->planes = 2;
        d->foreground = 1;
    } else if (independent && !shares) {
        d->form = SEPARATE;
        d->planes = d->depth + 1;
        d->foreground = channel + 1;
    }
}

int cnn_dense_open(const struct cnn_blob *blob, int32_t decoder, bool single,
                   const struct cnn_canvas *canvas, const struct cnn_rules *rules,
                   const struct cnn_env *env, struct cnn_dense *out, struct cnn_error *err)
{
    *out = (struct cnn_dense){.simd = cnn_simd(env), .map = blob->data};
    if (blob->rank != 2 && blob->rank != 3)
        return cnn_fail(err, SEG_STAGE, "the output of rank %d is no map", (int)blob->rank);
    const size_t area = (size_t)blob->w * (size_t)blob->h;
    out->depth = blob->rank == 3 ? blob->c : 1;
    out->threshold = rules->mask_threshold;
    const int32_t channel = cnn_foreground(rules, out->depth);
    if (channel < 0)
        return cnn_fail(err, SEG_STAGE, "the map of %d channels has no channel %d", (int)out->depth,
                        (int)rules->channel);
    if (activate(out, decoder, area, err))
        return err->status;
    settle(out, decoder, single || rules->channel >= 0, channel, area);
    if (cnn_axis_make(canvas, 0, blob->w, &out->x, err))
        return err->status;
    return cnn_axis_make(canvas, 1, blob->h, &out->y, err);
}

void cnn_dense_close(struct cnn_dense *dense)
{
    cnn_axis_free(&dense->x);
    cnn_axis_free(&dense->y);
    free(dense->owned);
    dense->owned = NULL;
}

size_t cnn_dense_workspace(const struct cnn_dense *dense)
{
    return (size_t)dense->x.map + (size_t)dense->x.count;
}

/* One plane of the map along an image row. */
static void sample(const struct cnn_dense *d, int32_t plane, int32_t y, float *blend, float *out)
{
    const size_t width = (size_t)d->x.map, area = width * (size_t)d->y.map;
    const float *top = d->map + (size_t)plane * area + (size_t)d->y.low[y] * width;
    const float *bottom = d->map + (size_t)plane * area + (size_t)d->y.high[y] * width;
    float *to = d->x.identity ? out : blend;
    if (d->y.weight[y] == 0 && d->x.identity)
        memcpy(out, top, width * sizeof *out);
    else if (d->y.weight[y] != 0)
        d->simd->lerp_rows(top, bottom, d->y.weight[y], to, width);
    if (!d->x.identity)
        d->simd->lerp_row(d->y.weight[y] != 0 ? blend : top, d->x.low, d->x.high, d->x.weight, 1,
                          out, (size_t)d->x.count);
}

/* Puts a background in front of `depth` independent probabilities and makes all sum to 1. With the
 * threshold at a half, background wins where no probability is above it, and so for others. */
static void add_background(const struct cnn_dense *d, float *out)
{
    const size_t width = (size_t)d->x.count;
    const double t = fmin(d->threshold, 0.999999);
    const float weight = (float)(t / (1 - t));
    for (size_t i = 0; i < width; i++) {
        float best = 0, sum = 0;
        for (size_t k = 1; k <= (size_t)d->depth; k++) {
            float v = out[k * width + i];
            v = v > 0 ? (v < 1 ? v : 1) : 0;
            out[k * width + i] = v;
            best = v > best ? v : best;
            sum += v;
        }
        out[i] = (1 - best) * weight;
        sum += out[i];
        for (size_t k = 0; sum > 0 && k <= (size_t)d->depth; k++)
            out[k * width + i] /= sum;
    }
}

void cnn_dense_row(const struct cnn_dense *dense, int32_t y, float *workspace, float *out)
{
    const size_t width = (size_t)dense->x.count;
    const size_t first = dense->form == BINARY || dense->form == SEPARATE ? 1 : 0;
    for (int32_t k = 0; k < dense->depth; k++)
        sample(dense, k, y, workspace, out + (first + (size_t)k) * width);
    if (dense->form == LOGITS)
        softmax(dense->simd, out, width, dense->depth, width, workspace + dense->x.map);
    else if (dense->form == SEPARATE)
        add_background(dense, out);
    for (size_t i = 0; dense->form == BINARY && i < width; i++) {
        float p = out[width + i];
        p = p > 0 ? (p < 1 ? p : 1) : 0;
        out[width + i] = p;
        out[i] = 1 - p;
    }
}

void cnn_dense_labels(const float *scores, size_t stride, int32_t planes, double threshold,
                      size_t count, int32_t *labels)
{
    const float limit = (float)threshold;
    for (size_t i = 0; i < count; i++)
        labels[i] = planes == 2 ? scores[stride + i] > limit : 0;
    if (planes == 2)
        return;
    for (size_t i = 0; i < count; i++) {
        float best = scores[i];
        for (int32_t k = 1; k < planes; k++)
            if (scores[(size_t)k * stride + i] > best) {
                best = scores[(size_t)k * stride + i];
                labels[i] = k;
            }
    }
}
