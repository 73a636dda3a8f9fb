/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting: two masks against each other, and classes against classes. */
#ifndef SEGI_CONFUSION_H
#define SEGI_CONFUSION_H

#include <stddef.h>
#include <stdint.h>

struct segi_counts {
    int64_t tp, fp, fn, tn;
};

/* What a ratio is where neither mask holds anything that it could count. */
enum segi_empty { SEGI_EMPTY_NAN, SEGI_EMPTY_ONE, SEGI_EMPTY_ZERO };

/* Adds the pixels of two masks (0 or 1). Where `valid` is not NULL only pixels with non-zero there
 * are counted. */
void segi_counts_add(struct segi_counts *counts, const uint8_t *truth, const uint8_t *pred,
                     const uint8_t *valid, size_t n);

/* a / b; `empty` where b is 0. */
double segi_ratio(double a, double b, enum segi_empty empty);

double segi_iou(const struct segi_counts *c, enum segi_empty empty);
double segi_dice(const struct segi_counts *c, enum segi_empty empty);
double segi_precision(const struct segi_counts *c, enum segi_empty empty);
double segi_recall(const struct segi_counts *c, enum segi_empty empty);
double segi_specificity(const struct segi_counts *c, enum segi_empty empty);
double segi_accuracy(const struct segi_counts *c);
double segi_balanced_accuracy(const struct segi_counts *c); /* mean recall of present classes */
double segi_f_beta(const struct segi_counts *c, double beta, enum segi_empty empty);
double segi_kappa(const struct segi_counts *c); /* Cohen 1960; NaN where chance alone is certain */
double segi_mcc(const struct segi_counts *c);   /* Matthews 1975; 0 where a margin is empty */
double segi_relative_area(const struct segi_counts *c); /* (pred - truth) / truth */

/* Classes 0..classes-1 of truth (rows) and prediction (columns), and one more row and column for
 * values that are no class. counts[(classes + 1)^2]. */
struct segi_classes {
    int32_t classes;
    int64_t *counts;
};

/* SEG_OK, SEG_NOMEM, or SEG_LIMIT above 4096 classes. */
int segi_classes_init(struct segi_classes *m, int32_t classes);
void segi_classes_free(struct segi_classes *m);

/* Adds pixels; those whose truth is `ignore` are left out. */
void segi_classes_add(struct segi_classes *m, const int32_t *truth, const int32_t *pred, size_t n,
                      int32_t ignore);

/* The counts of one class against all others. */
struct segi_counts segi_classes_one(const struct segi_classes *m, int32_t class_id);

double segi_classes_accuracy(const struct segi_classes *m); /* NaN where there is no pixel */
double segi_classes_kappa(const struct segi_classes *m);

enum segi_score { SEGI_IOU, SEGI_DICE, SEGI_PRECISION, SEGI_RECALL };

/* The score of one class; NaN where the class is in neither. */
double segi_classes_score(const struct segi_classes *m, int32_t class_id, enum segi_score score);

/* The mean over the classes from `first` on whose score is a number, and how many are not. */
double segi_classes_mean(const struct segi_classes *m, int32_t first, enum segi_score score,
                         int32_t *undefined);

/* Mean IoU over the values that occur in either, weighted by truth where `weighted`; a value that
 * is no class counts as one more. */
double segi_classes_present_iou(const struct segi_classes *m, int weighted);

#endif
