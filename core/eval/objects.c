/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects of one label image against those of another. */
#include "objects.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int segi_overlaps_init(struct segi_overlaps *o, const struct segi_table *table)
{
    memset(o, 0, sizeof *o);
    o->table = table;
    o->truths = segi_side_objects(&table->truth);
    o->preds = segi_side_objects(&table->pred);
    o->edges = malloc((table->cell_count + 1) * sizeof *o->edges);
    o->shared = malloc((table->cell_count + 1) * sizeof *o->shared);
    if (!o->edges || !o->shared) {
        segi_overlaps_free(o);
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        const struct segi_cell *c = &table->cells[i];
        if (table->truth.labels[c->truth] == 0 || table->pred.labels[c->pred] == 0) {
            continue;
        }
        int64_t joined = table->truth.sizes[c->truth] + table->pred.sizes[c->pred] - c->count;
        o->shared[o->count] = c->count;
        o->edges[o->count++] =
            (struct segi_edge){c->truth, c->pred, (double)c->count / (double)joined};
    }
    return SEG_OK;
}

void segi_overlaps_free(struct segi_overlaps *o)
{
    free(o->edges);
    free(o->shared);
    memset(o, 0, sizeof *o);
}

static int64_t joined(const struct segi_overlaps *o, size_t edge)
{
    const struct segi_edge *e = &o->edges[edge];
    return o->table->truth.sizes[e->left] + o->table->pred.sizes[e->right] - o->shared[edge];
}

static bool passes(double iou, double threshold, int strict)
{
    return strict ? iou > threshold : iou >= threshold;
}

/* Whether no object is in two edges that pass: then they are the matching. */
static bool unique(const struct segi_overlaps *o, double threshold, int strict, uint8_t *seen)
{
    uint8_t *rights = seen + o->table->truth.count;
    memset(seen, 0, (size_t)o->table->truth.count + o->table->pred.count);
    for (size_t i = 0; i < o->count; i++) {
        const struct segi_edge *e = &o->edges[i];
        if (passes(e->weight, threshold, strict)) {
            if (seen[e->left] || rights[e->right]) {
                return false;
            }
            seen[e->left] = rights[e->right] = 1;
        }
    }
    return true;
}

/* The matching of most pairs above the threshold; of those, of the largest sum of IoU. */
static int best_pairs(const struct segi_overlaps *o, double threshold, int strict,
                      uint32_t *matched)
{
    const struct segi_table *t = o->table;
    uint32_t least = o->truths < o->preds ? o->truths : o->preds;
    struct segi_edge *edges = malloc((o->count + 1) * sizeof *edges);
    if (!edges) {
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < o->count; i++) {
        edges[i] = o->edges[i];
        edges[i].weight = o->edges[i].weight / (2 * (double)least) +
                          (passes(o->edges[i].weight, threshold, strict) ? 1 : 0);
    }
    int status = segi_assign(edges, o->count, t->truth.count, t->pred.count, matched);
    free(edges);
    return status;
}

int segi_match(const struct segi_overlaps *o, double threshold, int strict,
               struct segi_match *match)
{
    size_t objects = (size_t)o->table->truth.count + o->table->pred.count;
    int status = SEG_OK;
    memset(match, 0, sizeof *match);
    uint8_t *seen = malloc(objects + 1);
    uint32_t *matched = malloc((objects + 1) * sizeof *matched);
    if (!seen || !matched) {
        status = SEG_NOMEM;
    } else if (unique(o, threshold, strict, seen)) {
        for (size_t i = 0; i < o->count; i++) {
            if (passes(o->edges[i].weight, threshold, strict)) {
                match->tp++;
                match->iou_sum += o->edges[i].weight;
            }
        }
    } else if ((status = best_pairs(o, threshold, strict, matched)) == SEG_OK) {
        for (uint32_t i = 0; i < o->table->truth.count; i++) {
            if (matched[i] != SEGI_UNMATCHED &&
                passes(o->edges[matched[i]].weight, threshold, strict)) {
                match->tp++;
                match->iou_sum += o->edges[matched[i]].weight;
            }
        }
    }
    match->fp = o->preds - match->tp;
    match->fn = o->truths - match->tp;
    free(seen);
    free(matched);
    return status;
}

static double quotient(double a, double b)
{
    return b > 0 ? a / b : (double)NAN;
}

double segi_match_accuracy(const struct segi_match *m)
{
    return quotient((double)m->tp, (double)(m->tp + m->fp + m->fn));
}

double segi_match_precision(const struct segi_match *m)
{
    return quotient((double)m->tp, (double)(m->tp + m->fp));
}

double segi_match_recall(const struct segi_match *m)
{
    return quotient((double)m->tp, (double)(m->tp + m->fn));
}

