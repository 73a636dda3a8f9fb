/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's average precision and recall (Lin et al., "Microsoft COCO", 2014): greedy matching by
 * falling score, precision at 101 levels of recall, ten IoU thresholds, three bins of area. */
#include "coco.h"

#include "boundary.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

#define THRESHOLDS SEGI_COCO_THRESHOLDS
#define RANGES     4
#define RECALLS    101
#define MOST       100 /* detections of one image and category */

static const double area_low[RANGES] = {0, 0, 32 * 32, 96 * 96};
static const double area_high[RANGES] = {1e10, 32 * 32, 96 * 96, 1e10};

/* One detection after matching: bits by threshold, for each range of area. */
struct ranked {
    double score;
    uint32_t order; /* among those of its category, for a stable sort */
    uint32_t rank;  /* in its image, from 0 */
    uint16_t matched[RANGES], ignored[RANGES];
};

struct evaluation {
    struct segi_coco *truth, *pred;
    enum segi_coco_kind kind;
    bool lose_id_zero;
    double thresholds[THRESHOLDS], recalls[RECALLS];
    size_t *truth_order, *pred_order; /* objects by category, image, and then score or place */
    struct ranked *ranked;            /* of the category at hand */
    size_t ranked_count;
    int64_t wanted[RANGES]; /* truths that are not ignored */
    double *ious;           /* of one image: detections by truths */
    size_t iou_room;
    double *curve;  /* precision */
    size_t *picked; /* truths of one image in the order that they are tried */
    uint8_t *taken, *skipped;
};

struct key {
    uint32_t category, image;
    double score;
    size_t index;
};

static int by_key(const void *a, const void *b)
{
    const struct key *p = a, *q = b;
    if (p->category != q->category) {
        return p->category < q->category ? -1 : 1;
    }
    if (p->image != q->image) {
        return p->image < q->image ? -1 : 1;
    }
    if (p->score != q->score) {
        return p->score > q->score ? -1 : 1;
    }
    return (p->index > q->index) - (p->index < q->index);
}

/* Indices sorted by category, image, falling score where `scored`, and place. */
static size_t *ordered(const struct segi_coco *set, bool scored)
{
    struct key *keys = malloc((set->object_count + 1) * sizeof *keys);
    size_t *order = malloc((set->object_count + 1) * sizeof *order);
    for (size_t i = 0; keys && order && i < set->object_count; i++) {
        const struct segi_coco_object *o = &set->objects[i];
        keys[i] = (struct key){o->category, o->image, scored ? o->score : 0, i};
    }
    if (keys && order) {
        qsort(keys, set->object_count, sizeof *keys, by_key);
        for (size_t i = 0; i < set->object_count; i++) {
            order[i] = keys[i].index;
        }
    } else {
        free(order);
        order = NULL;
    }
    free(keys);
    return order;
}

static double overlap(const struct evaluation *e, const struct segi_coco_object *pred,
                      const struct segi_coco_object *truth)
{
    if (e->kind == SEGI_COCO_BOX) {
        return segi_box_iou(pred->box, truth->box, truth->crowd);
    }
    double iou = segi_rle_iou(&pred->mask, &truth->mask, truth->crowd);
    if (e->kind == SEGI_COCO_BOUNDARY && !truth->crowd && iou > 0) {
        iou = fmin(iou, segi_rle_iou(&pred->band, &truth->band, 0));
    }
    return iou;
}

/* Greedy matching of one image's detections, best score first, at one threshold: for each the truth
 * that it overlaps most, ignored ones only where no other is to be had. */
