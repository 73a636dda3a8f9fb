/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How good superpixels are. */
#include "superpixel.h"

#include "boundary.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

int segi_superpixel_overlap(const struct segi_table *t, struct segi_superpixel *s)
{
    int64_t *most = calloc((size_t)t->truth.count + t->pred.count + 1, sizeof *most);
    double *touched = calloc((size_t)t->truth.count + 1, sizeof *touched);
    int status = SEG_NOMEM;
    memset(s, 0, sizeof *s);
    if (!most || !touched) {
        goto out;
    }
    int64_t *of_truth = most, *of_pred = most + t->truth.count, least = 0;
    for (size_t i = 0; i < t->cell_count; i++) {
        const struct segi_cell *c = &t->cells[i];
        int64_t size = t->pred.sizes[c->pred], outside = size - c->count;
        of_truth[c->truth] = c->count > of_truth[c->truth] ? c->count : of_truth[c->truth];
        of_pred[c->pred] = c->count > of_pred[c->pred] ? c->count : of_pred[c->pred];
        least += c->count < outside ? c->count : outside;
        touched[c->truth] += (double)size;
    }
    double n = (double)t->total, missed = 0, best = 0;
    for (uint32_t i = 0; i < t->truth.count; i++) {
        double size = (double)t->truth.sizes[i];
        missed += size - (double)of_truth[i];
        s->ue_levin += (touched[i] - size) / size / (double)t->truth.count;
    }
    for (uint32_t i = 0; i < t->pred.count; i++) {
        best += (double)of_pred[i];
    }
    s->ue_min = n > 0 ? (n - best) / n : (double)NAN;
    s->ue_np = n > 0 ? (double)least / n : (double)NAN;
    s->oversegmentation = n > 0 ? missed / n : (double)NAN;
    s->asa = n > 0 ? best / n : (double)NAN;
    s->ue_levin = n > 0 ? s->ue_levin : (double)NAN;
    status = SEG_OK;
out:
    free(most);
    free(touched);
    return status;
}

void segi_region_boundary(const int32_t *labels, int32_t width, int32_t height, uint8_t *map)
{
    size_t w = (size_t)width;
    for (int32_t y = 0; y < height; y++) {
        const int32_t *row = labels + (size_t)y * w;
        const int32_t *above = y > 0 ? row - w : row, *below = y + 1 < height ? row + w : row;
        for (size_t x = 0; x < w; x++) {
            int32_t left = row[x ? x - 1 : 0], right = row[x + 1 < w ? x + 1 : x];
            map[(size_t)y * w + x] =
                (row[x] != above[x]) | (row[x] != below[x]) | (row[x] != left) | (row[x] != right);
        }
    }
}

int segi_superpixel_boundary(const int32_t *truth, const int32_t *pred, int32_t width,
                             int32_t height, int32_t radius, struct segi_superpixel_boundary *b)
{
    size_t n = (size_t)width * (size_t)height;
    uint8_t *maps = malloc(4 * n);
    int status = maps ? SEG_OK : SEG_NOMEM;
    int64_t tp = 0, fn = 0, fp = 0, contour = 0;
    if (status == SEG_OK) {
        segi_region_boundary(truth, width, height, maps);
        segi_region_boundary(pred, width, height, maps + n);
        status = segi_dilate_square(maps, width, height, radius, maps + 2 * n);
    }
    if (status == SEG_OK) {
        status = segi_dilate_square(maps + n, width, height, radius, maps + 3 * n);
    }
    for (size_t i = 0; status == SEG_OK && i < n; i++) {
        tp += maps[i] && maps[3 * n + i];
        fn += maps[i] && !maps[3 * n + i];
        fp += !maps[i] && maps[n + i] && !maps[2 * n + i];
        contour += maps[n + i];
    }
    b->recall = tp + fn ? (double)tp / (double)(tp + fn) : 0;
    b->precision = tp + fp ? (double)tp / (double)(tp + fp) : 0;
    b->density = (double)contour / (double)n;
    free(maps);
    return status;
}

/* Each pixel's region as an index into the side's labels. */
static int number_regions(const int32_t *labels, size_t n, struct segi_table *t, uint32_t **regions)
{
    int status = segi_table_init(t, labels, labels, n, 0);
    *regions = NULL;
    if (status != SEG_OK) {
        return status;
    }
    *regions = malloc(n * sizeof **regions);
    if (!*regions) {
        segi_table_free(t);
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t low = 0, high = t->truth.count;
        if (i > 0 && labels[i] == labels[i - 1]) {
            (*regions)[i] = (*regions)[i - 1];
            continue;
        }
        while (high - low > 1) {
            uint32_t middle = low + (high - low) / 2;
            if (t->truth.labels[middle] <= labels[i]) {
                low = middle;
            } else {
                high = middle;
            }
        }
        (*regions)[i] = low;
    }
    return SEG_OK;
}

