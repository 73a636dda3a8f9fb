/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.moments, threshold.percentile and threshold.minerror. */
#include "method.h"

#include <math.h>

const char *threshold_find_moments(const struct threshold_counts *counts, double *threshold)
{
    double m1 = 0, m2 = 0, m3 = 0, sum = 0;
    for (uint32_t b = 0; b < counts->bins; b++) {
        const double p = counts->count[b] / counts->total, x = b;
        m1 += x * p;
        m2 += x * x * p;
        m3 += x * x * x * p;
    }
    const double cd = m2 - m1 * m1, c0 = (-m2 * m2 + m1 * m3) / cd, c1 = (-m3 + m2 * m1) / cd;
    const double root = sqrt(c1 * c1 - 4 * c0), z0 = (-c1 - root) / 2, z1 = (-c1 + root) / 2;
    const double share = (z1 - m1) / (z1 - z0);
    for (uint32_t b = 0; b < counts->bins; b++) {
        sum += counts->count[b] / counts->total;
        if (sum > share) {
            *threshold = threshold_value(counts, b);
            return NULL;
        }
    }
    return "no threshold keeps the first three moments";
}

const char *threshold_find_percentile(const struct threshold_counts *counts, double *threshold)
{
    double sum = 0, best = 1;
    uint32_t bin = counts->bins;
    for (uint32_t b = 0; b < counts->bins; b++) {
        sum += counts->count[b];
        const double distance = fabs(sum / counts->total - 0.5);
        if (distance < best) {
            best = distance;
            bin = b;
        }
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

/* Count, mean and variance of bins first..last. */
struct gauss {
    double weight, mean, variance;
};

static struct gauss fit(const struct threshold_counts *counts, uint32_t first, uint32_t last)
{
    double n = 0, s1 = 0, s2 = 0;
    for (uint32_t b = first; b <= last && b < counts->bins; b++) {
        n += counts->count[b];
        s1 += counts->count[b] * b;
        s2 += counts->count[b] * b * b;
    }
    return (struct gauss){n / counts->total, s1 / n, s2 / n - s1 / n * (s1 / n)};
}

/* Where two Gaussians of the classes' shapes cross is the next threshold. */
const char *threshold_find_minerror(const struct threshold_counts *counts, double *threshold)
{
    double sum = 0, bin, last = -2;
    for (uint32_t b = 0; b < counts->bins; b++)
        sum += counts->count[b] * b;
    bin = floor(sum / counts->total);
    for (int step = 0; bin != last && step < 1000; step++) {
        if (!(bin >= 0 && bin < counts->bins))
            return "the threshold left the histogram";
        const struct gauss low = fit(counts, 0, (uint32_t)bin);
        const struct gauss high = fit(counts, (uint32_t)bin + 1, counts->bins - 1);
        const double a = 1 / low.variance, b = 1 / high.variance;
        const double w0 = a - b, w1 = low.mean * a - high.mean * b;
        const double w2 = low.mean * low.mean * a - high.mean * high.mean * b +
                          log10(low.variance * high.weight * high.weight /
                                (high.variance * low.weight * low.weight));
        const double square = w1 * w1 - w0 * w2;
        if (square < 0) /* it does not converge; the last one is taken */
            break;
        last = bin;
        const double next = (w1 + sqrt(square)) / w0;
        if (!isnan(next))
            bin = floor(next);
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

THRESHOLD_STAGE(moments, threshold_bins_row,
                "separate two classes of values so that the first moments stay",
                "Chooses the threshold for which an image of two values has the same first three "
                "moments. Reports 'threshold'.",
                "W.-H. Tsai, Moment-preserving thresholding: a new approach, Computer Vision, "
                "Graphics, and Image Processing 29 (3), 1985");

THRESHOLD_STAGE(percentile, threshold_bins_row, "call half of the pixels object",
                "Chooses the threshold for which the share of object pixels is nearest to a half. "
                "Reports 'threshold'.",
                "W. Doyle, Operations useful for similarity-invariant pattern recognition, Journal "
                "of the ACM 9 (2), 1962");

THRESHOLD_STAGE(minerror, threshold_bins_row,
                "separate two classes of values with the least error of two Gaussians",
                "Fits a Gaussian to each class and moves the threshold to where they cross, until "
                "it stays, beginning with the mean. Reports 'threshold'.",
                "J. Kittler and J. Illingworth, Minimum error thresholding, Pattern Recognition 19 "
                "(1), 1986");