static void match_image(struct evaluation *e, const size_t *preds, size_t pred_count,
                        const size_t *truths, size_t truth_count, struct ranked *out, int range,
                        int threshold)
{
    uint16_t bit = (uint16_t)(1u << threshold);
    memset(e->taken, 0, truth_count);
    for (size_t d = 0; d < pred_count; d++) {
        double best = fmin(e->thresholds[threshold], 1 - 1e-10);
        size_t chosen = SIZE_MAX;
        for (size_t k = 0; k < truth_count; k++) {
            size_t g = e->picked[k];
            if (e->taken[g] && !e->truth->objects[truths[g]].crowd) {
                continue;
            }
            if (chosen != SIZE_MAX && !e->skipped[chosen] && e->skipped[g]) {
                break;
            }
            if (e->ious[d * truth_count + g] >= best) {
                best = e->ious[d * truth_count + g];
                chosen = g;
            }
        }
        const struct segi_coco_object *pred = &e->pred->objects[preds[d]];
        bool lost = false;
        if (chosen != SIZE_MAX) {
            e->taken[chosen] = 1;
            lost = e->lose_id_zero && e->truth->objects[truths[chosen]].id == 0;
            out[d].matched[range] |= lost ? 0 : bit;
            out[d].ignored[range] |= e->skipped[chosen] ? bit : 0;
        }
        double area = e->kind == SEGI_COCO_BOX ? pred->box[2] * pred->box[3] : pred->area;
        if ((chosen == SIZE_MAX || lost) && (area < area_low[range] || area > area_high[range])) {
            out[d].ignored[range] |= bit;
        }
    }
}

static int one_image(struct evaluation *e, const size_t *preds, size_t pred_count,
                     const size_t *truths, size_t truth_count)
{
    pred_count = pred_count < MOST ? pred_count : MOST;
    size_t need = pred_count * truth_count;
    if (need > e->iou_room) {
        free(e->ious);
        e->iou_room = need * 2;
        e->ious = malloc(e->iou_room * sizeof *e->ious);
        if (!e->ious) {
            e->iou_room = 0;
            return SEG_NOMEM;
        }
    }
    struct ranked *out = e->ranked + e->ranked_count;
    for (size_t d = 0; d < pred_count; d++) {
        const struct segi_coco_object *pred = &e->pred->objects[preds[d]];
        memset(&out[d], 0, sizeof out[d]);
        out[d].score = pred->score;
        out[d].order = (uint32_t)(e->ranked_count + d);
        out[d].rank = (uint32_t)d;
        for (size_t g = 0; g < truth_count; g++) {
            e->ious[d * truth_count + g] = overlap(e, pred, &e->truth->objects[truths[g]]);
        }
    }
    for (int range = 0; range < RANGES; range++) {
        size_t used = 0;
        for (size_t g = 0; g < truth_count; g++) {
            const struct segi_coco_object *t = &e->truth->objects[truths[g]];
            e->skipped[g] = t->crowd || (t->ignore && e->kind == SEGI_COCO_BOUNDARY) ||
                            t->area < area_low[range] || t->area > area_high[range];
            e->wanted[range] += !e->skipped[g];
        }
        for (int last = 0; last < 2; last++) {
            for (size_t g = 0; g < truth_count; g++) {
                if (e->skipped[g] == last) {
                    e->picked[used++] = g;
                }
            }
        }
        for (int threshold = 0; threshold < THRESHOLDS; threshold++) {
            match_image(e, preds, pred_count, truths, truth_count, out, range, threshold);
        }
    }
    e->ranked_count += pred_count;
    return SEG_OK;
}

static int by_score(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->score != q->score) {
        return p->score > q->score ? -1 : 1;
    }
    return (p->order > q->order) - (p->order < q->order);
}

