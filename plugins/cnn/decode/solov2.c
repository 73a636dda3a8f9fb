/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SOLOv2: each cell of five grids says which class lies there and gives the weights of a 1x1
 * convolution that draws its mask from common features. X. Wang, R. Zhang, T. Kong, L. Li, C. Shen,
 * "SOLOv2: Dynamic and Fast Instance Segmentation", NeurIPS 2020. Suppression of neighbouring cells
 * is part of the network. */
#include <math.h>
#include <stdlib.h>

#include "decode.h"

enum { GRIDS = 5, LEAST_AREA = 100 };
static const double category_least = 0.3;

struct level {
    const struct cnn_blob *category, *kernel;
    size_t kernel_row, kernel_step;
    int32_t stride;
};

/* Kernels come as [cells][weights] in one form or another, or as [weights][cells]. */
static bool lay_out(const struct cnn_heads *heads, int i, int32_t depth, struct level *out)
{
    static const int32_t strides[GRIDS] = {8, 8, 16, 32, 32};
    const struct cnn_blob *category = heads->blob[CNN_ROLE_CATEGORIES][i];
    const struct cnn_blob *kernel = heads->blob[CNN_ROLE_KERNELS][i];
    const int64_t cells = (int64_t)category->w * category->h;
    const bool rows = kernel->w == depth && (int64_t)kernel->h * kernel->c == cells;
    const bool planes =
        (kernel->rank == 3 && kernel->c == depth && (int64_t)kernel->w * kernel->h == cells) ||
        (kernel->rank == 2 && kernel->h == depth && kernel->w == cells);
    *out = (struct level){category, kernel, rows ? (size_t)depth : 1, rows ? 1 : (size_t)cells,
                          strides[i]};
    return category->rank == 3 && kernel->rank <= 3 && (rows || planes);
}

struct scene {
    const struct cnn_blob *features;
    const struct cnn_canvas *canvas;
    const struct cnn_rules *rules;
    struct cnn_axis x, y;
    float *mask, *rows;
};

/* Draws the mask of one cell; returns its mean above the threshold, or 0 where it is too small. */
static double draw(const struct scene *s, const struct level *l, int32_t cell)
{
    const size_t area = (size_t)s->features->w * (size_t)s->features->h;
    const float *weights = (const float *)l->kernel->data + (size_t)cell * l->kernel_row;
    const float *from = s->features->data;
    double sum = 0;
    int64_t count = 0;
    for (size_t i = 0; i < area; i++)
        s->mask[i] = 0;
    for (int32_t k = 0; k < s->features->c; k++, from += area)
        for (size_t i = 0; i < area; i++)
            s->mask[i] += weights[(size_t)k * l->kernel_step] * from[i];
    for (size_t i = 0; i < area; i++) {
        s->mask[i] = cnn_sigmoid(s->mask[i]);
        if (s->mask[i] > s->rules->mask_threshold) {
            sum += s->mask[i];
            count++;
        }
    }
    return count < l->stride ? 0 : sum / (double)count;
}

static void widen(float *box, const struct seg_run *run)
{
    box[0] = fminf(box[0], (float)run->x);
    box[1] = fminf(box[1], (float)run->y);
    box[2] = fmaxf(box[2], (float)(run->x + run->length));
    box[3] = fmaxf(box[3], (float)(run->y + 1));
}

static int add_object(const struct scene *s, int32_t class_id, float score, struct cnn_objects *out,
                      struct cnn_error *err)
{
    const int32_t width = s->canvas->image[0], height = s->canvas->image[1];
    const struct cnn_window window = {s->mask, (size_t)s->features->w, 0, 0};
    struct cnn_runs runs = {0};
    float box[4] = {INFINITY, INFINITY, 0, 0};
    for (int32_t y = 0; y < height; y++) {
        float *row = s->rows + s->features->w;
        cnn_map_row(&window, &s->x, &s->y, y, 0, width, s->rows, row);
        if (cnn_runs_add(&runs, row, y, 0, width, (float)s->rules->mask_threshold, err))
            goto drop;
    }
    if (runs.area < LEAST_AREA)
        goto drop;
    for (size_t i = 0; i < runs.count; i++)
        widen(box, runs.runs + i);
    struct cnn_object object = {.class_id = class_id,
                                .score = score,
                                .box = {box[0], box[1], box[2] - box[0], box[3] - box[1]},
                                .runs = runs.runs,
                                .run_count = runs.count,
                                .area = runs.area};
    return cnn_objects_add(out, &object, err);
drop:
    free(runs.runs);
    return err->status;
}

static int collect(const struct scene *s, const struct level *l, struct cnn_objects *out,
                   struct cnn_error *err)
{
    const int32_t cells = l->category->w * l->category->h;
    const float *scores = l->category->data;
    for (int32_t k = 0; k < l->category->c; k++)
        for (int32_t i = 0; i < cells; i++) {
            float score = scores[(size_t)k * (size_t)cells + (size_t)i];
            if (!(score >= category_least) || !cnn_rules_want(s->rules, k))
                continue;
            score *= (float)draw(s, l, i);
            if (score >= cnn_or(s->rules->confidence, 0.6) && score > 0 &&
                add_object(s, k, score, out, err))
                return err->status;
        }
    return SEG_OK;
}

int cnn_decode_solov2(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err)
{
    struct scene s = {.canvas = canvas, .rules = rules};
    s.features = heads->blob[CNN_ROLE_FEATURES][0];
    if (!s.features || s.features->rank != 3 || heads->count[CNN_ROLE_CATEGORIES] != GRIDS ||
        heads->count[CNN_ROLE_KERNELS] != GRIDS)
        return cnn_fail(err, SEG_STAGE,
                        "solov2 needs five grids of categories and of kernels, and features");
    s.mask = malloc((size_t)s.features->w * (size_t)s.features->h * sizeof *s.mask);
    s.rows = malloc(((size_t)s.features->w + (size_t)canvas->image[0]) * sizeof *s.rows);
    if (!s.mask || !s.rows) {
        cnn_nomem(err);
        goto out;
    }
    if (cnn_axis_make(canvas, 0, s.features->w, &s.x, err) ||
        cnn_axis_make(canvas, 1, s.features->h, &s.y, err))
        goto out;
    for (int i = 0; i < GRIDS; i++) {
        struct level l;
        if (!lay_out(heads, i, s.features->c, &l)) {
            cnn_fail(err, SEG_STAGE, "kernels of %d x %d x %d do not fit a grid of %d x %d",
                     (int)l.kernel->w, (int)l.kernel->h, (int)l.kernel->c, (int)l.category->w,
                     (int)l.category->h);
            goto out;
        }
        if (collect(&s, &l, out, err))
            goto out;
    }
    cnn_objects_suppress(out, cnn_or(rules->nms, 0.1), rules->max_instances);
out:
    cnn_axis_free(&s.x);
    cnn_axis_free(&s.y);
    free(s.mask);
    free(s.rows);
    return err->status;
}
