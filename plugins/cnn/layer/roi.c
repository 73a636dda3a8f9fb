/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pooling of one box of a map: ROIPooling (Girshick 2015), PSROIPooling (Dai et al. 2016), ROIAlign
 * (He et al. 2017). The second input holds the corners. */
#include "layer/op.h"

#include <math.h>

struct roi {
    int32_t width, height, planes, ratio;
    float scale;
    bool aligned, later; /* later: samples are spread as Detectron2 does */
};

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    struct roi *r = layer->data;
    bool sensitive = layer->op->index == 60, align = layer->op->index == 61;
    (void)reader;
    *r = (struct roi){.width = cnn_int(p, 0, sensitive ? 7 : 0),
                      .height = cnn_int(p, 1, sensitive ? 7 : 0),
                      .scale = cnn_float(p, 2, sensitive ? 0.0625f : 1)};
    if (sensitive)
        r->planes = cnn_int(p, 3, 0);
    if (align) {
        r->ratio = cnn_int(p, 3, 0);
        r->aligned = cnn_int(p, 4, 0) != 0;
        r->later = cnn_int(p, 5, 0) != 0;
    }
    if (r->width < 1 || r->height < 1 || r->ratio > 1024)
        return cnn_fail(err, SEG_IO, "%d x %d bins with %d samples", r->width, r->height, r->ratio);
    return SEG_OK;
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct roi *r = layer->data;
    int64_t planes = layer->op->index == 60 ? r->planes : in[0].c;
    (void)in_count;
    if (in[0].rank != 3 || cnn_count(&in[1]) < 4)
        return cnn_fail(err, SEG_STAGE, "a map of %d axes and a box of %zu numbers", in[0].rank,
                        cnn_count(&in[1]));
    if (layer->op->index == 60 && in[0].c != planes * r->width * r->height)
        return cnn_fail(err, SEG_STAGE, "%d channels for %lld x %d x %d", in[0].c,
                        (long long)planes, r->height, r->width);
    return cnn_shape_3d(out, planes, r->height, r->width, err);
}

static int32_t inside(float x, int32_t size)
{
    return x > 0 ? x < (float)size ? (int32_t)x : size : 0;
}

/* The pixels that a bin begins and ends at; boxes of whole corners are rounded within the box. */
static int32_t first(float corner, float bin, int32_t size, bool sum)
{
    return inside(sum ? floorf(corner + bin) : corner + floorf(bin), size);
}

static int32_t last(float corner, float bin, int32_t size, bool sum)
{
    return inside(sum ? ceilf(corner + bin) : corner + ceilf(bin), size);
}

/* The largest or the mean of the pixels x0..x1-1, y0..y1-1; 0 where there are none. */
static float pixels(const float *map, int32_t w, int32_t x0, int32_t x1, int32_t y0, int32_t y1,
                    bool mean)
{
    float best = 0, sum = 0;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = x0; x < x1; x++) {
            float v = map[(size_t)y * (size_t)w + (size_t)x];
            best = (x == x0 && y == y0) || v > best ? v : best;
            sum += v;
        }
    if (x1 <= x0 || y1 <= y0)
        return 0;
    return mean ? sum / (float)((x1 - x0) * (y1 - y0)) : best;
}

/* Where models come from, sizes are divided by way of a reciprocal, which for powers of two comes
 * out a little low; it decides to which bins a pixel belongs that begins where a bin ends. */
static float bin_size(float size, int32_t bins)
{
    float inverse = 1.0f / (float)bins;
    return size * ((bins & (bins - 1)) == 0 ? nextafterf(inverse, 0) : inverse);
}

static int run_bins(struct cnn_job *job)
{
    const struct roi *r = job->layer->data;
    const struct cnn_blob *in = &job->in[0];
    const float *box = cnn_in(job, 1);
    bool sensitive = job->layer->op->index == 60;
    float x1, y1, w, h;
    if (sensitive) {
        x1 = roundf(box[0]) * r->scale;
        y1 = roundf(box[1]) * r->scale;
        w = fmaxf(roundf(box[2] + 1) * r->scale - x1, 0.1f);
        h = fmaxf(roundf(box[3] + 1) * r->scale - y1, 0.1f);
    } else {
        x1 = roundf(box[0] * r->scale);
        y1 = roundf(box[1] * r->scale);
        w = fmaxf(roundf(box[2] * r->scale) - x1 + 1, 1);
        h = fmaxf(roundf(box[3] * r->scale) - y1 + 1, 1);
    }
    float bin_w = w / (float)r->width, bin_h = h / (float)r->height;
    if (!sensitive) {
        bin_w = bin_size(w, r->width);
        bin_h = bin_size(h, r->height);
    }
    size_t plane = (size_t)in->w * (size_t)in->h;
    float *out = cnn_out(job, 0);
    for (int32_t q = 0; q < job->out[0].c; q++)
        for (int32_t j = 0; j < r->height; j++)
            for (int32_t i = 0; i < r->width; i++) {
                int32_t from = sensitive ? (q * r->height + j) * r->width + i : q;
                *out++ = pixels(cnn_in(job, 0) + (size_t)from * plane, in->w,
                                first(x1, (float)i * bin_w, in->w, sensitive),
                                last(x1, (float)(i + 1) * bin_w, in->w, sensitive),
                                first(y1, (float)j * bin_h, in->h, sensitive),
                                last(y1, (float)(j + 1) * bin_h, in->h, sensitive), sensitive);
            }
    return SEG_OK;
}

