/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GridSample: values at positions that another blob names, in -1..1 over the map. */
#include "layer/op.h"

#include <math.h>

enum sample { BILINEAR = 1, NEAREST = 2, BICUBIC = 3 };
enum border { ZEROS = 1, CLAMP = 2, REFLECT = 3 };

static int load(struct cnn_layer *layer, struct cnn_reader *reader, struct cnn_error *err)
{
    int32_t sample = cnn_int(&layer->params, 0, 1), border = cnn_int(&layer->params, 1, 1);
    (void)reader;
    if (sample < BILINEAR || sample > BICUBIC || border < ZEROS || border > REFLECT)
        return cnn_fail(err, SEG_IO, "sample type %d and padding mode %d (1 to 3)", sample, border);
    return SEG_OK;
}

static int shape(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                 struct cnn_blob *out, struct cnn_error *err)
{
    const struct cnn_blob *grid = &in[1];
    bool planes = cnn_int(&layer->params, 3, 0) != 0; /* one for each coordinate */
    int32_t rank = in[0].rank, coordinates = planes ? grid->c : grid->w;
    (void)in_count;
    if (rank < 3 || grid->rank != rank || coordinates != rank - 1)
        return cnn_fail(err, SEG_STAGE, "%d coordinates for an input of %d axes", coordinates,
                        rank);
    if (rank == 4 && cnn_int(&layer->params, 0, 1) == BICUBIC)
        return cnn_fail(err, SEG_STAGE, "bicubic sampling of 4 axes");
    if (rank == 3)
        return planes ? cnn_shape_3d(out, in[0].c, grid->h, grid->w, err)
                      : cnn_shape_3d(out, in[0].c, grid->c, grid->h, err);
    return planes ? cnn_shape_4d(out, in[0].c, grid->d, grid->h, grid->w, err)
                  : cnn_shape_4d(out, in[0].c, grid->c, grid->d, grid->h, err);
}

struct work {
    const float *in, *grid;
    float *out;
    int32_t size[3], axes; /* w, h, d */
    size_t plane, points, channels;
    int32_t sample, border;
    bool corners, planes;
};

static float reflect(float x, float high)
{
    return high - fabsf(fabsf(x) - high);
}

/* Where a coordinate lies once the border is dealt with. */
static float place(const struct work *w, float x, int32_t size)
{
    float last = (float)(size - 1);
    if (w->border == REFLECT)
        x = w->corners ? reflect(x, last) : reflect(x + 0.5f, (float)size) - 0.5f;
    if (w->border == CLAMP || (w->border == REFLECT && !w->corners))
        x = x > 0 ? fminf(x, last) : 0;
    return x;
}

static float at(const struct work *w, const float *map, float x, float y, float z)
{
    if (!(x >= 0 && y >= 0 && z >= 0 && x < (float)w->size[0] && y < (float)w->size[1] &&
          z < (float)w->size[2]))
        return 0;
    return map[((size_t)z * (size_t)w->size[1] + (size_t)y) * (size_t)w->size[0] + (size_t)x];
}

static void cubic(float t, float weight[4])
{
    const float a = -0.75f;
    float t0 = t + 1, t2 = 1 - t;
    weight[0] = ((a * t0 - 5 * a) * t0 + 8 * a) * t0 - 4 * a;
    weight[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
    weight[2] = ((a + 2) * t2 - (a + 3)) * t2 * t2 + 1;
    weight[3] = 1 - weight[0] - weight[1] - weight[2];
}

static float bicubic(const struct work *w, const float *map, const float p[3])
{
    float x = floorf(p[0]), y = floorf(p[1]), wx[4], wy[4], sum = 0;
    cubic(p[0] - x, wx);
    cubic(p[1] - y, wy);
    for (int32_t j = 0; j < 4; j++) {
        float row = 0, v = truncf(place(w, y + (float)(j - 1), w->size[1]));
        for (int32_t i = 0; i < 4; i++)
            row += wx[i] * at(w, map, truncf(place(w, x + (float)(i - 1), w->size[0])), v, 0);
        sum += wy[j] * row;
    }
    return sum;
}

static float linear(const struct work *w, const float *map, const float p[3])
{
    float base[3], t[3], sum = 0;
    for (int32_t i = 0; i < 3; i++) {
        base[i] = floorf(p[i]);
        t[i] = p[i] - base[i];
    }
    for (int32_t k = 0; k < (1 << w->axes); k++) {
        float weight = 1, q[3] = {base[0], base[1], base[2]};
        for (int32_t i = 0; i < w->axes; i++) {
            bool upper = k >> i & 1;
            weight *= upper ? t[i] : 1 - t[i];
            q[i] += upper ? 1 : 0;
        }
        sum += weight * at(w, map, q[0], q[1], q[2]);
    }
    return sum;
}

static int body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        float p[3] = {0, 0, 0};
        for (int32_t k = 0; k < w->axes; k++) {
            float g =
                w->grid[w->planes ? (size_t)k * w->points + i : i * (size_t)w->axes + (size_t)k];
            p[k] = w->corners ? (g + 1) / 2 * (float)(w->size[k] - 1)
                              : ((g + 1) * (float)w->size[k] - 1) / 2;
            if (w->sample != BICUBIC)
                p[k] = place(w, p[k], w->size[k]);
            if (w->sample == NEAREST)
                p[k] = floorf(p[k] + 0.5f);
        }
        for (size_t c = 0; c < w->channels; c++) {
            const float *map = w->in + c * w->plane;
            w->out[c * w->points + i] = w->sample == NEAREST    ? at(w, map, p[0], p[1], p[2])
                                        : w->sample == BILINEAR ? linear(w, map, p)
                                                                : bicubic(w, map, p);
        }
    }
    return SEG_OK;
}

static int run(struct cnn_job *job)
{
    const struct cnn_params *p = &job->layer->params;
    const struct cnn_blob *in = &job->in[0];
    struct work w = {.in = cnn_in(job, 0),
                     .grid = cnn_in(job, 1),
                     .out = cnn_out(job, 0),
                     .size = {in->w, in->h, in->d},
                     .axes = in->rank - 1,
                     .channels = (size_t)in->c,
                     .sample = cnn_int(p, 0, 1),
                     .border = cnn_int(p, 1, 1),
                     .corners = cnn_int(p, 2, 0) != 0,
                     .planes = cnn_int(p, 3, 0) != 0};
    w.plane = cnn_count(in) / w.channels;
    w.points = cnn_count(&job->out[0]) / w.channels;
    return cnn_parallel(job, w.points, w.channels * 16, body, &w);
}

static const struct cnn_op ops[] = {
    {.type = "GridSample",
     .index = 97,
     .in_min = 2,
     .in_max = 2,
     .out_min = 1,
     .out_max = 1,
     .load = load,
     .shape = shape,
     .run = run},
};
CNN_FAMILY(cnn_grid_ops, ops);
