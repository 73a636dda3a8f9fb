/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unfold lays the windows of a map out as columns, Fold adds columns back into a map. */
#include "layer/op.h"

#include <string.h>

#define SAME_UPPER (-233)
#define SAME_LOWER (-234)

struct windows { /* index 0: w, 1: h */
    int64_t kernel[2], dilation[2], stride[2], before[2], after[2], map[2], out[2];
};

static int plan(const struct cnn_layer *layer, const int64_t map[2], bool same, struct windows *s,
                struct cnn_error *err)
{
    static const int32_t kernel[2] = {1, 11}, dilation[2] = {2, 12}, stride[2] = {3, 13},
                         before[2] = {4, 14}, after[2] = {15, 16};
    const struct cnn_params *p = &layer->params;
    const int64_t most = 1 << 20;
    bool upper = same, lower = same;
    for (int32_t i = 0; i < 2; i++) {
        s->kernel[i] = cnn_int(p, kernel[i], i ? (int32_t)s->kernel[0] : 0);
        s->dilation[i] = cnn_int(p, dilation[i], i ? (int32_t)s->dilation[0] : 1);
        s->stride[i] = cnn_int(p, stride[i], i ? (int32_t)s->stride[0] : 1);
        s->before[i] = cnn_int(p, before[i], i ? (int32_t)s->before[0] : 0);
        s->after[i] = cnn_int(p, after[i], (int32_t)s->before[i]);
        s->map[i] = map[i];
        upper = upper && s->before[i] == SAME_UPPER && s->after[i] == SAME_UPPER;
        lower = lower && s->before[i] == SAME_LOWER && s->after[i] == SAME_LOWER;
    }
    for (int32_t i = 0; i < 2; i++) {
        if (s->kernel[i] < 1 || s->kernel[i] > most || s->dilation[i] < 1 ||
            s->dilation[i] > most || s->stride[i] < 1 || s->before[i] > most || s->after[i] > most)
            return cnn_fail(err, SEG_STAGE, "windows of %lld, stride %lld, dilation %lld",
                            (long long)s->kernel[i], (long long)s->stride[i],
                            (long long)s->dilation[i]);
        int64_t extent = s->dilation[i] * (s->kernel[i] - 1) + 1;
        if (upper || lower) {
            int64_t pad = extent + (map[i] - 1) / s->stride[i] * s->stride[i] - map[i];
            pad = pad > 0 ? pad : 0;
            s->before[i] = upper ? pad / 2 : pad - pad / 2;
            s->after[i] = pad - s->before[i];
        }
        s->before[i] = s->before[i] > 0 ? s->before[i] : 0;
        s->after[i] = s->after[i] > 0 ? s->after[i] : 0;
        int64_t size = map[i] + s->before[i] + s->after[i];
        if (map[i] < 1 || size < extent)
            return cnn_fail(err, SEG_STAGE, "windows that reach over %lld of %lld pixels",
                            (long long)extent, (long long)size);
        s->out[i] = (size - extent) / s->stride[i] + 1;
    }
    return SEG_OK;
}

static int shape_unfold(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                        struct cnn_blob *out, struct cnn_error *err)
{
    struct windows s;
    (void)in_count;
    if (plan(layer, (const int64_t[]){in[0].w, in[0].h}, true, &s, err) != SEG_OK)
        return err->status;
    if (s.kernel[0] * s.kernel[1] > CNN_ELEMENTS_MAX / in[0].c)
        return cnn_fail(err, SEG_LIMIT, "%lld columns", (long long)(s.kernel[0] * s.kernel[1]));
    return cnn_shape_2d(out, in[0].c * s.kernel[0] * s.kernel[1], s.out[0] * s.out[1], err);
}

static int plan_fold(const struct cnn_layer *layer, const struct cnn_blob *in, struct windows *s,
                     struct cnn_error *err)
{
    int32_t w = cnn_int(&layer->params, 20, 0), h = cnn_int(&layer->params, 21, w);
    if (plan(layer, (const int64_t[]){w, h}, false, s, err) != SEG_OK)
        return err->status;
    if (in->w != s->out[0] * s->out[1] || in->h % (s->kernel[0] * s->kernel[1]) != 0)
        return cnn_fail(err, SEG_STAGE, "%d x %d columns for a map of %d x %d", in->h, in->w, h, w);
    return SEG_OK;
}

static int shape_fold(const struct cnn_layer *layer, const struct cnn_blob *in, int32_t in_count,
                      struct cnn_blob *out, struct cnn_error *err)
{
    struct windows s;
    (void)in_count;
    if (plan_fold(layer, &in[0], &s, err) != SEG_OK)
        return err->status;
    return cnn_shape_3d(out, in[0].h / (s.kernel[0] * s.kernel[1]), s.map[1], s.map[0], err);
}

/* Visits every element of every column with the pixel it belongs to; NULL: outside. */
static void each(const struct windows *s, size_t channels, float *columns, float *map, bool fold,
                 float border)
{
    for (size_t q = 0; q < channels; q++, map += s->map[0] * s->map[1])
        for (int64_t v = 0; v < s->kernel[1]; v++)
            for (int64_t u = 0; u < s->kernel[0]; u++)
                for (int64_t j = 0; j < s->out[1]; j++)
                    for (int64_t i = 0; i < s->out[0]; i++, columns++) {
                        int64_t x = i * s->stride[0] + u * s->dilation[0] - s->before[0];
                        int64_t y = j * s->stride[1] + v * s->dilation[1] - s->before[1];
                        bool in = x >= 0 && y >= 0 && x < s->map[0] && y < s->map[1];
                        if (!fold)
                            *columns = in ? map[y * s->map[0] + x] : border;
                        else if (in)
                            map[y * s->map[0] + x] += *columns;
                    }
}

static int run_unfold(struct cnn_job *job)
{
    struct windows s;
    const struct cnn_blob *in = &job->in[0];
    if (plan(job->layer, (const int64_t[]){in->w, in->h}, true, &s, job->err) != SEG_OK)
        return job->err->status;
    each(&s, (size_t)in->c, cnn_out(job, 0), in->data, false,
         cnn_float(&job->layer->params, 18, 0));
    return SEG_OK;
}

static int run_fold(struct cnn_job *job)
{
    struct windows s;
    if (plan_fold(job->layer, &job->in[0], &s, job->err) != SEG_OK)
        return job->err->status;
    memset(job->out[0].data, 0, cnn_storage(&job->out[0]));
    each(&s, (size_t)job->out[0].c, job->in[0].data, cnn_out(job, 0), true, 0);
    return SEG_OK;
}

static const struct cnn_op ops[] = {
    {.type = "Fold",
     .index = 95,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_fold,
     .run = run_fold},
    {.type = "Unfold",
     .index = 96,
     .in_min = 1,
     .in_max = 1,
     .out_min = 1,
     .out_max = 1,
     .shape = shape_unfold,
     .run = run_unfold},
};
CNN_FAMILY(cnn_fold_ops, ops);
