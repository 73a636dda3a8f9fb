/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting: two masks against each other, and classes against classes. */
#include "confusion.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>

/* Sums in bytes over blocks short enough not to wrap, so that the compiler vectorises it. */
void segi_counts_add(struct segi_counts *counts, const uint8_t *truth, const uint8_t *pred,
                     const uint8_t *valid, size_t n)
{
    int64_t both = 0, truths = 0, preds = 0, all = 0;
    for (size_t from = 0; from < n; from += 4096) {
        size_t end = n - from < 4096 ? n : from + 4096;
        uint32_t b = 0, t = 0, p = 0, v = 0;
        for (size_t i = from; i < end; i++) {
            uint8_t use = valid ? (valid[i] != 0) : 1;
            uint8_t ti = (uint8_t)((truth[i] != 0) & use), pi = (uint8_t)((pred[i] != 0) & use);
            b += (uint32_t)(ti & pi);
            t += ti;
            p += pi;
            v += use;
        }
        both += b;
        truths += t;
        preds += p;
        all += v;
    }
    counts->tp += both;
    counts->fp += preds - both;
    counts->fn += truths - both;
    counts->tn += all - truths - preds + both;
}

double segi_ratio(double a, double b, enum segi_empty empty)
{
    if (b != 0) {
        return a / b;
    }
    return empty == SEGI_EMPTY_NAN ? (double)NAN : empty == SEGI_EMPTY_ONE ? 1 : 0;
}

double segi_iou(const struct segi_counts *c, enum segi_empty empty)
{
    return segi_ratio((double)c->tp, (double)(c->tp + c->fp + c->fn), empty);
}

double segi_dice(const struct segi_counts *c, enum segi_empty empty)
{
    return segi_ratio(2 * (double)c->tp, (double)(2 * c->tp + c->fp + c->fn), empty);
}

double segi_precision(const struct segi_counts *c, enum segi_empty empty)
{
    return segi_ratio((double)c->tp, (double)(c->tp + c->fp), empty);
}

double segi_recall(const struct segi_counts *c, enum segi_empty empty)
{
    return segi_ratio((double)c->tp, (double)(c->tp + c->fn), empty);
}

double segi_specificity(const struct segi_counts *c, enum segi_empty empty)
{
    return segi_ratio((double)c->tn, (double)(c->tn + c->fp), empty);
}

double segi_accuracy(const struct segi_counts *c)
{
    return segi_ratio((double)(c->tp + c->tn), (double)(c->tp + c->fp + c->fn + c->tn),
                      SEGI_EMPTY_NAN);
}

double segi_balanced_accuracy(const struct segi_counts *c)
{
    double recall = segi_recall(c, SEGI_EMPTY_NAN), other = segi_specificity(c, SEGI_EMPTY_NAN);
    return isnan(recall) ? other : isnan(other) ? recall : (recall + other) / 2;
}

double segi_f_beta(const struct segi_counts *c, double beta, enum segi_empty empty)
{
    double b = beta * beta, tp = (1 + b) * (double)c->tp;
    return segi_ratio(tp, tp + b * (double)c->fn + (double)c->fp, empty);
}

double segi_kappa(const struct segi_counts *c)
{
    double n = (double)(c->tp + c->fp + c->fn + c->tn);
    double chance = (double)(c->tp + c->fn) * (double)(c->tp + c->fp) +
                    (double)(c->fp + c->tn) * (double)(c->fn + c->tn);
    return segi_ratio((double)(c->tp + c->tn) * n - chance, n * n - chance, SEGI_EMPTY_NAN);
}

double segi_mcc(const struct segi_counts *c)
{
    double tp = (double)c->tp, fp = (double)c->fp, fn = (double)c->fn, tn = (double)c->tn;
    double margins = sqrt(tp + fp) * sqrt(tp + fn) * sqrt(tn + fp) * sqrt(tn + fn);
    return segi_ratio(tp * tn - fp * fn, margins, SEGI_EMPTY_ZERO);
}

double segi_relative_area(const struct segi_counts *c)
{
    return segi_ratio((double)(c->fp - c->fn), (double)(c->tp + c->fn), SEGI_EMPTY_NAN);
}

int segi_classes_init(struct segi_classes *m, int32_t classes)
{
    m->classes = classes;
    m->counts = NULL;
    if (classes < 1 || classes > 4096) {
        return SEG_LIMIT;
    }
    size_t side = (size_t)classes + 1;
    m->counts = calloc(side * side, sizeof *m->counts);
    return m->counts ? SEG_OK : SEG_NOMEM;
}

