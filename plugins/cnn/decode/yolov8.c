/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YOLOv8-seg and YOLO11-seg, which decode alike, in the forms in which they are exported:
 *
 *   raw        boxes [cells][64 + classes] and coefficients [cells][32]: pnnx
 *   legacy     one [cells][64 + classes + 32]: onnx2ncnn
 *   decoded    one [4 + classes + 32][cells], boxes in pixels, scores 0..1: Ultralytics
 *   end to end one [found][4 + score + class + 32], corners in pixels, nothing left to suppress
 *
 * Raw boxes are distributions over 16 distances for each side: X. Li et al., "Generalized Focal
 * Loss", NeurIPS 2020. */
#include <math.h>

#include "decode.h"

enum { BINS = 16, SIDES = 4 };

struct layout {
    const float *boxes, *coefficients;
    size_t box_row, box_step; /* from one cell to the next; from one value to the next */
    size_t coef_row, coef_step;
    int32_t cells, classes, numbers;
    bool raw, final;
};

static int64_t cell_count(const struct cnn_canvas *canvas)
{
    int64_t sum = 0;
    for (int32_t stride = 8; stride <= 32; stride *= 2)
        sum += (int64_t)(canvas->size[0] / stride) * (canvas->size[1] / stride);
    return sum;
}

/* Which form it is, by shapes alone. */
static bool lay_out(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                    const struct cnn_rules *rules, struct layout *l)
{
    const struct cnn_blob *box = heads->blob[CNN_ROLE_BOXES][0];
    const struct cnn_blob *coef = heads->blob[CNN_ROLE_COEFFICIENTS][0];
    const struct cnn_blob *proto = heads->blob[CNN_ROLE_PROTOTYPES][0];
    const int64_t cells = cell_count(canvas);
    const int32_t numbers = proto->rank == 3 ? proto->c : proto->h;
    if (box->rank != 2)
        return false;
    *l = (struct layout){.boxes = box->data, .numbers = numbers, .box_step = 1, .coef_step = 1};
    l->box_row = (size_t)box->w;
    l->cells = box->h;
    l->coef_row = l->box_row;
    if (coef) {
        l->raw = true;
        l->classes = box->w - SIDES * BINS;
        l->coefficients = coef->data;
        l->coef_row = (size_t)coef->w;
        return coef->rank == 2 && coef->w == numbers && coef->h == box->h && box->h == cells &&
               l->classes > 0;
    }
    if (box->w == cells && box->h > SIDES + numbers) {
        l->cells = box->w;
        l->classes = box->h - SIDES - numbers;
        l->box_row = l->coef_row = 1;
        l->box_step = l->coef_step = (size_t)box->w;
        l->coefficients = l->boxes + (size_t)(SIDES + l->classes) * l->box_step;
        return true;
    }
    const int32_t plain = box->w - SIDES - numbers;
    l->final = plain == 2 && box->h != cells;
    l->raw = !l->final && plain != rules->class_count;
    l->classes = l->raw ? box->w - SIDES * BINS - numbers : plain;
    l->coefficients = l->boxes + box->w - numbers;
    return l->classes > 0 && (l->final || box->h == cells);
}

/* The expected distance of one side, in cells. */
static float expected(const float *bins)
{
    float top = bins[0], sum = 0, weighted = 0;
    for (int i = 1; i < BINS; i++)
        top = bins[i] > top ? bins[i] : top;
    for (int i = 0; i < BINS; i++) {
        float e = expf(bins[i] - top);
        sum += e;
        weighted += e * (float)i;
    }
    return weighted / sum;
}