/* Mean precision over the levels of recall, and the recall reached, of one category. */
static void summarize(struct evaluation *e, int range, int threshold, uint32_t most,
                      double *precision, double *recall)
{
    int64_t tp = 0, fp = 0, wanted = e->wanted[range];
    size_t n = 0;
    double *reached = e->curve + e->ranked_count;
    for (size_t i = 0; i < e->ranked_count; i++) {
        const struct ranked *r = &e->ranked[i];
        if (r->rank >= most) {
            continue;
        }
        if (!(r->ignored[range] >> threshold & 1)) {
            tp += r->matched[range] >> threshold & 1;
            fp += !(r->matched[range] >> threshold & 1);
        }
        e->curve[n] = (double)tp / ((double)(tp + fp) + 2.2204460492503131e-16);
        reached[n++] = (double)tp / (double)wanted;
    }
    *recall = n ? reached[n - 1] : 0;
    for (size_t i = n; i-- > 1;) {
        e->curve[i - 1] = fmax(e->curve[i - 1], e->curve[i]);
    }
    size_t at = 0;
    *precision = 0;
    for (int k = 0; k < RECALLS; k++) {
        while (at < n && reached[at] < e->recalls[k]) {
            at++;
        }
        *precision += at < n ? e->curve[at] / RECALLS : 0;
    }
}

/* A mean over what is there. */
struct mean {
    double sum;
    int64_t count;
};

static void mean_add(struct mean *m, double value)
{
    m->sum += value;
    m->count++;
}

static double mean_of(const struct mean *m)
{
    return m->count ? m->sum / (double)m->count : -1;
}

struct means {
    struct mean ap[RANGES], ar[RANGES], per_iou[THRESHOLDS], ar1, ar10;
};

static void one_category(struct evaluation *e, size_t category, struct means *m,
                         struct segi_coco_result *result)
{
    struct mean ap = {0, 0}, ar = {0, 0};
    qsort(e->ranked, e->ranked_count, sizeof *e->ranked, by_score);
    for (int range = 0; range < RANGES; range++) {
        for (int t = 0; e->wanted[range] && t < THRESHOLDS; t++) {
            double precision, recall;
            summarize(e, range, t, MOST, &precision, &recall);
            mean_add(&m->ap[range], precision);
            mean_add(&m->ar[range], recall);
            if (range > 0) {
                continue;
            }
            mean_add(&m->per_iou[t], precision);
            mean_add(&ap, precision);
            mean_add(&ar, recall);
            summarize(e, 0, t, 1, &precision, &recall);
            mean_add(&m->ar1, recall);
            summarize(e, 0, t, 10, &precision, &recall);
            mean_add(&m->ar10, recall);
        }
    }
    result->ap_per_category[category] = mean_of(&ap);
    result->ar_per_category[category] = mean_of(&ar);
}

/* The end of the run of objects of the same category and image, or the same category only. */
static size_t run_end(const struct segi_coco *set, const size_t *order, size_t from,
                      size_t category, size_t image)
{
    size_t i = from;
    while (i < set->object_count && set->objects[order[i]].category == category &&
           (image == SIZE_MAX || set->objects[order[i]].image == image)) {
        i++;
    }
    return i;
}

static int all_categories(struct evaluation *e, struct means *m, struct segi_coco_result *result)
{
    size_t t = 0, p = 0;
    for (size_t category = 0; category < e->truth->category_count; category++) {
        size_t truth_end = run_end(e->truth, e->truth_order, t, category, SIZE_MAX);
        size_t pred_end = run_end(e->pred, e->pred_order, p, category, SIZE_MAX);
        e->ranked_count = 0;
        memset(e->wanted, 0, sizeof e->wanted);
        while (t < truth_end || p < pred_end) {
            size_t image = SIZE_MAX;
            if (t < truth_end) {
                image = e->truth->objects[e->truth_order[t]].image;
            }
            if (p < pred_end && e->pred->objects[e->pred_order[p]].image < image) {
                image = e->pred->objects[e->pred_order[p]].image;
            }
            size_t t_end = run_end(e->truth, e->truth_order, t, category, image);
            size_t p_end = run_end(e->pred, e->pred_order, p, category, image);
            int status = one_image(e, e->pred_order + p, p_end - p, e->truth_order + t, t_end - t);
            if (status != SEG_OK) {
                return status;
            }
            t = t_end;
            p = p_end;
        }
        one_category(e, category, m, result);
    }
    return SEG_OK;
}

