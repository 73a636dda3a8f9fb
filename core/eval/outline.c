/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thick outlines of objects against each other, as Cellpose measures boundaries. */
#include "boundary.h"
#include "nearest.h"
#include "table.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct rect {
    int32_t x0, y0, x1, y1;
};

/* Marks the pixels of one object that touch, by an edge, what lies outside of it and is connected
 * with the outside of its box. `outside` has room for the box with a margin, `stack` too. */
static void trace(const int32_t *labels, int32_t width, int32_t label, const struct rect *box,
                  uint8_t *outside, int32_t *stack, uint8_t *outline)
{
    int32_t w = box->x1 - box->x0 + 2, h = box->y1 - box->y0 + 2;
    int32_t top = 0;
    memset(outside, 0, (size_t)w * (size_t)h);
    stack[top++] = 0;
    outside[0] = 1;
    while (top > 0) {
        int32_t at = stack[--top], x = at % w, y = at / w;
        const int32_t near[4][2] = {{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}};
        for (int i = 0; i < 4; i++) {
            int32_t nx = near[i][0], ny = near[i][1];
            if (nx < 0 || ny < 0 || nx >= w || ny >= h || outside[ny * w + nx]) {
                continue;
            }
            bool inner = nx > 0 && ny > 0 && nx < w - 1 && ny < h - 1;
            size_t pixel =
                inner ? (size_t)(ny - 1 + box->y0) * (size_t)width + (size_t)(nx - 1 + box->x0) : 0;
            if (inner && labels[pixel] == label) {
                outline[pixel] = 1;
            } else {
                outside[ny * w + nx] = 1;
                stack[top++] = ny * w + nx;
            }
        }
    }
}

/* The outer outlines of all objects, and the median of their areas' square roots. */
static int outlines(const int32_t *labels, int32_t width, int32_t height, uint8_t *outline,
                    double *median);

static int by_size(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;
    return (p > q) - (p < q);
}

static double median_root(const struct segi_side *side, int64_t *sorted)
{
    uint32_t first = segi_side_first(side), n = side->count - first;
    if (n == 0) {
        return 0;
    }
    memcpy(sorted, side->sizes + first, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_size);
    return (sqrt((double)sorted[(n - 1) / 2]) + sqrt((double)sorted[n / 2])) / 2;
}

static uint32_t find(const struct segi_side *side, int32_t label)
{
    uint32_t low = 0, high = side->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (side->labels[middle] <= label) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void boxes(const int32_t *labels, int32_t width, int32_t height,
                  const struct segi_side *side, struct rect *box)
{
    for (uint32_t i = 0; i < side->count; i++) {
        box[i] = (struct rect){width, height, 0, 0};
    }
    for (int32_t y = 0; y < height; y++) {
        const int32_t *row = labels + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width;) {
            int32_t from = x, label = row[x];
            while (x < width && row[x] == label) {
                x++;
            }
            if (label == 0) {
                continue;
            }
            struct rect *b = &box[find(side, label)];
            b->x0 = from < b->x0 ? from : b->x0;
            b->x1 = x > b->x1 ? x : b->x1;
            b->y0 = y < b->y0 ? y : b->y0;
            b->y1 = y + 1;
        }
    }
}

static int outlines(const int32_t *labels, int32_t width, int32_t height, uint8_t *outline,
                    double *median)
{
    size_t n = (size_t)width * (size_t)height;
    size_t margin = ((size_t)width + 2) * ((size_t)height + 2);
    struct segi_table t;
    int status = segi_table_init(&t, labels, labels, n, 0);
    if (status != SEG_OK) {
        return status;
    }
    struct rect *box = malloc(t.truth.count * sizeof *box + 1);
    int64_t *sorted = malloc(((size_t)t.truth.count + 1) * sizeof *sorted);
    uint8_t *outside = malloc(margin);
    int32_t *stack = malloc(margin * sizeof *stack);
    status = box && sorted && outside && stack ? SEG_OK : SEG_NOMEM;
    if (status == SEG_OK) {
        memset(outline, 0, n);
        *median = median_root(&t.truth, sorted);
        boxes(labels, width, height, &t.truth, box);
        for (uint32_t i = segi_side_first(&t.truth); i < t.truth.count; i++) {
            trace(labels, width, t.truth.labels[i], &box[i], outside, stack, outline);
        }
    }
    free(box);
    free(sorted);
    free(outside);
    free(stack);
    segi_table_free(&t);
    return status;
}

int segi_boundary_thick(const int32_t *truth, const int32_t *pred, int32_t width, int32_t height,
                        double scale, struct segi_boundary_score *score)
{
    static const double unit[2] = {1, 1};
    size_t n = (size_t)width * (size_t)height;
    uint8_t *outline = malloc(n);
    double *near_truth = malloc(n * sizeof *near_truth), *near_pred = malloc(n * sizeof *near_pred);
    double root = 0, unused;
    int status = outline && near_truth && near_pred ? SEG_OK : SEG_NOMEM;
    if (status == SEG_OK) {
        status = outlines(truth, width, height, outline, &root);
    }
    if (status == SEG_OK) {
        status = segi_nearest(NULL, outline, width, height, unit, near_truth);
    }
    if (status == SEG_OK) {
        status = outlines(pred, width, height, outline, &unused);
    }
    if (status == SEG_OK) {
        status = segi_nearest(NULL, outline, width, height, unit, near_pred);
    }
    int64_t tp = 0, fp = 0, fn = 0;
    double radius = fmax(1, scale * root / (sqrt(acos(-1.0)) / 2));
    for (size_t i = 0; status == SEG_OK && i < n; i++) {
        bool t = near_truth[i] <= radius, p = near_pred[i] <= radius;
        tp += t && p;
        fp += !t && p;
        fn += t && !p;
    }
    score->precision = tp + fp ? (double)tp / (double)(tp + fp) : (double)NAN;
    score->recall = tp + fn ? (double)tp / (double)(tp + fn) : (double)NAN;
    score->f = score->precision + score->recall > 0
                   ? 2 * score->precision * score->recall / (score->precision + score->recall)
                   : (double)NAN;
    free(outline);
    free(near_truth);
    free(near_pred);
    return status;
}
