/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.huang and threshold.huang2: the least fuzzy separation. */
#include "method.h"

#include <math.h>
#include <stdlib.h>

static double fuzziness(double mu) /* Shannon's function of a membership */
{
    return mu < 1e-6 || mu > 0.999999 ? 0 : -mu * log(mu) - (1 - mu) * log(1 - mu);
}

const char *threshold_find_huang(const struct threshold_counts *counts, double *threshold)
{
    const double *count = counts->count, term = 1.0 / (counts->bins - 1);
    double n = 0, s = 0, sum = 0, best = INFINITY;
    uint32_t bin = 0;
    for (uint32_t b = 0; b < counts->bins; b++)
        sum += count[b] * b;
    for (uint32_t t = 0; t < counts->bins; t++) {
        n += count[t];
        s += count[t] * t;
        if (t && !(count[t] > 0))
            continue; /* the same classes as before */
        const double low = s / n, high = (sum - s) / (counts->total - n);
        double entropy = 0;
        for (uint32_t b = 0; b < counts->bins; b++)
            if (count[b] > 0)
                entropy += count[b] * fuzziness(1 / (1 + term * fabs(b - (b <= t ? low : high))));
        if (entropy < best) {
            best = entropy;
            bin = t;
        }
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

const char *threshold_find_huang2(const struct threshold_counts *counts, double *threshold)
{
    const double *count = counts->count, range = counts->bins - 1;
    double *table, n = 0, s = 0, sum = 0, best = INFINITY;
    uint32_t bin = 0;
    if (!COMMON_SCRATCH(counts->env, table, counts->bins))
        return threshold_no_memory;
    table[0] = 0;
    for (uint32_t b = 0; b < counts->bins; b++) {
        const double mu = 1 / (1 + b / range);
        table[b] = b ? -mu * log(mu) - (1 - mu) * log(1 - mu) : 0;
        sum += count[b] * b;
    }
    for (uint32_t t = 0; t < counts->bins; t++) {
        n += count[t];
        s += count[t] * t;
        if (t && !(count[t] > 0))
            continue;
        const double rest = counts->total - n;
        const int64_t low = (int64_t)floor(s / n + 0.5),
                      high = rest > 0 ? (int64_t)floor((sum - s) / rest + 0.5) : 0;
        double entropy = 0;
        for (uint32_t b = 0; b < counts->bins; b++)
            if (count[b] > 0)
                entropy += count[b] * table[llabs((int64_t)b - (b <= t ? low : high))];
        if (entropy < best) {
            best = entropy;
            bin = t;
        }
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

#define REFERENCE                                                                                  \
    "L.-K. Huang and M.-J. J. Wang, Image thresholding by minimizing the measures of fuzziness, "  \
    "Pattern Recognition 28 (1), 1995"

THRESHOLD_STAGE(huang, threshold_bins_row,
                "separate two classes of values with the least fuzziness",
                "Chooses the threshold for which values are least fuzzy as members of their class. "
                "The cost grows with the square of the number of bins. Reports 'threshold'.",
                REFERENCE);

THRESHOLD_STAGE(huang2, threshold_bins_row,
                "separate two classes of values with the least fuzziness, by a table",
                "As threshold.huang, with the means of the classes rounded to whole bins, so that "
                "a table serves. Reports 'threshold'.",
                REFERENCE);
