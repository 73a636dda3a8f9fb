/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Panoptic quality over classes. */
#include "panoptic.h"

#include "boundary.h"
#include "table.h"

#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

#define INNER (-2) /* a segment's pixels off its band */
#define NONE  SIZE_MAX

/* The segment of each label of a table's side; NONE where there is none. */
static size_t *segments_of(const struct segi_side *side, const struct segi_panoptic_side *from)
{
    size_t *index = malloc(((size_t)side->count + 1) * sizeof *index);
    if (!index) {
        return NULL;
    }
    for (uint32_t i = 0; i < side->count; i++) {
        index[i] = NONE;
        for (size_t k = 0; k < from->count; k++) {
            if (from->segments[k].id == side->labels[i]) {
                index[i] = k;
            }
        }
    }
    return index;
}

/* What the bands and the pixels give: everything is asked by segment. */
struct overlap {
    struct segi_table table;
    size_t *truth, *pred; /* label -> segment */
    int64_t *areas;       /* of the predicted segments */
    int64_t *voids;       /* their pixels on void */
};

static void overlap_free(struct overlap *o)
{
    segi_table_free(&o->table);
    free(o->truth);
    free(o->pred);
    free(o->areas);
    free(o->voids);
}

static int overlap_init(struct overlap *o, const struct segi_panoptic_side *truth,
                        const struct segi_panoptic_side *pred, const int32_t *truth_pixels,
                        const int32_t *pred_pixels, size_t n)
{
    memset(o, 0, sizeof *o);
    int status = segi_table_init(&o->table, truth_pixels, pred_pixels, n, 0);
    if (status != SEG_OK) {
        return status;
    }
    o->truth = segments_of(&o->table.truth, truth);
    o->pred = segments_of(&o->table.pred, pred);
    o->areas = calloc(pred->count + 1, sizeof *o->areas);
    o->voids = calloc(pred->count + 1, sizeof *o->voids);
    if (!o->truth || !o->pred || !o->areas || !o->voids) {
        overlap_free(o);
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < o->table.cell_count; i++) {
        const struct segi_cell *c = &o->table.cells[i];
        size_t p = o->pred[c->pred];
        if (p != NONE) {
            o->areas[p] += c->count;
            o->voids[p] += o->table.truth.labels[c->truth] == 0 ? c->count : 0;
        }
    }
    return SEG_OK;
}

/* One segment reduced to its band, within its own box. */
static int thin(int32_t *pixels, int32_t width, int32_t height, int32_t id, int32_t distance,
                uint8_t *mask)
{
    int32_t x0 = width, x1 = -1, y0 = height, y1 = -1;
    for (int32_t y = 0; y < height; y++) {
        const int32_t *row = pixels + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++) {
            if (row[x] == id) {
                x0 = x < x0 ? x : x0;
                x1 = x > x1 ? x : x1;
                y0 = y < y0 ? y : y0;
                y1 = y;
            }
        }
    }
    if (x1 < 0) {
        return SEG_OK;
    }
    int32_t w = x1 - x0 + 1, h = y1 - y0 + 1;
    for (int32_t y = 0; y < h; y++) {
        const int32_t *row = pixels + (size_t)(y + y0) * (size_t)width + x0;
        for (int32_t x = 0; x < w; x++) {
            mask[(size_t)y * (size_t)w + (size_t)x] = row[x] == id;
        }
    }
    int status = segi_boundary_band(mask, w, h, distance, mask);
    for (int32_t y = 0; y < h; y++) {
        int32_t *row = pixels + (size_t)(y + y0) * (size_t)width + x0;
        for (int32_t x = 0; x < w; x++) {
            if (row[x] == id && !mask[(size_t)y * (size_t)w + (size_t)x]) {
                row[x] = INNER;
            }
        }
    }
    return status;
}

/* A copy of a side's pixels in which all segments are bands. */
static int32_t *bands(const struct segi_panoptic_side *side, int32_t width, int32_t height,
                      int32_t distance, int64_t *areas)
{
    size_t n = (size_t)width * (size_t)height;
    int32_t *pixels = malloc(n * sizeof *pixels);
    uint8_t *mask = malloc(n);
    int status = pixels && mask ? SEG_OK : SEG_NOMEM;
    if (status == SEG_OK) {
        memcpy(pixels, side->pixels, n * sizeof *pixels);
    }
    for (size_t k = 0; status == SEG_OK && k < side->count; k++) {
        status = thin(pixels, width, height, side->segments[k].id, distance, mask);
        areas[k] = 0;
        for (size_t i = 0; i < n; i++) {
            areas[k] += pixels[i] == side->segments[k].id;
        }
    }
    free(mask);
    if (status != SEG_OK) {
        free(pixels);
        return NULL;
    }
    return pixels;
}

/* The bands' overlap. */
struct band {
    struct overlap overlap;
    int64_t *truth_areas;
};

