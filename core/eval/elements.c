/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Surface distances over elements of the outline, each weighted by its length: Nikolov et al.,
 * "Deep learning to achieve clinically applicable segmentation of head and neck anatomy", 2018.
 * Elements sit on the corners between pixels; which of its four pixels are set tells how the
 * outline passes a corner, and so how long it is there. */
#include "nearest.h"
#include "surface.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

/* The corners' codes: bit 3 up left, 2 up right, 1 down left, 0 down right. */
static void corner_codes(const uint8_t *mask, int32_t width, int32_t height, uint8_t *codes)
{
    size_t w = (size_t)width, side = w + 1;
    memset(codes, 0, side * ((size_t)height + 1));
    for (int32_t y = 0; y < height; y++) {
        const uint8_t *row = mask + (size_t)y * w;
        uint8_t *up = codes + (size_t)y * side, *down = up + side;
        for (size_t x = 0; x < w; x++) {
            if (row[x]) {
                up[x] |= 1;
                up[x + 1] |= 2;
                down[x] |= 4;
                down[x + 1] |= 8;
            }
        }
    }
}

static double length_of(unsigned code, const double spacing[2])
{
    double diagonal = 0.5 * sqrt(spacing[0] * spacing[0] + spacing[1] * spacing[1]);
    switch (code) {
    case 0:
    case 15:
        return 0;
    case 3:
    case 12:
        return spacing[1];
    case 5:
    case 10:
        return spacing[0];
    case 6:
    case 9:
        return 2 * diagonal;
    default:
        return diagonal;
    }
}

static int by_distance(const void *a, const void *b)
{
    const struct segi_element *p = a, *q = b;
    if (p->distance != q->distance) {
        return p->distance < q->distance ? -1 : 1;
    }
    return (p->length > q->length) - (p->length < q->length);
}

/* One side's elements: distances are already in `distances`, lengths come from the codes. */
static struct segi_element *collect(const uint8_t *codes, size_t n, const double *distances,
                                    size_t count, const double spacing[2])
{
    double length[16];
    struct segi_element *list = malloc((count + 1) * sizeof *list);
    if (!list) {
        return NULL;
    }
    for (unsigned code = 0; code < 16; code++) {
        length[code] = length_of(code, spacing);
    }
    for (size_t i = 0, k = 0; i < n; i++) {
        if (codes[i] != 0 && codes[i] != 15) {
            list[k].distance = distances[k];
            list[k++].length = length[codes[i]];
        }
    }
    qsort(list, count, sizeof *list, by_distance);
    return list;
}

static void outline(const uint8_t *codes, size_t n, uint8_t *set)
{
    for (size_t i = 0; i < n; i++) {
        set[i] = codes[i] != 0 && codes[i] != 15;
    }
}

int segi_elements_init(struct segi_elements *e, const uint8_t *truth, const uint8_t *pred,
                       int32_t width, int32_t height, const double spacing[2])
{
    size_t n = ((size_t)width + 1) * ((size_t)height + 1);
    memset(e, 0, sizeof *e);
    int status = SEG_NOMEM;
    double *distances = NULL;
    uint8_t *bytes = malloc(4 * n);
    if (!bytes) {
        return SEG_NOMEM;
    }
    uint8_t *codes[2] = {bytes, bytes + n}, *sets[2] = {bytes + 2 * n, bytes + 3 * n};
    corner_codes(truth, width, height, codes[0]);
    corner_codes(pred, width, height, codes[1]);
    outline(codes[0], n, sets[0]);
    outline(codes[1], n, sets[1]);
    e->truth_count = segi_set_count(sets[0], n);
    e->pred_count = segi_set_count(sets[1], n);
    distances = malloc((e->truth_count + e->pred_count + 1) * sizeof *distances);
    if (!distances) {
        goto out;
    }
    status = segi_nearest(sets[0], sets[1], width + 1, height + 1, spacing, distances);
    if (status == SEG_OK) {
        status = segi_nearest(sets[1], sets[0], width + 1, height + 1, spacing,
                              distances + e->truth_count);
    }
    if (status == SEG_OK) {
        e->truth = collect(codes[0], n, distances, e->truth_count, spacing);
        e->pred = collect(codes[1], n, distances + e->truth_count, e->pred_count, spacing);
        status = e->truth && e->pred ? SEG_OK : SEG_NOMEM;
    }
out:
    free(bytes);
    free(distances);
    if (status != SEG_OK) {
        segi_elements_free(e);
    }
    return status;
}

void segi_elements_free(struct segi_elements *e)
{
    free(e->truth);
    free(e->pred);
    memset(e, 0, sizeof *e);
}

static double lengths(const struct segi_element *list, size_t count, double tolerance)
{
    double all = 0;
    for (size_t i = 0; i < count && list[i].distance <= tolerance; i++) {
        all += list[i].length;
    }
    return all;
}

double segi_elements_mean(const struct segi_element *list, size_t count)
{
    double all = 0;
    for (size_t i = 0; i < count; i++) {
        all += list[i].distance * list[i].length;
    }
    return count ? all / lengths(list, count, HUGE_VAL) : (double)NAN;
}

/* The distance up to which `percent` of one side's length lies. */
static double robust(const struct segi_element *list, size_t count, double percent)
{
    double all = lengths(list, count, HUGE_VAL), part = 0;
    if (count == 0) {
        return HUGE_VAL;
    }
    size_t i = 0;
    for (; i + 1 < count; i++) {
        part += list[i].length;
        if (part / all >= percent / 100) {
            break;
        }
    }
    return list[i].distance;
}

double segi_elements_hausdorff(const struct segi_elements *e, double percent)
{
    double there = robust(e->truth, e->truth_count, percent);
    double back = robust(e->pred, e->pred_count, percent);
    return back > there ? back : there;
}

double segi_elements_overlap(const struct segi_element *list, size_t count, double tolerance)
{
    return count ? lengths(list, count, tolerance) / lengths(list, count, HUGE_VAL) : (double)NAN;
}

double segi_elements_dice(const struct segi_elements *e, double tolerance)
{
    double all =
        lengths(e->truth, e->truth_count, HUGE_VAL) + lengths(e->pred, e->pred_count, HUGE_VAL);
    return all > 0 ? (lengths(e->truth, e->truth_count, tolerance) +
                      lengths(e->pred, e->pred_count, tolerance)) /
                         all
                   : (double)NAN;
}
