/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YOLACT (D. Bolya et al., ICCV 2019): boxes as offsets of square priors on five grids, class
 * scores with background first, masks as plain sums of prototypes. */
#include <math.h>

#include "decode.h"

enum { GRIDS = 5, SHAPES = 3 };

static int add_prior(const float *offset, const float *scores, int32_t class_count,
                     const float prior[3], const struct cnn_canvas *canvas,
                     const struct cnn_rules *rules, size_t index, struct cnn_candidates *list,
                     struct cnn_error *err)
{
    int32_t best = 1;
    for (int32_t k = 2; k < class_count; k++)
        if (scores[k] > scores[best])
            best = k;
    /* Names usually leave the background out. */
    const int32_t class_id = rules->class_count == class_count ? best : best - 1;
    if (!(scores[best] > cnn_or(rules->confidence, 0.15)) || !cnn_rules_want(rules, class_id))
        return SEG_OK;
    struct cnn_candidate one = {.score = scores[best], .class_id = class_id, .index = index};
    for (int i = 0; i < 2; i++) {
        const float side = (float)canvas->size[i];
        float centre = prior[i] + offset[i] * 0.1f * prior[2];
        float extent = prior[2] * expf(offset[i + 2] * 0.2f);
        one.box[i] = (centre - extent / 2) * side;
        one.box[i + 2] = (centre + extent / 2) * side;
    }
    return cnn_candidates_add(list, &one, err);
}

/* Grids are the canvas halved three to seven times, rounded up. */
static int32_t grid_side(int32_t canvas, int level)
{
    for (int i = 0; i < 3 + level; i++)
        canvas = (canvas + 1) / 2;
    return canvas;
}

static int collect(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                   const struct cnn_rules *rules, struct cnn_candidates *list,
                   struct cnn_error *err)
{
    static const float scale[GRIDS] = {24, 48, 96, 192, 384}, aspect[SHAPES] = {1, 0.5f, 2};
    const struct cnn_blob *box = heads->blob[CNN_ROLE_BOXES][0];
    const struct cnn_blob *score = heads->blob[CNN_ROLE_SCORES][0];
    const float *offset = box->data, *scores = score->data;
    int64_t total = 0;
    for (int level = 0; level < GRIDS; level++)
        total +=
            (int64_t)SHAPES * grid_side(canvas->size[0], level) * grid_side(canvas->size[1], level);
    if (box->rank != 2 || box->w != 4 || score->rank != 2 || score->w < 2 || box->h != total ||
        score->h != total)
        return cnn_fail(err, SEG_STAGE,
                        "boxes of %d x %d and scores of %d x %d do not fit "
                        "the %lld priors of a canvas of %d x %d",
                        (int)box->w, (int)box->h, (int)score->w, (int)score->h, (long long)total,
                        (int)canvas->size[0], (int)canvas->size[1]);
    size_t index = 0;
    for (int level = 0; level < GRIDS; level++) {
        const int32_t w = grid_side(canvas->size[0], level), h = grid_side(canvas->size[1], level);
        for (int32_t i = 0; i < w * h; i++)
            for (int a = 0; a < SHAPES; a++, index++) {
                const float prior[3] = {((float)(i % w) + 0.5f) / (float)w,
                                        ((float)(i / w) + 0.5f) / (float)h,
                                        scale[level] * sqrtf(aspect[a]) / 550};
                if (add_prior(offset + 4 * index, scores + (size_t)score->w * index, score->w,
                              prior, canvas, rules, index, list, err))
                    return err->status;
            }
    }
    return SEG_OK;
}

int cnn_decode_yolact(const struct cnn_heads *heads, const struct cnn_canvas *canvas,
                      const struct cnn_rules *rules, struct cnn_objects *out, struct cnn_error *err)
{
    const struct cnn_blob *coef = heads->blob[CNN_ROLE_COEFFICIENTS][0];
    const struct cnn_blob *proto = heads->blob[CNN_ROLE_PROTOTYPES][0];
    struct cnn_candidates list = {0};
    struct cnn_prototypes prototypes = {0};
    if (!heads->count[CNN_ROLE_BOXES] || !heads->count[CNN_ROLE_SCORES] || !coef || !proto)
        return cnn_fail(err, SEG_STAGE, "yolact needs boxes, scores, coefficients and prototypes");
    if (coef->rank != 2 || coef->h != heads->blob[CNN_ROLE_BOXES][0]->h)
        return cnn_fail(err, SEG_STAGE, "coefficients of %d x %d do not fit the boxes",
                        (int)coef->w, (int)coef->h);
    if (cnn_prototypes_open(proto, coef->w, canvas, false, &prototypes, err) ||
        collect(heads, canvas, rules, &list, err))
        goto out;
    cnn_candidates_suppress(&list, cnn_or(rules->nms, 0.5), rules->max_instances);
    for (size_t i = 0; i < list.count; i++)
        if (cnn_prototypes_cut(&prototypes, canvas, list.items + i,
                               (const float *)coef->data + list.items[i].index * (size_t)coef->w, 1,
                               rules->mask_threshold, out, err))
            break;
out:
    cnn_prototypes_close(&prototypes);
    cnn_candidates_free(&list);
    return err->status;
}
