/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.yen: Yen's maximum correlation. */
#include "method.h"

#include <math.h>

/* In single precision, as scikit-image sums and compares: where several thresholds do nearly
 * equally well that decides. The last bin is none. */
static uint32_t find_skimage(const struct threshold_counts *counts, const double *above)
{
    float below = 0, below_square = 0, best = -INFINITY;
    uint32_t bin = 0;
    for (uint32_t b = 0; b + 1 < counts->bins; b++) {
        const float p = (float)counts->count[b] / (float)counts->total;
        below += p;
        below_square += p * p;
        const float parts = below * (1 - below);
        const float criterion = logf(1 / (below_square * (float)above[b]) * (parts * parts));
        if (criterion > best) {
            best = criterion;
            bin = b;
        }
    }
    return bin;
}

/* The criterion must be positive, or the first bin stays. */
static uint32_t find_imagej(const struct threshold_counts *counts, const double *above)
{
    double below = 0, below_square = 0, best = 4.9e-324;
    uint32_t bin = 0;
    for (uint32_t b = 0; b < counts->bins; b++) {
        const double p = counts->count[b] / counts->total;
        below += p;
        below_square += p * p;
        const double squares = below_square * above[b], parts = below * (1 - below);
        const double criterion =
            (parts > 0 ? 2 * log(parts) : 0) - (squares > 0 ? log(squares) : 0);
        if (criterion > best) {
            best = criterion;
            bin = b;
        }
    }
    return bin;
}

const char *threshold_find_yen(const struct threshold_counts *counts, double *threshold)
{
    double *above; /* sums of squares after each bin */
    if (!COMMON_SCRATCH(counts->env, above, counts->bins))
        return threshold_no_memory;
    above[counts->bins - 1] = 0;
    for (uint32_t b = counts->bins - 1; b > 0; b--) {
        if (counts->imagej) {
            const double p = counts->count[b] / counts->total;
            above[b - 1] = above[b] + p * p;
        } else {
            const float p = (float)counts->count[b] / (float)counts->total;
            above[b - 1] = (double)((float)above[b] + p * p);
        }
    }
    *threshold =
        threshold_value(counts, (counts->imagej ? find_imagej : find_skimage)(counts, above));
    return NULL;
}

THRESHOLD_STAGE(yen, threshold_both_rows,
                "separate two classes of values by Yen's maximum correlation",
                "Chooses the threshold for which the correlation of the two classes' histograms is "
                "largest, the lowest of several. Reports 'threshold'.",
                "J. C. Yen, F. J. Chang and S. Chang, A new criterion for automatic multilevel "
                "thresholding, IEEE Transactions on Image Processing 4 (3), 1995");
