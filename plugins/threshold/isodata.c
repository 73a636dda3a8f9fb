/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.isodata and threshold.default: a threshold halfway between the means of its classes. */
#include "method.h"

#include <math.h>

/* The first bin whose distance to that middle is below its width. */
static const char *find_skimage(const struct threshold_counts *counts, double *threshold)
{
    double sum = 0, below = 0, weight = 0;
    for (uint32_t b = 0; b < counts->bins; b++)
        sum += counts->count[b] * threshold_value(counts, b);
    for (uint32_t b = 0; b + 1 < counts->bins; b++) {
        const double value = threshold_value(counts, b);
        below += counts->count[b] * value;
        weight += counts->count[b];
        const double middle =
            (below / weight + (sum - below) / (counts->total - weight)) / 2 - value;
        if (middle >= 0 && middle < counts->width) {
            *threshold = value;
            return NULL;
        }
    }
    return "no threshold lies halfway between the means of its classes";
}

static double whole(double value) /* of a division of whole numbers */
{
    return floor(value);
}

static const char *find_imagej(const struct threshold_counts *counts, double *threshold)
{
    const double *count = counts->count;
    double low = 0, low_sum = 0, high = 0, high_sum = 0;
    uint32_t g = 0;
    for (uint32_t b = 1; b < counts->bins && !g; b++)
        g = count[b] > 0 ? b + 1 : 0;
    for (uint32_t b = 0; b < counts->bins; b++) {
        low += b < g ? count[b] : 0;
        low_sum += b < g ? count[b] * b : 0;
        high += b > g ? count[b] : 0;
        high_sum += b > g ? count[b] * b : 0;
    }
    for (;; g++) {
        if (low > 0 && high > 0 &&
            g == floor((whole(low_sum / low) + whole(high_sum / high)) / 2 + 0.5))
            break;
        if (g + 1 > counts->bins - 2)
            return "no threshold lies halfway between the means of its classes";
        low += count[g];
        low_sum += count[g] * g;
        high -= count[g + 1];
        high_sum -= count[g + 1] * (g + 1);
    }
    *threshold = threshold_value(counts, g);
    return NULL;
}

const char *threshold_find_isodata(const struct threshold_counts *counts, double *threshold)
{
    return (counts->imagej ? find_imagej : find_skimage)(counts, threshold);
}

/* ImageJ's own variant: the threshold rises until it has passed the middle. */
const char *threshold_find_default(const struct threshold_counts *counts, double *threshold)
{
    const double *count = counts->count;
    double low = 0, low_sum = 0, high = 0, high_sum = 0, middle;
    for (uint32_t b = 0; b < counts->bins; b++) {
        high += count[b];
        high_sum += count[b] * b;
    }
    uint32_t moving = 0, most = counts->bins - 1;
    do {
        low += count[moving];
        low_sum += count[moving] * moving;
        high -= count[moving];
        high_sum -= count[moving] * moving;
        middle = (low_sum / low + high_sum / high) / 2;
        moving++;
    } while (moving + 1 <= middle && moving + 1 < most);
    *threshold = threshold_value(counts, floor(middle + 0.5));
    return NULL;
}

#define REFERENCE                                                                                  \
    "T. W. Ridler and S. Calvard, Picture thresholding using an iterative selection method, IEEE " \
    "Transactions on Systems, Man, and Cybernetics 8 (8), 1978"

THRESHOLD_STAGE(default, threshold_bins_row, "ImageJ's default threshold, a variant of isodata",
                "Raises the threshold from the least value until it has passed the middle between "
                "the means of the two classes. Reports 'threshold'.",
                REFERENCE);

THRESHOLD_STAGE(isodata, threshold_both_rows,
                "separate two classes of values halfway between their means",
                "Finds the lowest threshold that lies halfway between the means of its two "
                "classes. ImageJ's definition rounds the means. Reports 'threshold'; fails where "
                "there is none.",
                REFERENCE);
