/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interp: nearest, bilinear and bicubic resizing (Keys 1981, a = -0.75), separable. */
#include "layer/gather.h"
#include "model/expression.h"
#include "simd/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum resize { NONE, NEAREST, BILINEAR, BICUBIC };

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    int32_t type = cnn_int(&layer->params, 0, 0);
    (void)reader;
    if (type < NONE || type > BICUBIC)
        return cnn_fail(err, SEG_IO, "resize type %d (0 to 3)", type);
    return SEG_OK;
}

static int64_t scaled(int32_t size, float scale)
{
    double product = (double)((float)size * scale);
    return product >= 1 && product < (double)CNN_ELEMENTS_MAX ? (int64_t)product : 0;
}

static int size_of(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                   int64_t size[2], struct cnn_error *err)
{
    const struct cnn_params *p = &layer->params;
    int32_t count;
    if (*cnn_string(p, 9)) {
        if (cnn_expression(cnn_string(p, 9), in, in_count, size, 2, &count, err) != SEG_OK)
            return err->status;
        if (count == 1)
            size[1] = in[0].h;
        return count >= 1 ? SEG_OK : cnn_fail(err, SEG_IO, "an empty size expression");
    }
    if (in_count > 1) {
        size[0] = in[1].w;
        size[1] = in[1].h;
        return SEG_OK;
    }
    size[0] = cnn_int(p, 4, 0);
    size[1] = cnn_int(p, 3, 0);
    if (size[0] == 0 || size[1] == 0) {
        size[0] = scaled(in[0].rank == 1 ? 1 : in[0].w, cnn_float(p, 2, 1));
        size[1] = scaled(in[0].rank == 1 ? 1 : in[0].h, cnn_float(p, 1, 1));
    }
    return SEG_OK;
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    int64_t size[2];
    if (size_of(layer, in, in_count, size, err) != SEG_OK)
        return err->status;
    if (in[0].rank == 4)
        return cnn_fail(err, SEG_STAGE, "an input of 4 axes (1 to 3)");
    if (in[0].rank == 1)
        return cnn_shape_3d(out, in[0].w, size[1], size[0], err);
    if (in[0].rank == 2)
        return cnn_shape_2d(out, in[0].h, size[0], err);
    if (cnn_int(&layer->params, 0, 0) == NONE && (size[0] != in[0].w || size[1] != in[0].h))
        return cnn_fail(err, SEG_STAGE, "resize type 0, which cannot resize");
    return cnn_shape_3d(out, in[0].c, size[1], size[0], err);
}

/* -- nearest ---------------------------------------------------------------------------------- */

static void nearest_map(int32_t *map, int32_t out, int32_t in, float step)
{
    for (int32_t i = 0; i < out; i++) {
        float at = (float)i * step;
        map[i] = at < (float)in ? (int32_t)at : in - 1;
    }
}

static int run_nearest(struct cnn_job *job)
{
    const struct cnn_params *p = &job->layer->params;
    const struct cnn_blob *in = &job->in[0], *out = &job->out[0];
    struct cnn_gather g;
    bool expression = *cnn_string(p, 9) != '\0';
    float x =
        cnn_int(p, 4, 0) || expression ? (float)in->w / (float)out->w : 1.0f / cnn_float(p, 2, 1);
    float y =
        cnn_int(p, 3, 0) || expression ? (float)in->h / (float)out->h : 1.0f / cnn_float(p, 1, 1);
    if (!(x >= 0) || !(y >= 0))
        return cnn_fail(job->err, SEG_STAGE, "scales that are no positive numbers");
    if (cnn_gather_init(&g, in, out, job->err) != SEG_OK)
        return job->err->status;
    nearest_map(cnn_gather_map(&g, 3), out->w, in->w, x);
    if (in->rank == 3)
        nearest_map(cnn_gather_map(&g, 2), out->h, in->h, y);
    int status = cnn_gather_run(&g, job);
    cnn_gather_free(&g);
    return status;
}

/* -- bilinear, bicubic ------------------------------------------------------------------------ */

struct taps { /* of one axis: where an output's neighbours lie and what they weigh */
    int32_t *at[4];
    float *weight[4];
};

