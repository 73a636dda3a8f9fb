/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A result against its truth: each group of measures is worked out when one of it is wanted. */
#include "score.h"

#include "boundary.h"
#include "objects.h"
#include "partition.h"
#include "superpixel.h"
#include "surface.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>

static bool wants(uint64_t wanted, enum segi_measure first, enum segi_measure last)
{
    for (int m = (int)first; m <= (int)last; m++) {
        if (wanted & SEGI_MEASURE_BIT(m)) {
            return true;
        }
    }
    return false;
}

/* Two masks, and where they count. */
struct masks {
    uint8_t *truth, *pred, *valid;
    size_t n;
};

static bool masks_init(struct masks *m, const struct segi_pair *p)
{
    m->n = (size_t)p->width * (size_t)p->height;
    m->truth = malloc(3 * m->n);
    if (!m->truth) {
        return false;
    }
    m->pred = m->truth + m->n;
    m->valid = m->pred + m->n;
    for (size_t i = 0; i < m->n; i++) {
        uint8_t counts = p->truth[i] != -1;
        m->valid[i] = counts;
        m->truth[i] = (uint8_t)(counts & (p->truth[i] != 0));
        m->pred[i] = (uint8_t)(counts & (p->pred[i] > 0));
    }
    return true;
}

static void put_overlap(const struct segi_rules *rules, const struct segi_counts *c,
                        double values[SEGI_MEASURES])
{
    enum segi_empty empty = rules->empty;
    bool none = rules->skip_empty_truth && c->tp + c->fn == 0;
    values[SEGI_M_IOU] = none ? (double)NAN : segi_iou(c, empty);
    values[SEGI_M_DICE] = none ? (double)NAN : segi_dice(c, empty);
    values[SEGI_M_PRECISION] = segi_precision(c, empty);
    values[SEGI_M_RECALL] = segi_recall(c, empty);
    values[SEGI_M_SPECIFICITY] = segi_specificity(c, empty);
    values[SEGI_M_ACCURACY] = segi_accuracy(c);
    values[SEGI_M_MCC] = segi_mcc(c);
}

static int put_elements(const struct segi_pair *p, const struct masks *m,
                        double values[SEGI_MEASURES])
{
    struct segi_elements e;
    int status = segi_elements_init(&e, m->truth, m->pred, p->width, p->height, p->spacing);
    if (status == SEG_OK) {
        values[SEGI_M_HAUSDORFF] = segi_elements_hausdorff(&e, 100);
        values[SEGI_M_HD95] = segi_elements_hausdorff(&e, 95);
        values[SEGI_M_ASSD] = (segi_elements_mean(e.truth, e.truth_count) +
                               segi_elements_mean(e.pred, e.pred_count)) /
                              2;
        values[SEGI_M_NSD] = segi_elements_dice(&e, p->tolerance);
        segi_elements_free(&e);
    }
    return status;
}

static int put_distances(const struct segi_rules *rules, const struct segi_pair *p,
                         const struct masks *m, double values[SEGI_MEASURES])
{
    struct segi_surface s;
    if (rules->distances == SEGI_HD_ELEMENTS) {
        return put_elements(p, m, values);
    }
    int status = segi_surface_init(&s, m->truth, m->pred, p->width, p->height, p->spacing);
    if (status == SEG_OK) {
        values[SEGI_M_HAUSDORFF] = segi_hausdorff(&s);
        values[SEGI_M_ASSD] = segi_assd(&s);
        values[SEGI_M_NSD] = segi_nsd(&s, p->tolerance);
        if (rules->distances == SEGI_HD_POOLED) {
            status = segi_hausdorff_pooled(&s, 95, &values[SEGI_M_HD95]);
        } else {
            values[SEGI_M_HD95] = segi_hausdorff_larger(&s, 95);
        }
        segi_surface_free(&s);
    }
    return status;
}

/* F over the boundaries of labels; void is background. */
static int put_boundary_f(const struct segi_rules *rules, const struct segi_pair *p,
                          const int32_t *truth, const int32_t *pred, double *value)
{
    size_t n = (size_t)p->width * (size_t)p->height;
    double diagonal = hypot(p->width, p->height);
    uint8_t *maps = malloc(2 * n);
    int status = SEG_NOMEM;
    if (!maps) {
        return status;
    }
    segi_boundary_map(truth, p->width, p->height, maps);
    segi_boundary_map(pred, p->width, p->height, maps + n);
    if (rules->boundary == SEGI_BF_BSDS) {
        struct segi_boundary_match match;
        status = segi_boundary_bsds(maps, maps + n, p->width, p->height, 0.0075 * diagonal, &match);
        *value = segi_boundary_match_score(&match).f;
    } else {
        struct segi_boundary_score score;
        status = segi_boundary_davis(maps, maps + n, p->width, p->height, ceil(0.008 * diagonal),
                                     &score);
        *value = score.f;
    }
    free(maps);
    return status;
}