int segi_compactness(const int32_t *labels, int32_t width, int32_t height, double *value)
{
    size_t w = (size_t)width, n = w * (size_t)height;
    struct segi_table t;
    uint32_t *regions;
    int status = number_regions(labels, n, &t, &regions);
    if (status != SEG_OK) {
        return status;
    }
    int64_t *perimeter = calloc((size_t)t.truth.count + 1, sizeof *perimeter);
    *value = 0;
    status = perimeter ? SEG_OK : SEG_NOMEM;
    for (size_t i = 0; status == SEG_OK && i < n; i++) {
        size_t x = i % w, y = i / w;
        int edges = (y == 0 || labels[i] != labels[i - w]) +
                    (y + 1 == (size_t)height || labels[i] != labels[i + w]) +
                    (x == 0 || labels[i] != labels[i - 1]) +
                    (x + 1 == w || labels[i] != labels[i + 1]);
        perimeter[regions[i]] += edges;
    }
    for (uint32_t k = 0; status == SEG_OK && k < t.truth.count; k++) {
        double area = (double)t.truth.sizes[k], edge = (double)perimeter[k];
        *value += area * 4 * acos(-1.0) * area / (edge * edge) / (double)n;
    }
    free(perimeter);
    free(regions);
    segi_table_free(&t);
    return status;
}

/* Sums over one plane: each region's, and of the squares. */
struct moments {
    double *sums, *squares; /* of each region */
    double top, bottom;
};

static void add_plane(struct moments *m, const struct segi_side *side, const uint32_t *regions,
                      size_t n, const uint8_t *plane)
{
    double all = 0, squares = 0;
    memset(m->sums, 0, side->count * sizeof *m->sums);
    for (size_t i = 0; i < n; i++) {
        double sample = plane[i];
        m->sums[regions[i]] += sample;
        m->squares[regions[i]] += sample * sample;
        all += sample;
        squares += sample * sample;
    }
    for (uint32_t k = 0; k < side->count; k++) {
        double part = m->sums[k] * m->sums[k] / (double)side->sizes[k];
        m->top += part;
        m->squares[k] -= part;
    }
    m->top -= all * all / (double)n;
    m->bottom += squares - all * all / (double)n;
}

/* The definition in single precision and the reference's order of sums, which shows from the fourth
 * digit on. `means`: planes of regions. */
static void explain_single(const struct segi_side *side, const uint32_t *regions, size_t n,
                           const uint8_t *const *planes, int32_t plane_count, float *means,
                           struct segi_variation *value)
{
    float top = 0, bottom = 0, within = 0;
    size_t count = side->count;
    float *overall = means + count * (size_t)plane_count, *spread = overall + plane_count;
    memset(means, 0, ((count + 1) * (size_t)plane_count + count) * sizeof *means);
    for (int32_t c = 0; c < plane_count; c++) {
        float *mean = means + count * (size_t)c;
        for (size_t i = 0; i < n; i++) {
            mean[regions[i]] += planes[c][i];
            overall[c] += planes[c][i];
        }
        for (size_t k = 0; k < count; k++) {
            mean[k] /= (float)side->sizes[k];
        }
        overall[c] /= (float)n;
    }
    for (size_t i = 0; i < n; i++) {
        for (int32_t c = 0; c < plane_count; c++) {
            float mean = means[count * (size_t)c + regions[i]];
            float between = mean - overall[c], total = planes[c][i] - overall[c];
            float inside = planes[c][i] - mean;
            top += between * between;
            bottom += total * total;
            spread[regions[i]] += inside * inside;
        }
    }
    for (size_t k = 0; k < count; k++) {
        within += sqrtf(spread[k] / (float)side->sizes[k]);
    }
    value->explained = bottom > 0 ? (double)(top / bottom) : (double)NAN;
    value->within = (double)(within / (float)count);
}

int segi_explained_variation(const int32_t *labels, size_t n, const uint8_t *const *planes,
                             int32_t plane_count, bool single, struct segi_variation *value)
{
    struct segi_table t;
    uint32_t *regions;
    int status = number_regions(labels, n, &t, &regions);
    if (status != SEG_OK) {
        return status;
    }
    size_t count = t.truth.count;
    double *room = calloc(((size_t)plane_count + 2) * (count + 1) + 1, sizeof *room);
    struct moments m = {.sums = room, .squares = room ? room + count : NULL};
    if (!room) {
        status = SEG_NOMEM;
    } else if (single) {
        explain_single(&t.truth, regions, n, planes, plane_count, (float *)room, value);
    } else {
        /* Sums of whole numbers and their squares are exact in doubles here. */
        for (int32_t c = 0; c < plane_count; c++) {
            add_plane(&m, &t.truth, regions, n, planes[c]);
        }
        value->explained = m.bottom > 0 ? m.top / m.bottom : (double)NAN;
        value->within = 0;
        for (size_t k = 0; k < count; k++) {
            value->within += sqrt(fmax(0, m.squares[k]) / (double)t.truth.sizes[k]) / (double)count;
        }
    }
    free(room);
    free(regions);
    segi_table_free(&t);
    return status;
}