static int fill_bands(struct segi_coco *set)
{
    for (size_t i = 0; i < set->object_count; i++) {
        struct segi_coco_object *o = &set->objects[i];
        if (o->band.counts || !o->mask.counts) {
            continue;
        }
        int status = segi_rle_band(&o->band, &o->mask,
                                   segi_boundary_distance(o->mask.width, o->mask.height, 0.02));
        if (status != SEG_OK) {
            return status;
        }
    }
    return SEG_OK;
}

static void fill_result(const struct means *m, struct segi_coco_result *r)
{
    r->ap = mean_of(&m->ap[0]);
    r->ap_small = mean_of(&m->ap[1]);
    r->ap_medium = mean_of(&m->ap[2]);
    r->ap_large = mean_of(&m->ap[3]);
    r->ar100 = mean_of(&m->ar[0]);
    r->ar_small = mean_of(&m->ar[1]);
    r->ar_medium = mean_of(&m->ar[2]);
    r->ar_large = mean_of(&m->ar[3]);
    r->ar1 = mean_of(&m->ar1);
    r->ar10 = mean_of(&m->ar10);
    for (int t = 0; t < THRESHOLDS; t++) {
        r->ap_per_iou[t] = mean_of(&m->per_iou[t]);
    }
    r->ap50 = r->ap_per_iou[0];
    r->ap75 = r->ap_per_iou[5];
}

int segi_coco_evaluate(struct segi_coco *truth, struct segi_coco *detections,
                       enum segi_coco_kind kind, bool lose_id_zero, struct segi_coco_result *result)
{
    struct evaluation e = {
        .truth = truth, .pred = detections, .kind = kind, .lose_id_zero = lose_id_zero};
    struct means means;
    memset(&means, 0, sizeof means);
    memset(result, 0, sizeof *result);
    int status = SEG_NOMEM;
    for (int t = 0; t < THRESHOLDS; t++) {
        e.thresholds[t] = t + 1 < THRESHOLDS ? 0.5 + t * ((0.95 - 0.5) / (THRESHOLDS - 1)) : 0.95;
    }
    for (int k = 0; k < RECALLS; k++) {
        e.recalls[k] = k * (1.0 / (RECALLS - 1));
    }
    e.truth_order = ordered(truth, false);
    e.pred_order = ordered(detections, true);
    e.ranked = malloc((detections->object_count + 1) * sizeof *e.ranked);
    e.curve = malloc((2 * detections->object_count + 1) * sizeof *e.curve);
    e.picked = malloc((truth->object_count + 1) * sizeof *e.picked);
    e.taken = malloc(2 * truth->object_count + 1);
    result->ap_per_category = malloc((truth->category_count + 1) * sizeof(double));
    result->ar_per_category = malloc((truth->category_count + 1) * sizeof(double));
    if (!e.truth_order || !e.pred_order || !e.ranked || !e.curve || !e.picked || !e.taken ||
        !result->ap_per_category || !result->ar_per_category) {
        goto out;
    }
    e.skipped = e.taken + truth->object_count;
    status = kind == SEGI_COCO_BOUNDARY ? fill_bands(truth) : SEG_OK;
    if (status == SEG_OK && kind == SEGI_COCO_BOUNDARY) {
        status = fill_bands(detections);
    }
    if (status == SEG_OK) {
        status = all_categories(&e, &means, result);
    }
    fill_result(&means, result);
out:
    free(e.truth_order);
    free(e.pred_order);
    free(e.ranked);
    free(e.ious);
    free(e.curve);
    free(e.picked);
    free(e.taken);
    if (status != SEG_OK) {
        free(result->ap_per_category);
        free(result->ar_per_category);
        result->ap_per_category = result->ar_per_category = NULL;
    }
    return status;
}