static int put_mask_boundary_f(const struct segi_rules *rules, const struct segi_pair *p,
                               const struct masks *m, double *value)
{
    int32_t *labels = malloc(2 * m->n * sizeof *labels);
    if (!labels) {
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < m->n; i++) {
        labels[i] = m->truth[i];
        labels[m->n + i] = m->pred[i];
    }
    int status = put_boundary_f(rules, p, labels, labels + m->n, value);
    free(labels);
    return status;
}

static int put_bands(const struct segi_rules *rules, const struct segi_pair *p,
                     const struct masks *m, double *value)
{
    int32_t distance = segi_boundary_distance(p->width, p->height, 0.02);
    struct segi_counts c = {0};
    uint8_t *bands = malloc(2 * m->n);
    int status = SEG_NOMEM;
    if (bands) {
        status = segi_boundary_band(m->truth, p->width, p->height, distance, bands);
    }
    if (status == SEG_OK) {
        status = segi_boundary_band(m->pred, p->width, p->height, distance, bands + m->n);
    }
    if (status == SEG_OK) {
        segi_counts_add(&c, bands, bands + m->n, m->valid, m->n);
        *value = segi_iou(&c, rules->empty);
    }
    free(bands);
    return status;
}

static int score_masks(const struct segi_rules *rules, const struct segi_pair *p, uint64_t wanted,
                       double values[SEGI_MEASURES], struct segi_totals *totals)
{
    struct masks m;
    struct segi_counts c = {0};
    int status = SEG_OK;
    if (!masks_init(&m, p)) {
        return SEG_NOMEM;
    }
    segi_counts_add(&c, m.truth, m.pred, m.valid, m.n);
    put_overlap(rules, &c, values);
    if (totals) {
        totals->counts.tp += c.tp;
        totals->counts.fp += c.fp;
        totals->counts.fn += c.fn;
        totals->counts.tn += c.tn;
    }
    if (p->task == SEGI_TASK_MASK) {
        if (wants(wanted, SEGI_M_HAUSDORFF, SEGI_M_NSD)) {
            status = put_distances(rules, p, &m, values);
        }
        if (status == SEG_OK && wants(wanted, SEGI_M_BOUNDARY_F, SEGI_M_BOUNDARY_F)) {
            status = put_mask_boundary_f(rules, p, &m, &values[SEGI_M_BOUNDARY_F]);
        }
    }
    if (status == SEG_OK && wants(wanted, SEGI_M_BOUNDARY_IOU, SEGI_M_BOUNDARY_IOU)) {
        status = put_bands(rules, p, &m, &values[SEGI_M_BOUNDARY_IOU]);
    }
    free(m.truth);
    return status;
}

static int put_objects(const struct segi_rules *rules, const struct segi_table *t,
                       double values[SEGI_MEASURES])
{
    struct segi_overlaps o;
    struct segi_match match;
    int status = segi_overlaps_init(&o, t);
    if (status != SEG_OK) {
        return status;
    }
    values[SEGI_M_COUNT] = o.preds;
    values[SEGI_M_COUNT_TRUTH] = o.truths;
    double sum = 0;
    for (int i = 0; status == SEG_OK && i < 10; i++) {
        status = segi_match(&o, (50 + 5 * i) / 100.0, rules->strict, &match);
        double accuracy = segi_match_accuracy(&match);
        sum += accuracy;
        if (i == 0) {
            values[SEGI_M_AP50] = accuracy;
        } else if (i == 5) {
            values[SEGI_M_AP75] = accuracy;
        } else if (i == 8) {
            values[SEGI_M_AP90] = accuracy;
        }
    }
    values[SEGI_M_AP] = sum / 10;
    if (status == SEG_OK) {
        status = segi_match(&o, 0.5, true, &match); /* panoptic quality is strict by definition */
        values[SEGI_M_F1] = segi_match_f1(&match);
        values[SEGI_M_SQ] = segi_match_quality(&match);
        values[SEGI_M_PQ] = segi_match_panoptic(&match);
    }
    if (status == SEG_OK) {
        status = rules->aji == SEGI_AJI_PLUS         ? segi_aji_plus(&o, &values[SEGI_M_AJI])
                 : rules->aji == SEGI_AJI_FOREGROUND ? segi_aji_foreground(&o, &values[SEGI_M_AJI])
                                                     : segi_aji(&o, &values[SEGI_M_AJI]);
    }
    segi_overlaps_free(&o);
    return status;
}

static int put_partition(const struct segi_table *t, const struct segi_table *objects,
                         double values[SEGI_MEASURES])
{
    struct segi_voi voi = segi_voi(t);
    struct segi_covering covering;
    struct segi_superpixel superpixel;
    values[SEGI_M_ARI] = segi_adjusted_rand(t);
    values[SEGI_M_ARAND] = segi_adapted_rand(objects, 0.5).error;
    values[SEGI_M_VOI_SPLIT] = voi.split;
    values[SEGI_M_VOI_MERGE] = voi.merge;
    int status = segi_covering(t, &covering);
    if (status == SEG_OK) {
        values[SEGI_M_COVERING] = covering.truth;
        status = segi_superpixel_overlap(t, &superpixel);
    }
    if (status == SEG_OK) {
        values[SEGI_M_UE] = superpixel.ue_min;
        values[SEGI_M_ASA] = superpixel.asa;
    }
    return status;
}

