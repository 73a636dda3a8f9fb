/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YOLOv5-seg: three heads of raw logits on a grid with three anchors a cell, or their exported
 * form, one list of decoded boxes. A row is x, y, width, height, objectness, classes, coefficients.
 */
#include <math.h>

#include "decode.h"

enum { ANCHORS = 3, HEADS = 3 };

static const float anchor_size[HEADS][ANCHORS][2] = {{{10, 13}, {16, 30}, {33, 23}},
                                                     {{30, 61}, {62, 45}, {59, 119}},
                                                     {{116, 90}, {156, 198}, {373, 326}}};

struct rows {
    int32_t width, classes, coefficients;
    bool raw;
    double confidence;
    const struct cnn_rules *rules;
    struct cnn_candidates *list;
};

static float best_of(const float *values, int32_t count, int32_t *index)
{
    *index = 0;
    for (int32_t i = 1; i < count; i++)
        if (values[i] > values[*index])
            *index = i;
    return values[*index];
}

/* The score of a row; below the confidence: whatever is cheapest to know. */
static float score_of(const struct rows *r, const float *row, int32_t *class_id)
{
    float object = r->raw ? cnn_sigmoid(row[4]) : row[4];
    if (!(object >= r->confidence)) /* the product cannot be larger */
        return -1;
    float best = best_of(row + 5, r->classes, class_id);
    return object * (r->raw ? cnn_sigmoid(best) : best);
}

static int add_row(const struct rows *r, const float *row, size_t index, const float place[4],
                   float stride, struct cnn_error *err)
{
    int32_t class_id = 0;
    float score = score_of(r, row, &class_id);
    if (!(score >= r->confidence) || !cnn_rules_want(r->rules, class_id))
        return SEG_OK;
    float x = row[0], y = row[1], w = row[2], h = row[3];
    if (r->raw) {
        x = (2 * cnn_sigmoid(x) - 0.5f + place[0]) * stride;
        y = (2 * cnn_sigmoid(y) - 0.5f + place[1]) * stride;
        w = powf(2 * cnn_sigmoid(w), 2) * place[2];
        h = powf(2 * cnn_sigmoid(h), 2) * place[3];
    }
    struct cnn_candidate one = {.box = {x - w / 2, y - h / 2, x + w / 2, y + h / 2},
                                .score = score,
                                .class_id = class_id,
                                .index = index};
    return cnn_candidates_add(r->list, &one, err);
}

/* One head: c = anchors, h = cells row by row, w = values. `first` numbers its rows among all. */
static int add_head(const struct rows *r, const struct cnn_blob *blob, int level,
                    const struct cnn_canvas *canvas, size_t first, struct cnn_error *err)
{
    const int32_t stride = 8 << level, across = canvas->size[0] / stride;
    const float *row = blob->data;
    size_t index = first;
    if (blob->rank != 3 || blob->c != ANCHORS || blob->w != r->width || across < 1 ||
        blob->h != across * (canvas->size[1] / stride))
        return cnn_fail(err, SEG_STAGE,
                        "predictions of %d x %d x %d do not fit stride %d on a canvas of %d x %d",
                        (int)blob->w, (int)blob->h, (int)blob->c, (int)stride, (int)canvas->size[0],
                        (int)canvas->size[1]);
    for (int a = 0; a < ANCHORS; a++)
        for (int32_t i = 0; i < blob->h; i++, row += r->width, index++) {
            const float place[4] = {(float)(i % across), (float)(i / across),
                                    anchor_size[level][a][0], anchor_size[level][a][1]};
            if (add_row(r, row, index, place, (float)stride, err))
                return err->status;
        }
    return SEG_OK;
}

static const float *row_at(const struct cnn_heads *heads, size_t index)
{
    int level = 0;
    const struct cnn_blob *blob = heads->blob[CNN_ROLE_PREDICTIONS][0];
    for (; index >= (size_t)blob->h * (size_t)blob->c;
         blob = heads->blob[CNN_ROLE_PREDICTIONS][++level])
        index -= (size_t)blob->h * (size_t)blob->c;
    return (const float *)blob->data + index * (size_t)blob->w;
}

static int collect(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                   const struct rows *r, struct cnn_error *err)
{
    static const float nowhere[4] = {0};
    size_t first = 0;
    for (int i = 0; r->raw && i < HEADS; i++) {
        const struct cnn_blob *blob = heads->blob[CNN_ROLE_PREDICTIONS][i];
        if (add_head(r, blob, i, canvas, first, err))
            return err->status;
        first += (size_t)blob->h * (size_t)blob->c;
    }
    const struct cnn_blob *blob = heads->blob[CNN_ROLE_PREDICTIONS][0];
    for (int32_t i = 0; !r->raw && i < blob->h; i++)
        if (add_row(r, (const float *)blob->data + (size_t)i * (size_t)r->width, (size_t)i, nowhere,
                    1, err))
            return err->status;
    return SEG_OK;
}

int cnn_decode_yolov5(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err)
{
    const struct cnn_blob *proto = heads->blob[CNN_ROLE_PROTOTYPES][0];
    const int32_t count = heads->count[CNN_ROLE_PREDICTIONS];
    bool whole = proto && (count == HEADS || count == 1);
    for (int32_t i = 0; whole && i < count; i++) /* none may stand twice in the place of another */
        whole = heads->blob[CNN_ROLE_PREDICTIONS][i];
    if (!whole)
        return cnn_fail(err, SEG_STAGE,
                        "yolov5-seg needs prototypes and three heads or one list, "
                        "not %d",
                        (int)count);
    const int32_t width = heads->blob[CNN_ROLE_PREDICTIONS][0]->w;
    const int32_t number = proto->rank == 3 ? proto->c : proto->h;
    struct cnn_candidates list = {0};
    struct cnn_prototypes prototypes = {0};
    struct rows r = {.width = width,
                     .coefficients = number,
                     .classes = width - 5 - number,
                     .raw = count == HEADS,
                     .confidence = cnn_or(rules->confidence, 0.25),
                     .rules = rules,
                     .list = &list};
    if (r.classes < 1)
        return cnn_fail(err, SEG_STAGE, "predictions of %d values have no room for %d coefficients",
                        (int)width, (int)number);
    if (cnn_prototypes_open(proto, number, canvas, true, &prototypes, err) ||
        collect(heads, canvas, &r, err))
        goto out;
    cnn_candidates_suppress(&list, cnn_or(rules->nms, 0.45), rules->max_instances);
    for (size_t i = 0; i < list.count; i++)
        if (cnn_prototypes_cut(&prototypes, canvas, list.items + i,
                               row_at(heads, list.items[i].index) + width - number, 1,
                               rules->mask_threshold, out, err))
            break;
out:
    cnn_prototypes_close(&prototypes);
    cnn_candidates_free(&list);
    return err->status;
}