static void cubic(float t, float weight[4])
{
    const float a = -0.75f;
    float t0 = t + 1, t2 = 1 - t;
    weight[0] = ((a * t0 - 5 * a) * t0 + 8 * a) * t0 - 4 * a;
    weight[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
    weight[2] = ((a + 2) * t2 - (a + 3)) * t2 * t2 + 1;
    weight[3] = 1 - weight[0] - weight[1] - weight[2];
}

/* Neighbours outside the axis are its first or last element. */
static void taps_of(struct taps *taps, int32_t in, int32_t out, bool corners, int32_t count)
{
    double scale = corners ? (double)(in - 1) / (out > 1 ? out - 1 : 1) : (double)in / out;
    for (int32_t i = 0; i < out; i++) {
        float at = corners ? (float)(i * scale) : (float)((i + 0.5) * scale - 0.5);
        float base = floorf(at), weight[4];
        if (count == 2) {
            weight[1] = at - base;
            weight[0] = 1 - weight[1];
        } else {
            cubic(at - base, weight);
        }
        for (int32_t k = 0; k < count; k++) {
            int32_t from = (int32_t)base + k - (count == 4);
            taps->at[k][i] = from < 0 ? 0 : from >= in ? in - 1 : from;
            taps->weight[k][i] = weight[k];
        }
    }
}

struct work {
    const struct cnn_simd *simd;
    const struct taps *x, *y;
    const float *in;
    float *out, *rows; /* rows: `count` widened rows for each worker */
    size_t width, height, out_width, out_height, pack;
    size_t rows_each, strips;
    int32_t count;
};

#define STRIP 32 /* rows of output that are computed by one piece */

/* Widens input row `y` into a buffer. */
static void widen(const struct work *w, const float *in, float *out)
{
    if (w->count == 2) {
        w->simd->lerp_row(in, w->x->at[0], w->x->at[1], w->x->weight[1], w->pack, out,
                          w->out_width);
        return;
    }
    for (size_t x = 0; x < w->out_width; x++)
        for (size_t lane = 0; lane < w->pack; lane++) {
            float sum = 0;
            for (int32_t k = 0; k < 4; k++)
                sum += w->x->weight[k][x] * in[(size_t)w->x->at[k][x] * w->pack + lane];
            out[x * w->pack + lane] = sum;
        }
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    size_t length = w->out_width * w->pack;
    for (size_t i = begin; i < end; i++) {
        size_t channel = i / w->strips, first = i % w->strips * STRIP;
        size_t last = first + STRIP < w->out_height ? first + STRIP : w->out_height;
        const float *in = w->in + channel * w->width * w->height * w->pack;
        float *out = w->out + (channel * w->out_height + first) * length, *row[4];
        int32_t held[4] = {-1, -1, -1, -1}; /* which input row a buffer holds */
        for (int32_t k = 0; k < w->count; k++)
            row[k] = w->rows + worker * w->rows_each + (size_t)k * length;
        for (size_t y = first; y < last; y++, out += length) {
            for (int32_t k = 0; k < w->count; k++) {
                int32_t want = w->y->at[k][y], from = k;
                while (from < w->count && held[from] != want)
                    from++;
                if (from == w->count)
                    widen(w, in + (size_t)want * w->width * w->pack, row[from = k]);
                float *swap = row[k];
                row[k] = row[from];
                row[from] = swap;
                held[from] = held[k];
                held[k] = want;
            }
            if (w->count == 2) {
                w->simd->lerp_rows(row[0], row[1], w->y->weight[1][y], out, length);
                continue;
            }
            w->simd->binary(CNN_MUL, row[0], &w->y->weight[0][y], 0, out, length);
            for (int32_t k = 1; k < 4; k++)
                w->simd->axpy(w->y->weight[k][y], row[k], out, length);
        }
    }
    return SEG_OK;
}

static void carve(struct taps *taps, int32_t count, size_t size, float **floats, int32_t **ints)
{
    for (int32_t k = 0; k < count; k++) {
        taps->at[k] = *ints;
        taps->weight[k] = *floats;
        *ints += size;
        *floats += size;
    }
}

static int run_smooth(struct cnn_job *job, int32_t count)
{
    const struct cnn_blob *in = &job->in[0], *out = &job->out[0];
    bool corners = cnn_int(&job->layer->params, 6, 0) != 0;
    bool flat = in->rank == 2; /* its rows are not resized: one channel of one row each */
    struct taps x, y;
    struct work w = {.simd = cnn_simd(job->env),
                     .x = &x,
                     .y = &y,
                     .in = cnn_in(job, 0),
                     .out = cnn_out(job, 0),
                     .pack = (size_t)in->pack,
                     .count = count};
    w.width = (size_t)in->w;
    w.height = flat ? 1 : (size_t)in->h;
    w.out_width = (size_t)out->w;
    w.out_height = flat ? 1 : (size_t)out->h;
    w.strips = (w.out_height + STRIP - 1) / STRIP;
    w.rows_each = (size_t)count * w.out_width * w.pack;
    size_t taps = (size_t)count * (w.out_width + w.out_height);
    w.rows = malloc(w.rows_each * job->env->workers * sizeof(float));
    float *weights = malloc(taps * sizeof *weights), *next_weight = weights;
    int32_t *indices = malloc(taps * sizeof *indices), *next_index = indices;
    int status = SEG_OK;
    if (!w.rows || !weights || !indices) {
        status = cnn_nomem(job->err);
        goto out;
    }
    carve(&x, count, w.out_width, &next_weight, &next_index);
    carve(&y, count, w.out_height, &next_weight, &next_index);
    taps_of(&x, in->w, out->w, corners, count);
    taps_of(&y, (int32_t)w.height, (int32_t)w.out_height, corners, count);
    size_t channels = flat ? (size_t)in->h : ((size_t)in->c + w.pack - 1) / w.pack;
    status = cnn_parallel(job, channels * w.strips, STRIP * w.out_width * w.pack * 2, body, &w);
out:
    free(indices);
    free(weights);
    free(w.rows);
    return status;
}

static int run(struct cnn_job *job)
{
    const struct cnn_blob *in = &job->in[0], *out = &job->out[0];
    int32_t type = cnn_int(&job->layer->params, 0, 0);
    if (in->rank == 1) { /* a constant plane for each number */
        size_t plane = (size_t)out->w * (size_t)out->h;
        for (size_t i = 0; i < (size_t)out->c * plane; i++)
            cnn_out(job, 0)[i] = cnn_in(job, 0)[i / plane];
        return SEG_OK;
    }
    if (out->w == in->w && (in->rank == 2 || out->h == in->h)) {
        memcpy(out->data, in->data, cnn_storage(in));
        return SEG_OK;
    }
    return type == NEAREST ? run_nearest(job) : run_smooth(job, type == BICUBIC ? 4 : 2);
}

static bool packs(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                  const struct cnn_blob *out)
{
    (void)layer, (void)in_count, (void)out;
    return in[0].rank == 3;
}

static const struct cnn_op ops[] = {
    {.type = "Interp",
     .index = 50,
     .flags = CNN_OP_PACKS | CNN_OP_PACKED_OUT,
     .in_min = 1,
     .out_min = 1,
     .out_max = 1,
     .load = load,
     .shape = shape,
     .run = run,
     .packs = packs},
};
CNN_FAMILY(cnn_resample_ops, ops);