static int score_labels(const struct segi_rules *rules, const struct segi_pair *p, uint64_t wanted,
                        double values[SEGI_MEASURES])
{
    size_t n = (size_t)p->width * (size_t)p->height;
    struct segi_table t, objects = {0};
    struct segi_superpixel_boundary b;
    int status = segi_table_init(&t, p->truth, p->pred, n, SEGI_SKIP_VOID);
    if (status != SEG_OK) {
        return status;
    }
    if (wants(wanted, SEGI_M_AP, SEGI_M_AJI) || wants(wanted, SEGI_M_COUNT, SEGI_M_COUNT_TRUTH)) {
        status = put_objects(rules, &t, values);
    }
    if (status == SEG_OK &&
        (wants(wanted, SEGI_M_ARI, SEGI_M_COVERING) || wants(wanted, SEGI_M_UE, SEGI_M_ASA))) {
        status =
            segi_table_init(&objects, p->truth, p->pred, n, SEGI_SKIP_VOID | SEGI_SKIP_TRUTH_ZERO);
        if (status == SEG_OK) {
            status = put_partition(&t, &objects, values);
        }
    }
    if (status == SEG_OK && wants(wanted, SEGI_M_BOUNDARY_F, SEGI_M_BOUNDARY_F)) {
        status = put_boundary_f(rules, p, p->truth, p->pred, &values[SEGI_M_BOUNDARY_F]);
    }
    if (status == SEG_OK && wants(wanted, SEGI_M_BOUNDARY_RECALL, SEGI_M_BOUNDARY_RECALL)) {
        int32_t radius = (int32_t)round(0.0025 * hypot(p->width, p->height));
        status = segi_superpixel_boundary(p->truth, p->pred, p->width, p->height, radius, &b);
        values[SEGI_M_BOUNDARY_RECALL] = b.recall;
    }
    if (status == SEG_OK && wants(wanted, SEGI_M_COMPACTNESS, SEGI_M_COMPACTNESS)) {
        status = segi_compactness(p->pred, p->width, p->height, &values[SEGI_M_COMPACTNESS]);
    }
    segi_table_free(&objects);
    segi_table_free(&t);
    return status;
}

static void put_classes(const struct segi_classes *m, double values[SEGI_MEASURES])
{
    values[SEGI_M_MIOU] = segi_classes_mean(m, 0, SEGI_IOU, NULL);
    values[SEGI_M_MDICE] = segi_classes_mean(m, 0, SEGI_DICE, NULL);
    values[SEGI_M_ACCURACY] = segi_classes_accuracy(m);
    values[SEGI_M_KAPPA] = segi_classes_kappa(m);
}

static int score_classes(const struct segi_pair *p, double values[SEGI_MEASURES],
                         struct segi_totals *totals)
{
    size_t n = (size_t)p->width * (size_t)p->height;
    struct segi_classes one;
    int status = segi_classes_init(&one, p->classes);
    if (status != SEG_OK) {
        return status;
    }
    segi_classes_add(&one, p->truth, p->pred, n, -1);
    put_classes(&one, values);
    if (totals) {
        segi_classes_add(&totals->matrix, p->truth, p->pred, n, -1);
    }
    segi_classes_free(&one);
    return SEG_OK;
}

int segi_score(const struct segi_rules *rules, const struct segi_pair *pair, uint64_t wanted,
               double values[SEGI_MEASURES], struct segi_totals *totals)
{
    int status = SEG_OK;
    for (int m = 0; m < SEGI_MEASURES; m++) {
        values[m] = (double)NAN;
    }
    if (pair->task == SEGI_TASK_CLASSES) {
        status = score_classes(pair, values, totals);
    } else {
        status = score_masks(rules, pair, wanted, values, totals);
    }
    if (status == SEG_OK && pair->task == SEGI_TASK_LABELS) {
        status = score_labels(rules, pair, wanted, values);
    }
    for (int m = 0; m < SEGI_MEASURES; m++) {
        if (!(segi_measures[m].tasks & pair->task) || !(wanted & SEGI_MEASURE_BIT(m))) {
            values[m] = (double)NAN;
        }
    }
    return status;
}

double segi_totals_score(const struct segi_totals *totals, const struct segi_rules *rules,
                         enum segi_task task, enum segi_measure measure)
{
    double values[SEGI_MEASURES];
    for (int m = 0; m < SEGI_MEASURES; m++) {
        values[m] = (double)NAN;
    }
    if (task == SEGI_TASK_CLASSES) {
        put_classes(&totals->matrix, values);
    } else {
        put_overlap(rules, &totals->counts, values);
    }
    return segi_measures[measure].tasks & task ? values[measure] : (double)NAN;
}