double segi_match_f1(const struct segi_match *m)
{
    return quotient(2 * (double)m->tp, (double)(2 * m->tp + m->fp + m->fn));
}

double segi_match_quality(const struct segi_match *m)
{
    return m->tp > 0 ? m->iou_sum / (double)m->tp : m->fp + m->fn > 0 ? 0 : (double)NAN;
}

double segi_match_panoptic(const struct segi_match *m)
{
    return quotient(2 * m->iou_sum, (double)(2 * m->tp + m->fp + m->fn));
}

/* Intersection over union of the chosen pairs, objects in no pair joining the union. `chosen` is
 * an edge for each truth. */
static int aggregate(const struct segi_overlaps *o, const uint32_t *chosen, double *value)
{
    const struct segi_table *t = o->table;
    uint8_t *used = calloc((size_t)t->pred.count + 1, 1);
    int64_t common = 0, all = 0;
    if (!used) {
        return SEG_NOMEM;
    }
    for (uint32_t i = segi_side_first(&t->truth); i < t->truth.count; i++) {
        if (chosen[i] == SEGI_UNMATCHED) {
            all += t->truth.sizes[i];
        } else {
            common += o->shared[chosen[i]];
            all += joined(o, chosen[i]);
            used[o->edges[chosen[i]].right] = 1;
        }
    }
    for (uint32_t i = segi_side_first(&t->pred); i < t->pred.count; i++) {
        all += used[i] ? 0 : t->pred.sizes[i];
    }
    *value = quotient((double)common, (double)all);
    free(used);
    return SEG_OK;
}

int segi_aji(const struct segi_overlaps *o, double *value)
{
    uint32_t *chosen = malloc(((size_t)o->table->truth.count + 1) * sizeof *chosen);
    if (!chosen) {
        return SEG_NOMEM;
    }
    memset(chosen, 0xff, ((size_t)o->table->truth.count + 1) * sizeof *chosen);
    for (size_t i = 0; i < o->count; i++) {
        uint32_t left = o->edges[i].left;
        if (chosen[left] == SEGI_UNMATCHED || o->edges[i].weight > o->edges[chosen[left]].weight) {
            chosen[left] = (uint32_t)i;
        }
    }
    int status = aggregate(o, chosen, value);
    free(chosen);
    return status;
}

int segi_aji_plus(const struct segi_overlaps *o, double *value)
{
    uint32_t *chosen = malloc(((size_t)o->table->truth.count + 1) * sizeof *chosen);
    if (!chosen) {
        return SEG_NOMEM;
    }
    int status =
        segi_assign(o->edges, o->count, o->table->truth.count, o->table->pred.count, chosen);
    if (status == SEG_OK) {
        status = aggregate(o, chosen, value);
    }
    free(chosen);
    return status;
}

/* Pixels that belong to an object in either image. */
static int64_t foreground(const struct segi_table *t)
{
    int64_t all = t->total;
    for (size_t i = 0; i < t->cell_count; i++) {
        if (t->truth.labels[t->cells[i].truth] == 0 && t->pred.labels[t->cells[i].pred] == 0) {
            all -= t->cells[i].count;
        }
    }
    return all;
}

int segi_aji_foreground(const struct segi_overlaps *o, double *value)
{
    uint32_t *chosen = malloc(((size_t)o->table->truth.count + 1) * sizeof *chosen);
    if (!chosen) {
        return SEG_NOMEM;
    }
    int status = best_pairs(o, 0.5, 0, chosen);
    int64_t common = 0;
    for (uint32_t i = 0; status == SEG_OK && i < o->table->truth.count; i++) {
        common += chosen[i] == SEGI_UNMATCHED ? 0 : o->shared[chosen[i]];
    }
    *value = quotient((double)common, (double)foreground(o->table));
    free(chosen);
    return status;
}

double segi_dice_pairs(const struct segi_overlaps *o)
{
    double common = 0, sizes = 0;
    for (size_t i = 0; i < o->count; i++) {
        common += (double)o->shared[i];
        sizes += (double)(o->table->truth.sizes[o->edges[i].left] +
                          o->table->pred.sizes[o->edges[i].right]);
    }
    return quotient(2 * common, sizes);
}

double segi_dice_foreground(const struct segi_overlaps *o)
{
    double common = 0, sizes = 0;
    for (size_t i = 0; i < o->count; i++) {
        common += (double)o->shared[i];
    }
    for (uint32_t i = segi_side_first(&o->table->truth); i < o->table->truth.count; i++) {
        sizes += (double)o->table->truth.sizes[i];
    }
    for (uint32_t i = segi_side_first(&o->table->pred); i < o->table->pred.count; i++) {
        sizes += (double)o->table->pred.sizes[i];
    }
    return quotient(2 * common, sizes);
}
