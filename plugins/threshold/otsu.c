/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.otsu: Otsu's threshold. */
#include "method.h"

/* The bin after which the classes are furthest apart: weight_0 weight_1 (mean_0 - mean_1)^2 is
 * largest, the first such bin where several are. */
const char *threshold_find_otsu(const struct threshold_counts *counts, double *threshold)
{
    double total = counts->total, sum = 0, weight = 0, below = 0, best = -1;
    uint32_t bin = 0;
    for (uint32_t b = 0; b < counts->bins; b++)
        sum += counts->count[b] * b;
    for (uint32_t b = 0; b + 1 < counts->bins; b++) {
        weight += counts->count[b];
        below += counts->count[b] * b;
        if (!(counts->count[b] > 0))
            continue; /* the same classes as before */
        double apart = sum / total * weight - below;
        double between = apart * apart / (weight * (total - weight));
        if (between > best) {
            best = between;
            bin = b;
        }
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

THRESHOLD_STAGE(otsu, threshold_both_rows, "separate two classes of values by Otsu's threshold",
                "Chooses the threshold for which the variance between the two classes is largest, "
                "and calls object what is above it. Several thresholds may do equally well; the "
                "lowest is taken; of only two values ImageJ's definition takes the one below the "
                "larger. Reports 'threshold'.\n\n"
                "The histogram has one bin a value for 8 and 16 bits, and 256 bins between the "
                "least and the largest finite sample for floating point, where the threshold is "
                "the centre of a bin. An image of one value has no pixel above it.",
                "N. Otsu, A threshold selection method from gray-level histograms, IEEE "
                "Transactions on Systems, Man, and Cybernetics 9 (1), 1979");
