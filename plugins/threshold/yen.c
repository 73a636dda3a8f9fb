/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.yen: Yen's maximum correlation. */
#include "method.h"

#include <math.h>

const char *threshold_find_yen(const struct threshold_counts *counts, double *threshold)
{
    const uint32_t n = counts->bins;
    double *above, below = 0, below_square = 0;
    /* ImageJ's criterion must be positive, or the first bin stays */
    double best = counts->imagej ? 4.9e-324 : -INFINITY;
    uint32_t bin = 0;
    if (!COMMON_SCRATCH(counts->env, above, n))
        return threshold_no_memory;
    above[n - 1] = 0;
    for (uint32_t b = n - 1; b > 0; b--) {
        const double p = counts->count[b] / counts->total;
        above[b - 1] = above[b] + p * p;
    }
    for (uint32_t b = 0; b < n - !counts->imagej; b++) {
        const double p = counts->count[b] / counts->total;
        below += p;
        below_square += p * p;
        const double squares = below_square * above[b], parts = below * (1 - below);
        const double criterion =
            counts->imagej ? (parts > 0 ? 2 * log(parts) : 0) - (squares > 0 ? log(squares) : 0)
                           : log(parts * parts / squares);
        if (criterion > best) {
            best = criterion;
            bin = b;
        }
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

THRESHOLD_STAGE(yen, threshold_both_rows,
                "separate two classes of values by Yen's maximum correlation",
                "Chooses the threshold for which the correlation of the two classes' histograms is "
                "largest, the lowest of several. Reports 'threshold'.",
                "J. C. Yen, F. J. Chang and S. Chang, A new criterion for automatic multilevel "
                "thresholding, IEEE Transactions on Image Processing 4 (3), 1995");
