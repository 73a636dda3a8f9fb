/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two partitions of the same pixels: measures from pair counts and from entropies. */
#include "partition.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>

/* Ordered pairs of pixels: together in both, in the truth, in the prediction, and all. */
struct pairs {
    double both, truth, pred, all;
};

static double squares(const struct segi_side *side)
{
    double sum = 0;
    for (uint32_t i = 0; i < side->count; i++) {
        sum += (double)side->sizes[i] * (double)(side->sizes[i] - 1);
    }
    return sum;
}

static struct pairs count_pairs(const struct segi_table *t)
{
    struct pairs p = {.truth = squares(&t->truth), .pred = squares(&t->pred)};
    for (size_t i = 0; i < t->cell_count; i++) {
        p.both += (double)t->cells[i].count * (double)(t->cells[i].count - 1);
    }
    p.all = (double)t->total * (double)(t->total - 1);
    return p;
}

double segi_rand(const struct segi_table *t)
{
    struct pairs p = count_pairs(t);
    return p.all > 0 ? (p.all - p.truth - p.pred + 2 * p.both) / p.all : 1;
}

double segi_adjusted_rand(const struct segi_table *t)
{
    struct pairs p = count_pairs(t);
    double fn = p.truth - p.both, fp = p.pred - p.both, tn = p.all - p.truth - p.pred + p.both;
    if (fn == 0 && fp == 0) {
        return 1;
    }
    return 2 * (p.both * tn - fn * fp) / ((p.both + fn) * (fn + tn) + (p.both + fp) * (fp + tn));
}

double segi_fowlkes_mallows(const struct segi_table *t)
{
    struct pairs p = count_pairs(t);
    return p.both > 0 ? sqrt(p.both / p.pred) * sqrt(p.both / p.truth) : 0;
}

struct segi_adapted_rand segi_adapted_rand(const struct segi_table *t, double alpha)
{
    struct pairs p = count_pairs(t);
    struct segi_adapted_rand r = {(double)NAN, (double)NAN, (double)NAN};
    double below = alpha * p.truth + (1 - alpha) * p.pred;
    r.precision = p.pred > 0 ? p.both / p.pred : (double)NAN;
    r.recall = p.truth > 0 ? p.both / p.truth : (double)NAN;
    r.error = below > 0 ? 1 - p.both / below : (double)NAN;
    return r;
}

/* H of one side, in nats. */
static double entropy(const struct segi_side *side, int64_t total)
{
    double sum = 0, n = (double)total;
    for (uint32_t i = 0; i < side->count; i++) {
        double size = (double)side->sizes[i];
        sum -= size / n * (log(size) - log(n));
    }
    return side->count > 1 ? sum : 0;
}

/* H(other | side) of the cells, in nats; `truth`: given the truth. */
static double conditional(const struct segi_table *t, int given_truth)
{
    double sum = 0;
    for (size_t i = 0; i < t->cell_count; i++) {
        const struct segi_cell *c = &t->cells[i];
        double given = (double)(given_truth ? t->truth.sizes[c->truth] : t->pred.sizes[c->pred]);
        sum += (double)c->count * log(given / (double)c->count);
    }
    return sum / (double)t->total;
}

struct segi_voi segi_voi(const struct segi_table *t)
{
    struct segi_voi voi = {(double)NAN, (double)NAN};
    if (t->total) {
        voi.split = conditional(t, 1) / log(2);
        voi.merge = conditional(t, 0) / log(2);
    }
    return voi;
}

double segi_mutual_information(const struct segi_table *t)
{
    if (t->total == 0) {
        return 0;
    }
    double value = entropy(&t->truth, t->total) - conditional(t, 0);
    return value > 0 ? value : 0;
}

double segi_normalized_mutual_information(const struct segi_table *t)
{
    double mean = (entropy(&t->truth, t->total) + entropy(&t->pred, t->total)) / 2;
    if (t->truth.count <= 1 && t->pred.count <= 1) {
        return 1;
    }
    double mi = segi_mutual_information(t);
    return mi > 0 ? mi / mean : 0;
}

