/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All measures by name: what each is called, what it is for, and a result against its truth. */
#ifndef SEGI_SCORE_H
#define SEGI_SCORE_H

#include "confusion.h"

#include <stdbool.h>

/* What a label image means: object or not, numbered objects, or numbered classes. */
enum segi_task { SEGI_TASK_MASK = 1, SEGI_TASK_LABELS = 2, SEGI_TASK_CLASSES = 4 };

enum segi_measure {
    SEGI_M_IOU,
    SEGI_M_DICE,
    SEGI_M_PRECISION,
    SEGI_M_RECALL,
    SEGI_M_SPECIFICITY,
    SEGI_M_ACCURACY,
    SEGI_M_MCC,
    SEGI_M_BOUNDARY_F,
    SEGI_M_BOUNDARY_IOU,
    SEGI_M_HAUSDORFF,
    SEGI_M_HD95,
    SEGI_M_ASSD,
    SEGI_M_NSD,
    SEGI_M_AP,
    SEGI_M_AP50,
    SEGI_M_AP75,
    SEGI_M_AP90,
    SEGI_M_F1,
    SEGI_M_SQ,
    SEGI_M_PQ,
    SEGI_M_AJI,
    SEGI_M_ARI,
    SEGI_M_ARAND,
    SEGI_M_VOI_SPLIT,
    SEGI_M_VOI_MERGE,
    SEGI_M_COVERING,
    SEGI_M_COUNT,
    SEGI_M_COUNT_TRUTH,
    SEGI_M_UE,
    SEGI_M_ASA,
    SEGI_M_BOUNDARY_RECALL,
    SEGI_M_COMPACTNESS,
    SEGI_M_MIOU,
    SEGI_M_MDICE,
    SEGI_M_KAPPA,
    SEGI_MEASURES
};

struct segi_measure_row {
    const char *name, *summary;
    unsigned tasks; /* enum segi_task, or-ed */
    unsigned usual; /* the tasks for which it is shown unless others are asked for */
    int better;     /* 1: larger is better, -1: smaller, 0: neither */
    bool distance;  /* in units of the pixel size */
};
extern const struct segi_measure_row segi_measures[SEGI_MEASURES];

/* SEGI_MEASURES where there is no such name. */
enum segi_measure segi_measure_find(const char *name);
#define SEGI_MEASURE_BIT(m) ((uint64_t)1 << (m))
uint64_t segi_measures_usual(enum segi_task task);

/* Where references differ. */
struct segi_rules {
    const char *name, *summary;
    enum { SEGI_HD_LARGER, SEGI_HD_POOLED, SEGI_HD_ELEMENTS } distances;
    enum { SEGI_BF_DAVIS, SEGI_BF_BSDS } boundary;
    enum { SEGI_AJI_KUMAR, SEGI_AJI_PLUS, SEGI_AJI_FOREGROUND } aji;
    bool strict; /* objects match above, not at, the threshold */
    enum segi_empty empty;
    bool skip_empty_truth; /* overlap is undefined where the truth is empty */
};
extern const struct segi_rules segi_rules_table[];
extern const int segi_rules_count;
const struct segi_rules *segi_rules_find(const char *name); /* NULL: no such convention */

/* A result and its truth: labels without gaps, 0 background, -1 in the truth void. */
struct segi_pair {
    enum segi_task task;
    int32_t width, height;
    const int32_t *truth, *pred;
    double spacing[2]; /* rows, columns */
    double tolerance;  /* of nsd */
    int32_t classes;   /* of SEGI_TASK_CLASSES: 0..classes-1 */
};

/* Sums over images. `matrix` is used for classes only and must have been made by the caller. */
struct segi_totals {
    struct segi_counts counts;
    struct segi_classes matrix;
};

/* Fills the wanted values; the others, and those that do not fit the task, are NaN. Adds to
 * `totals` where it is not NULL. SEG_OK, SEG_NOMEM or SEG_LIMIT. */
int segi_score(const struct segi_rules *rules, const struct segi_pair *pair, uint64_t wanted,
               double values[SEGI_MEASURES], struct segi_totals *totals);

/* The measure over all pixels of all images as one; NaN where it has no such form. */
double segi_totals_score(const struct segi_totals *totals, const struct segi_rules *rules,
                         enum segi_task task, enum segi_measure measure);

#endif
