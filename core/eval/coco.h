/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's average precision and recall of scored instances. */
#ifndef SEGI_COCO_H
#define SEGI_COCO_H

#include "../base/json.h"
#include "rle.h"

#include <stdbool.h>

struct segi_coco_object {
    int64_t id;
    uint32_t image, category; /* indices, both sorted by id */
    bool crowd, ignore;
    double score, area;
    double box[4];
    struct segi_rle mask; /* empty where only boxes are given */
    struct segi_rle band; /* of boundary AP */
};

struct segi_coco_image {
    int64_t id;
    int32_t width, height;
    const char *file_name; /* in the document */
};

struct segi_coco_category {
    int64_t id;
    const char *name; /* in the document */
};

/* A set of truths or of detections. The document must stay. */
struct segi_coco {
    struct segi_coco_image *images;
    struct segi_coco_category *categories;
    struct segi_coco_object *objects;
    size_t image_count, category_count, object_count;
};

/* Why a document is no COCO set: which element of which array, and what is wrong with it. */
struct segi_coco_problem {
    const char *array, *what;
    size_t element;
};

/* Truths from {"images": [...], "categories": [...], "annotations": [...]}, and detections, an
 * array of annotations with scores, of the same images and categories. SEG_OK, SEG_NOMEM,
 * SEG_LIMIT, or SEG_INVALID with *problem. */
int segi_coco_truth(struct segi_coco *set, const struct segi_json *document,
                    struct segi_coco_problem *problem);
int segi_coco_detections(struct segi_coco *set, const struct segi_json *document,
                         const struct segi_coco *truth, struct segi_coco_problem *problem);
void segi_coco_free(struct segi_coco *set);

enum segi_coco_kind { SEGI_COCO_MASK, SEGI_COCO_BOX, SEGI_COCO_BOUNDARY };

#define SEGI_COCO_THRESHOLDS 10

/* -1 in each field where there is nothing to average, as the reference has it. */
struct segi_coco_result {
    double ap, ap50, ap75, ap_small, ap_medium, ap_large;
    double ar1, ar10, ar100, ar_small, ar_medium, ar_large;
    double ap_per_iou[SEGI_COCO_THRESHOLDS];
    double *ap_per_category, *ar_per_category; /* as many as the truth has; freed by the caller */
};

/* `lose_id_zero`: a detection that matched the truth with id 0 counts as unmatched, which is what
 * pycocotools does. Boundary AP fills in the bands that are missing. SEG_OK or SEG_NOMEM. */
int segi_coco_evaluate(struct segi_coco *truth, struct segi_coco *detections,
                       enum segi_coco_kind kind, bool lose_id_zero,
                       struct segi_coco_result *result);

#endif