double segi_homogeneity(const struct segi_table *t)
{
    double h = t->total ? entropy(&t->truth, t->total) : 0;
    return h > 0 ? segi_mutual_information(t) / h : 1;
}

double segi_completeness(const struct segi_table *t)
{
    double h = t->total ? entropy(&t->pred, t->total) : 0;
    return h > 0 ? segi_mutual_information(t) / h : 1;
}

/* Mutual information that partitions of these sizes have by chance. */
static double expected(const struct segi_table *t, const double *log_factorial)
{
    int64_t n = t->total;
    double sum = 0;
    for (uint32_t i = 0; i < t->truth.count; i++) {
        for (uint32_t j = 0; j < t->pred.count; j++) {
            int64_t a = t->truth.sizes[i], b = t->pred.sizes[j];
            double fixed = log_factorial[a] + log_factorial[b] + log_factorial[n - a] +
                           log_factorial[n - b] - log_factorial[n];
            int64_t low = a + b - n > 1 ? a + b - n : 1, high = a < b ? a : b;
            for (int64_t k = low; k <= high; k++) {
                double log_chance = fixed - log_factorial[k] - log_factorial[a - k] -
                                    log_factorial[b - k] - log_factorial[n - a - b + k];
                sum += (double)k / (double)n *
                       log((double)n * (double)k / ((double)a * (double)b)) * exp(log_chance);
            }
        }
    }
    return sum;
}

int segi_adjusted_mutual_information(const struct segi_table *t, double *value)
{
    *value = 1;
    if (t->total == 0 || (t->truth.count == 1 && t->pred.count == 1) ||
        (t->truth.count == t->total && t->pred.count == t->total)) {
        return SEG_OK;
    }
    double *log_factorial = malloc(((size_t)t->total + 1) * sizeof *log_factorial);
    if (!log_factorial) {
        return SEG_NOMEM;
    }
    log_factorial[0] = 0;
    for (int64_t i = 1; i <= t->total; i++) {
        log_factorial[i] = lgamma((double)i + 1);
    }
    double chance = expected(t, log_factorial), mi = segi_mutual_information(t);
    double mean = (entropy(&t->truth, t->total) + entropy(&t->pred, t->total)) / 2;
    double below = mean - chance;
    double least = 2.2204460492503131e-16;
    below = below < 0 ? fmin(below, -least) : fmax(below, least);
    *value = (mi - chance) / below;
    free(log_factorial);
    return SEG_OK;
}

int segi_covering(const struct segi_table *t, struct segi_covering *value)
{
    value->truth = value->pred = (double)NAN;
    if (t->total == 0) {
        return SEG_OK;
    }
    double *best = calloc((size_t)t->truth.count + t->pred.count, sizeof *best);
    if (!best) {
        return SEG_NOMEM;
    }
    double *of_truth = best, *of_pred = best + t->truth.count;
    for (size_t i = 0; i < t->cell_count; i++) {
        const struct segi_cell *c = &t->cells[i];
        int64_t joined = t->truth.sizes[c->truth] + t->pred.sizes[c->pred] - c->count;
        double iou = (double)c->count / (double)joined;
        of_truth[c->truth] = fmax(of_truth[c->truth], iou);
        of_pred[c->pred] = fmax(of_pred[c->pred], iou);
    }
    value->truth = value->pred = 0;
    for (uint32_t i = 0; i < t->truth.count; i++) {
        value->truth += (double)t->truth.sizes[i] * of_truth[i] / (double)t->total;
    }
    for (uint32_t i = 0; i < t->pred.count; i++) {
        value->pred += (double)t->pred.sizes[i] * of_pred[i] / (double)t->total;
    }
    free(best);
    return SEG_OK;
}
