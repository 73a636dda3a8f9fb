/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distances between the borders of two masks: Hausdorff, its percentiles, averages, surface Dice
 * (conventions of MedPy and MONAI; scikit-image's distances run over all set pixels). */
#include "surface.h"

#include "nearest.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

void segi_border(const uint8_t *mask, int32_t width, int32_t height, uint8_t *border)
{
    size_t w = (size_t)width;
    for (int32_t y = 0; y < height; y++) {
        const uint8_t *row = mask + (size_t)y * w;
        const uint8_t *above = y > 0 ? row - w : NULL, *below = y + 1 < height ? row + w : NULL;
        uint8_t *to = border + (size_t)y * w;
        if (!above || !below) {
            for (size_t x = 0; x < w; x++) {
                to[x] = row[x] != 0;
            }
            continue;
        }
        for (size_t x = 1; x + 1 < w; x++) {
            uint8_t inside = (uint8_t)((row[x - 1] != 0) & (row[x + 1] != 0) & (above[x] != 0) &
                                       (below[x] != 0));
            to[x] = (uint8_t)((row[x] != 0) & (inside ^ 1));
        }
        to[0] = row[0] != 0;
        to[w - 1] = row[w - 1] != 0;
    }
}

static int measure(struct segi_surface *s, const uint8_t *truth, const uint8_t *pred, int32_t width,
                   int32_t height, const double spacing[2])
{
    size_t n = (size_t)width * (size_t)height;
    memset(s, 0, sizeof *s);
    s->truth_count = segi_set_count(truth, n);
    s->pred_count = segi_set_count(pred, n);
    s->truth = malloc((s->truth_count + 1) * sizeof *s->truth);
    s->pred = malloc((s->pred_count + 1) * sizeof *s->pred);
    int status = s->truth && s->pred ? SEG_OK : SEG_NOMEM;
    if (status == SEG_OK) {
        status = segi_nearest(truth, pred, width, height, spacing, s->truth);
    }
    if (status == SEG_OK) {
        status = segi_nearest(pred, truth, width, height, spacing, s->pred);
    }
    if (status != SEG_OK) {
        segi_surface_free(s);
    }
    return status;
}

int segi_surface_init_all(struct segi_surface *s, const uint8_t *truth, const uint8_t *pred,
                          int32_t width, int32_t height, const double spacing[2])
{
    return measure(s, truth, pred, width, height, spacing);
}

int segi_surface_init(struct segi_surface *s, const uint8_t *truth, const uint8_t *pred,
                      int32_t width, int32_t height, const double spacing[2])
{
    size_t n = (size_t)width * (size_t)height;
    memset(s, 0, sizeof *s);
    uint8_t *borders = malloc(2 * n);
    if (!borders) {
        return SEG_NOMEM;
    }
    segi_border(truth, width, height, borders);
    segi_border(pred, width, height, borders + n);
    int status = measure(s, borders, borders + n, width, height, spacing);
    free(borders);
    return status;
}

void segi_surface_free(struct segi_surface *s)
{
    free(s->truth);
    free(s->pred);
    memset(s, 0, sizeof *s);
}

/* What every measure is where a mask is empty; 0 where neither is. */
static double without(const struct segi_surface *s)
{
    return s->truth_count && s->pred_count   ? 0
           : s->truth_count || s->pred_count ? HUGE_VAL
                                             : (double)NAN;
}

static double largest(const double *list, size_t n)
{
    double top = 0;
    for (size_t i = 0; i < n; i++) {
        top = list[i] > top ? list[i] : top;
    }
    return top;
}

static double sum(const double *list, size_t n)
{
    double all = 0;
    for (size_t i = 0; i < n; i++) {
        all += list[i];
    }
    return all;
}

double segi_hausdorff_directed(const struct segi_surface *s)
{
    double missing = without(s);
    return missing != 0 ? missing : largest(s->pred, s->pred_count);
}

double segi_hausdorff(const struct segi_surface *s)
{
    double there = segi_hausdorff_directed(s), back = largest(s->truth, s->truth_count);
    return back > there ? back : there;
}

/* Puts the element of rank k in its place, smaller ones before and larger ones behind it (Hoare
 * 1961). */
static double select_rank(double *list, size_t n, size_t k)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, rank = (ptrdiff_t)k;
    while (low < high) {
        double pivot = list[low + (high - low) / 2];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (list[i] < pivot) {
                i++;
            }
            while (pivot < list[j]) {
                j--;
            }
            if (i <= j) {
                double t = list[i];
                list[i++] = list[j];
                list[j--] = t;
            }
        }
        if (rank <= j) {
            high = j;
        } else if (rank >= i) {
            low = i;
        } else {
            break;
        }
    }
    return list[k];
}

static double percentile(double *list, size_t n, double percent)
{
    double rank = percent / 100 * (double)(n - 1), floor_rank = floor(rank);
    size_t k = (size_t)floor_rank;
    double value = select_rank(list, n, k), part = rank - floor_rank;
    if (part > 0 && k + 1 < n) {
        double next = HUGE_VAL;
        for (size_t i = k + 1; i < n; i++) {
            next = list[i] < next ? list[i] : next;
        }
        value += part * (next - value);
    }
    return value;
}

int segi_hausdorff_pooled(const struct segi_surface *s, double percent, double *value)
{
    size_t n = s->truth_count + s->pred_count;
    *value = without(s);
    if (*value != 0) {
        return SEG_OK;
    }
    double *both = malloc(n * sizeof *both);
    if (!both) {
        return SEG_NOMEM;
    }
    memcpy(both, s->truth, s->truth_count * sizeof *both);
    memcpy(both + s->truth_count, s->pred, s->pred_count * sizeof *both);
    *value = percentile(both, n, percent);
    free(both);
    return SEG_OK;
}

double segi_hausdorff_percent_directed(struct segi_surface *s, double percent)
{
    double missing = without(s);
    return missing != 0 ? missing : percentile(s->pred, s->pred_count, percent);
}

double segi_hausdorff_larger(struct segi_surface *s, double percent)
{
    double there = segi_hausdorff_percent_directed(s, percent);
    if (without(s) != 0) {
        return there;
    }
    double back = percentile(s->truth, s->truth_count, percent);
    return back > there ? back : there;
}

double segi_asd(const struct segi_surface *s)
{
    double missing = without(s);
    return missing != 0 ? missing : sum(s->pred, s->pred_count) / (double)s->pred_count;
}

double segi_asd_truth(const struct segi_surface *s)
{
    double missing = without(s);
    return missing != 0 ? missing : sum(s->truth, s->truth_count) / (double)s->truth_count;
}

double segi_assd(const struct segi_surface *s)
{
    double missing = without(s);
    if (missing != 0) {
        return missing;
    }
    return (sum(s->truth, s->truth_count) + sum(s->pred, s->pred_count)) /
           (double)(s->truth_count + s->pred_count);
}

double segi_hausdorff_modified(const struct segi_surface *s)
{
    double there = segi_asd(s), back = segi_asd_truth(s);
    return back > there ? back : there;
}

static size_t within(const double *list, size_t n, double tolerance)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += list[i] <= tolerance;
    }
    return count;
}

double segi_nsd(const struct segi_surface *s, double tolerance)
{
    size_t n = s->truth_count + s->pred_count;
    return n == 0 ? (double)NAN
                  : (double)(within(s->truth, s->truth_count, tolerance) +
                             within(s->pred, s->pred_count, tolerance)) /
                        (double)n;
}