void segi_classes_free(struct segi_classes *m)
{
    free(m->counts);
    m->counts = NULL;
}

/* A value's row or column. */
static size_t place(const struct segi_classes *m, int32_t value)
{
    return value >= 0 && value < m->classes ? (size_t)value : (size_t)m->classes;
}

void segi_classes_add(struct segi_classes *m, const int32_t *truth, const int32_t *pred, size_t n,
                      int32_t ignore)
{
    size_t side = (size_t)m->classes + 1;
    for (size_t i = 0; i < n;) {
        int32_t t = truth[i], p = pred[i];
        size_t from = i;
        while (i < n && truth[i] == t && pred[i] == p) {
            i++;
        }
        if (t != ignore) {
            m->counts[place(m, t) * side + place(m, p)] += (int64_t)(i - from);
        }
    }
}

static int64_t row_sum(const struct segi_classes *m, size_t row)
{
    size_t side = (size_t)m->classes + 1;
    int64_t sum = 0;
    for (size_t k = 0; k < side; k++) {
        sum += m->counts[row * side + k];
    }
    return sum;
}

static int64_t column_sum(const struct segi_classes *m, size_t column)
{
    size_t side = (size_t)m->classes + 1;
    int64_t sum = 0;
    for (size_t k = 0; k < side; k++) {
        sum += m->counts[k * side + column];
    }
    return sum;
}

static int64_t total(const struct segi_classes *m)
{
    int64_t sum = 0;
    for (size_t k = 0; k <= (size_t)m->classes; k++) {
        sum += row_sum(m, k);
    }
    return sum;
}

struct segi_counts segi_classes_one(const struct segi_classes *m, int32_t class_id)
{
    size_t k = (size_t)class_id;
    struct segi_counts c = {.tp = m->counts[k * ((size_t)m->classes + 2)]};
    c.fp = column_sum(m, k) - c.tp;
    c.fn = row_sum(m, k) - c.tp;
    c.tn = total(m) - c.tp - c.fp - c.fn;
    return c;
}

double segi_classes_accuracy(const struct segi_classes *m)
{
    int64_t right = 0, all = 0;
    for (size_t k = 0; k < (size_t)m->classes; k++) {
        right += m->counts[k * ((size_t)m->classes + 2)];
        all += row_sum(m, k);
    }
    return segi_ratio((double)right, (double)all, SEGI_EMPTY_NAN);
}

double segi_classes_kappa(const struct segi_classes *m)
{
    double n = (double)total(m), right = 0, chance = 0;
    for (size_t k = 0; k <= (size_t)m->classes; k++) {
        right += k < (size_t)m->classes ? (double)m->counts[k * ((size_t)m->classes + 2)] : 0;
        chance += (double)row_sum(m, k) * (double)column_sum(m, k);
    }
    return segi_ratio(right * n - chance, n * n - chance, SEGI_EMPTY_NAN);
}

double segi_classes_score(const struct segi_classes *m, int32_t class_id, enum segi_score score)
{
    struct segi_counts c = segi_classes_one(m, class_id);
    switch (score) {
    case SEGI_IOU:
        return segi_iou(&c, SEGI_EMPTY_NAN);
    case SEGI_DICE:
        return segi_dice(&c, SEGI_EMPTY_NAN);
    case SEGI_PRECISION:
        return segi_precision(&c, SEGI_EMPTY_NAN);
    default:
        return segi_recall(&c, SEGI_EMPTY_NAN);
    }
}

double segi_classes_mean(const struct segi_classes *m, int32_t first, enum segi_score score,
                         int32_t *undefined)
{
    double sum = 0;
    int32_t defined = 0;
    for (int32_t k = first; k < m->classes; k++) {
        double value = segi_classes_score(m, k, score);
        if (!isnan(value)) {
            sum += value;
            defined++;
        }
    }
    if (undefined) {
        *undefined = m->classes - first - defined;
    }
    return segi_ratio(sum, defined, SEGI_EMPTY_NAN);
}

double segi_classes_present_iou(const struct segi_classes *m, int weighted)
{
    double sum = 0, weights = 0;
    for (int32_t k = 0; k <= m->classes; k++) {
        int64_t rows = row_sum(m, (size_t)k), columns = column_sum(m, (size_t)k);
        if (rows + columns == 0) {
            continue;
        }
        double weight = weighted ? (double)rows : 1;
        if (k < m->classes) {
            struct segi_counts c = segi_classes_one(m, k);
            sum += weight * segi_iou(&c, SEGI_EMPTY_ZERO);
        }
        weights += weight;
    }
    return segi_ratio(sum, weights, SEGI_EMPTY_NAN);
}