static float linear(const float *map, int32_t w, int32_t h, float x, float y)
{
    int32_t x0 = (int32_t)x, y0 = (int32_t)y;
    x0 = x0 < w ? x0 : w - 1;
    y0 = y0 < h ? y0 : h - 1;
    int32_t x1 = x0 + 1 < w ? x0 + 1 : x0, y1 = y0 + 1 < h ? y0 + 1 : y0;
    float tx = x1 > x0 ? x - (float)x0 : 0, ty = y1 > y0 ? y - (float)y0 : 0;
    const float *a = map + (size_t)y0 * (size_t)w, *b = map + (size_t)y1 * (size_t)w;
    return (a[x0] * (1 - tx) + a[x1] * tx) * (1 - ty) + (b[x0] * (1 - tx) + b[x1] * tx) * ty;
}

struct bins { /* along one axis: the first sample of bin i, from sample to sample, how many */
    float start, size, step;
    int32_t count;
    bool empty;
};

/* Bin `i` of an axis of `length` pixels, on which the box begins at `start`. */
static struct bins bin_of(const struct roi *r, float start, float bin, int32_t i, int32_t length)
{
    struct bins b = {.size = bin};
    float low = start + (float)i * bin, high = low + bin;
    if (!r->later) {
        low = fminf(fmaxf(start + (float)i * bin, 0), (float)length);
        high = fminf(fmaxf(start + (float)(i + 1) * bin, 0), (float)length);
        b.empty = high <= low;
    }
    float samples = r->ratio > 0 ? (float)r->ratio : ceilf(r->later ? bin : high - low);
    b.count = samples > 0 ? samples < 4096 ? (int32_t)samples : 4096 : 0;
    b.step = b.count ? bin / (float)b.count : 0;
    b.start = low;
    return b;
}

static float align_bin(const struct roi *r, const struct cnn_blob *in, const float *map,
                       struct bins bx, struct bins by)
{
    float sum = 0;
    if (bx.empty || by.empty)
        return 0;
    for (int32_t j = 0; j < by.count; j++)
        for (int32_t i = 0; i < bx.count; i++) {
            float x = bx.start + ((float)i + 0.5f) * bx.step;
            float y = by.start + ((float)j + 0.5f) * by.step;
            if (r->later && (!(x >= -1) || !(y >= -1) || x > (float)in->w || y > (float)in->h))
                continue;
            sum += linear(map, in->w, in->h, fmaxf(x, 0), fmaxf(y, 0));
        }
    int32_t count = bx.count * by.count;
    return sum / (float)(count > 0 ? count : 1);
}

static int run_align(struct cnn_job *job)
{
    const struct roi *r = job->layer->data;
    const struct cnn_blob *in = &job->in[0];
    const float *box = cnn_in(job, 1);
    float shift = r->aligned ? 0.5f : 0, x1 = box[0] * r->scale - shift;
    float y1 = box[1] * r->scale - shift, w = box[2] * r->scale - shift - x1;
    float h = box[3] * r->scale - shift - y1;
    if (!r->aligned) {
        w = fmaxf(w, 1);
        h = fmaxf(h, 1);
    }
    float bin_w = w / (float)r->width, bin_h = h / (float)r->height;
    size_t plane = (size_t)in->w * (size_t)in->h;
    float *out = cnn_out(job, 0);
    for (int32_t q = 0; q < in->c; q++)
        for (int32_t j = 0; j < r->height; j++)
            for (int32_t i = 0; i < r->width; i++)
                *out++ = align_bin(r, in, cnn_in(job, 0) + (size_t)q * plane,
                                   bin_of(r, x1, bin_w, i, in->w), bin_of(r, y1, bin_h, j, in->h));
    return SEG_OK;
}

#define ROW(name, number, runner)                                                                  \
    {                                                                                              \
        .type = name, .index = number, .in_min = 2, .in_max = 2, .out_min = 1, .out_max = 1,       \
        .data_size = sizeof(struct roi), .load = load, .shape = shape, .run = runner               \
    }

static const struct cnn_op ops[] = {
    ROW("ROIPooling", 28, run_bins),
    ROW("PSROIPooling", 60, run_bins),
    ROW("ROIAlign", 61, run_align),
};
CNN_FAMILY(cnn_roi_ops, ops);