static int band_init(struct band *b, const struct segi_panoptic_side *truth,
                     const struct segi_panoptic_side *pred, int32_t width, int32_t height,
                     int32_t distance)
{
    memset(b, 0, sizeof *b);
    int status = SEG_NOMEM;
    int64_t *areas = malloc((pred->count + 1) * sizeof *areas);
    int32_t *truths = NULL, *preds = NULL;
    b->truth_areas = malloc((truth->count + 1) * sizeof *b->truth_areas);
    if (areas && b->truth_areas) {
        truths = bands(truth, width, height, distance, b->truth_areas);
        preds = bands(pred, width, height, distance, areas);
    }
    if (truths && preds) {
        status =
            overlap_init(&b->overlap, truth, pred, truths, preds, (size_t)width * (size_t)height);
    }
    free(areas);
    free(truths);
    free(preds);
    return status;
}

static double band_iou(const struct band *b, size_t truth, size_t pred)
{
    int64_t common = 0;
    const struct segi_table *t = &b->overlap.table;
    for (size_t i = 0; i < t->cell_count; i++) {
        if (b->overlap.truth[t->cells[i].truth] == truth &&
            b->overlap.pred[t->cells[i].pred] == pred) {
            common = t->cells[i].count;
        }
    }
    int64_t all = b->overlap.areas[pred] + b->truth_areas[truth] - common - b->overlap.voids[pred];
    return (double)common / (double)all;
}

/* Counts what matched nothing. `crowd_of`: pixels of each predicted segment on crowd of its class.
 */
static void count_rest(struct segi_panoptic *classes, const struct segi_panoptic_side *truth,
                       const struct segi_panoptic_side *pred, const struct overlap *o,
                       const uint8_t *found, const uint8_t *used)
{
    for (size_t k = 0; k < truth->count; k++) {
        classes[truth->segments[k].class_index].fn += !found[k] && !truth->segments[k].crowd;
    }
    for (size_t k = 0; k < pred->count; k++) {
        if (used[k]) {
            continue;
        }
        size_t crowd = NONE; /* the last one of its class, as the reference has it */
        for (size_t i = 0; i < truth->count; i++) {
            if (truth->segments[i].crowd &&
                truth->segments[i].class_index == pred->segments[k].class_index) {
                crowd = i;
            }
        }
        int64_t excused = o->voids[k];
        for (size_t i = 0; crowd != NONE && i < o->table.cell_count; i++) {
            const struct segi_cell *c = &o->table.cells[i];
            excused += o->truth[c->truth] == crowd && o->pred[c->pred] == k ? c->count : 0;
        }
        if (2 * excused <= o->areas[k]) {
            classes[pred->segments[k].class_index].fp++;
        }
    }
}

int segi_panoptic_add(struct segi_panoptic *classes, const struct segi_panoptic_side *truth,
                      const struct segi_panoptic_side *pred, int32_t width, int32_t height,
                      int32_t distance)
{
    size_t n = (size_t)width * (size_t)height;
    struct overlap o;
    struct band band = {0};
    uint8_t *seen = NULL;
    int status = overlap_init(&o, truth, pred, truth->pixels, pred->pixels, n);
    if (status != SEG_OK) {
        return status;
    }
    for (uint32_t i = 0; i < o.table.pred.count; i++) {
        if (o.pred[i] == NONE && o.table.pred.labels[i] != 0) {
            status = SEG_INVALID;
        }
    }
    if (status == SEG_OK && distance > 0) {
        status = band_init(&band, truth, pred, width, height, distance);
    }
    seen = calloc(truth->count + pred->count + 1, 1);
    if (status != SEG_OK || !seen) {
        status = status != SEG_OK ? status : SEG_NOMEM;
        goto out;
    }
    uint8_t *found = seen, *used = seen + truth->count;
    for (size_t i = 0; i < o.table.cell_count; i++) {
        const struct segi_cell *c = &o.table.cells[i];
        size_t t = o.truth[c->truth], p = o.pred[c->pred];
        if (t == NONE || p == NONE || truth->segments[t].crowd ||
            truth->segments[t].class_index != pred->segments[p].class_index) {
            continue;
        }
        int64_t all = o.areas[p] + truth->segments[t].area - c->count - o.voids[p];
        double iou = (double)c->count / (double)all;
        if (distance > 0 && iou > 0.5) {
            double thin_iou = band_iou(&band, t, p);
            iou = thin_iou < iou ? thin_iou : iou;
        }
        if (iou > 0.5) {
            classes[truth->segments[t].class_index].tp++;
            classes[truth->segments[t].class_index].iou_sum += iou;
            found[t] = used[p] = 1;
        }
    }
    count_rest(classes, truth, pred, &o, found, used);
out:
    overlap_free(&o);
    overlap_free(&band.overlap);
    free(band.truth_areas);
    free(seen);
    return status;
}

struct segi_panoptic_score segi_panoptic_score(const struct segi_panoptic *one)
{
    struct segi_panoptic_score s = {0, 0, 0};
    double half = (double)one->tp + 0.5 * (double)(one->fp + one->fn);
    if (half > 0) {
        s.pq = one->iou_sum / half;
        s.sq = one->tp ? one->iou_sum / (double)one->tp : 0;
        s.rq = (double)one->tp / half;
    }
    return s;
}
