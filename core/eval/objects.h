/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects of one label image against those of another: matching at a threshold of IoU, aggregated
 * Jaccard indices, panoptic quality without classes. Label 0 is background. */
#ifndef SEGI_OBJECTS_H
#define SEGI_OBJECTS_H

#include "assign.h"
#include "table.h"

/* Every pair of objects that share a pixel. */
struct segi_overlaps {
    const struct segi_table *table;
    struct segi_edge *edges; /* left: index in table->truth, right: in table->pred; weight: IoU */
    int64_t *shared;         /* pixels, of each edge */
    size_t count;
    uint32_t truths, preds; /* objects */
};

/* The table must stay. SEG_OK or SEG_NOMEM. */
int segi_overlaps_init(struct segi_overlaps *o, const struct segi_table *table);
void segi_overlaps_free(struct segi_overlaps *o);

/* One-to-one matching of objects whose IoU is at least (or, `strict`, above) the threshold: the
 * most pairs, and of those matchings the one with the largest sum of IoU. */
struct segi_match {
    int64_t tp, fp, fn;
    double iou_sum; /* of the matched pairs */
};
int segi_match(const struct segi_overlaps *o, double threshold, int strict,
               struct segi_match *match);

/* From the counts; `empty` where there is neither. */
double segi_match_accuracy(const struct segi_match *m); /* TP / (TP + FP + FN): microscopy's AP */
double segi_match_precision(const struct segi_match *m);
double segi_match_recall(const struct segi_match *m);
double segi_match_f1(const struct segi_match *m);       /* RQ, detection quality */
double segi_match_quality(const struct segi_match *m);  /* SQ: mean IoU of the matched */
double segi_match_panoptic(const struct segi_match *m); /* PQ (Kirillov et al. 2019) */

/* Aggregated Jaccard index: Kumar et al. 2017, where a prediction may serve several truths; with
 * one-to-one matching by the sum of IoU (AJI+); and Cellpose's, matched overlap over the union of
 * all foreground. */
int segi_aji(const struct segi_overlaps *o, double *value);
int segi_aji_plus(const struct segi_overlaps *o, double *value);
int segi_aji_foreground(const struct segi_overlaps *o, double *value);

/* Dice of all overlapping pairs together (ensemble Dice), and of foreground against background. */
double segi_dice_pairs(const struct segi_overlaps *o);
double segi_dice_foreground(const struct segi_overlaps *o);

#endif
