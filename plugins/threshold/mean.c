/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.mean: the mean value. */
#include "method.h"

#include <math.h>

const char *threshold_find_mean(const struct threshold_counts *counts, double *threshold)
{
    if (!counts->imagej) {
        *threshold = counts->mean;
        return NULL;
    }
    double sum = 0;
    for (uint32_t b = 0; b < counts->bins; b++)
        sum += counts->count[b] * b;
    *threshold = threshold_value(counts, floor(sum / counts->total));
    return NULL;
}

THRESHOLD_STAGE(mean, threshold_both_rows, "separate two classes of values by their mean",
                "Calls object what is above the mean of all samples; ImageJ's definition rounds it "
                "down. Reports 'threshold'.",
                "C. A. Glasbey, An analysis of histogram-based thresholding algorithms, CVGIP: "
                "Graphical Models and Image Processing 55 (6), 1993");