static void raw_box(const float *row, int32_t cell, const struct cnn_canvas *canvas, float *box)
{
    int32_t stride = 8, index = cell, across = 0;
    for (;; stride *= 2) {
        across = canvas->size[0] / stride;
        int32_t here = across * (canvas->size[1] / stride);
        if (index < here || stride == 32)
            break;
        index -= here;
    }
    const float x = (float)(index % across) + 0.5f, y = (float)(index / across) + 0.5f;
    const float s = (float)stride;
    box[0] = (x - expected(row)) * s;
    box[1] = (y - expected(row + BINS)) * s;
    box[2] = (x + expected(row + 2 * BINS)) * s;
    box[3] = (y + expected(row + 3 * BINS)) * s;
}

static void plain_box(const struct layout *l, const float *row, float *box)
{
    float v[SIDES];
    for (int i = 0; i < SIDES; i++)
        v[i] = row[(size_t)i * l->box_step];
    for (int i = 0; i < 2; i++) {
        box[i] = l->final ? v[i] : v[i] - v[i + 2] / 2;
        box[i + 2] = l->final ? v[i + 2] : v[i] + v[i + 2] / 2;
    }
}

static int add_cell(const struct layout *l, int32_t cell, float least,
                    const struct cnn_canvas *canvas, const struct cnn_rules *rules,
                    struct cnn_candidates *list, struct cnn_error *err)
{
    const float *row = l->boxes + (size_t)cell * l->box_row;
    const float *scores = row + (size_t)(l->raw ? SIDES * BINS : SIDES) * l->box_step;
    const int32_t count = l->final ? 1 : l->classes;
    int32_t best = 0;
    for (int32_t k = 1; k < count; k++)
        if (scores[(size_t)k * l->box_step] > scores[(size_t)best * l->box_step])
            best = k;
    const float score = scores[(size_t)best * l->box_step];
    if (!(score >= least))
        return SEG_OK;
    if (l->final) /* not every float is an int */
        best = scores[1] >= 0 && scores[1] < 65536 ? (int32_t)scores[1] : 0;
    if (!cnn_rules_want(rules, best))
        return SEG_OK;
    struct cnn_candidate one = {
        .score = l->raw ? cnn_sigmoid(score) : score, .class_id = best, .index = (size_t)cell};
    if (l->raw)
        raw_box(row, cell, canvas, one.box);
    else
        plain_box(l, row, one.box);
    return cnn_candidates_add(list, &one, err);
}

int cnn_decode_yolov8(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err)
{
    const struct cnn_blob *box = heads->blob[CNN_ROLE_BOXES][0];
    const struct cnn_blob *proto = heads->blob[CNN_ROLE_PROTOTYPES][0];
    struct cnn_candidates list = {0};
    struct cnn_prototypes prototypes = {0};
    struct layout l;
    if (!box || !proto)
        return cnn_fail(err, SEG_STAGE, "yolov8-seg needs boxes and prototypes");
    if (!lay_out(heads, canvas, rules, &l))
        return cnn_fail(err, SEG_STAGE,
                        "boxes of %d x %d do not fit a canvas of %d x %d, which has %lld cells",
                        (int)box->w, (int)box->h, (int)canvas->size[0], (int)canvas->size[1],
                        (long long)cell_count(canvas));
    const double confidence = cnn_or(rules->confidence, 0.25);
    const float least = (float)(l.raw ? cnn_logit(confidence) : confidence);
    if (cnn_prototypes_open(proto, l.numbers, canvas, true, &prototypes, err))
        goto out;
    for (int32_t i = 0; i < l.cells; i++)
        if (add_cell(&l, i, least, canvas, rules, &list, err))
            goto out;
    cnn_candidates_suppress(&list, l.final ? 1 : cnn_or(rules->nms, 0.45), rules->max_instances);
    for (size_t i = 0; i < list.count; i++)
        if (cnn_prototypes_cut(&prototypes, canvas, list.items + i,
                               l.coefficients + list.items[i].index * l.coef_row, l.coef_step,
                               rules->mask_threshold, out, err))
            break;
out:
    cnn_prototypes_close(&prototypes);
    cnn_candidates_free(&list);
    return err->status;
}
