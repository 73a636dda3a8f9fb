/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.maxentropy, threshold.renyi and threshold.shanbhag: entropies of the two classes. */
#include "method.h"

#include <math.h>

#define EPSILON 2.220446049250313e-16

/* Shares of each bin, of all up to it, and of all above; scratch memory. */
struct shares {
    double *p, *below, *above;
    uint32_t first, last; /* bins between which both classes have pixels */
};

static bool make_shares(const struct threshold_counts *counts, struct shares *s)
{
    if (!COMMON_SCRATCH(counts->env, s->p, counts->bins) ||
        !COMMON_SCRATCH(counts->env, s->below, counts->bins) ||
        !COMMON_SCRATCH(counts->env, s->above, counts->bins))
        return false;
    double sum = 0;
    for (uint32_t b = 0; b < counts->bins; b++) {
        s->p[b] = counts->count[b] / counts->total;
        sum += s->p[b];
        s->below[b] = sum;
        s->above[b] = 1 - sum;
    }
    s->first = 0;
    s->last = counts->bins - 1;
    while (s->first + 1 < counts->bins && fabs(s->below[s->first]) < EPSILON)
        s->first++;
    while (s->last > s->first && fabs(s->above[s->last]) < EPSILON)
        s->last--;
    return true;
}

/* Renyi's entropy of order `alpha` of the two classes together is largest here; order 1 is
 * Shannon's. Sums over each side grow and shrink by one bin at a time. */
static uint32_t largest(const struct shares *s, double alpha, uint32_t bins)
{
    double all = 0, below = 0, best = 4.9e-324;
    uint32_t bin = 0;
    for (uint32_t b = 0; b < bins; b++)
        all += s->p[b] > 0 ? (alpha == 1 ? s->p[b] * log(s->p[b]) : pow(s->p[b], alpha)) : 0;
    for (uint32_t b = 0; b <= s->last; b++) {
        below += s->p[b] > 0 ? (alpha == 1 ? s->p[b] * log(s->p[b]) : pow(s->p[b], alpha)) : 0;
        if (b < s->first)
            continue;
        const double P = s->below[b], Q = s->above[b], above = all - below;
        double entropy;
        if (alpha == 1) {
            entropy = log(P) - below / P + log(Q) - above / Q;
        } else {
            const double product = below / pow(P, alpha) * (above / pow(Q, alpha));
            entropy = product > 0 ? log(product) / (1 - alpha) : 0;
        }
        if (entropy > best) {
            best = entropy;
            bin = b;
        }
    }
    return bin;
}

const char *threshold_find_maxentropy(const struct threshold_counts *counts, double *threshold)
{
    struct shares s;
    if (!make_shares(counts, &s))
        return threshold_no_memory;
    *threshold = threshold_value(counts, largest(&s, 1, counts->bins));
    return NULL;
}

static void order(uint32_t *a, uint32_t *b)
{
    if (*a > *b) {
        const uint32_t t = *a;
        *a = *b;
        *b = t;
    }
}

/* The thresholds of three orders, weighed by how near they are to each other. */
const char *threshold_find_renyi(const struct threshold_counts *counts, double *threshold)
{
    struct shares s;
    if (!make_shares(counts, &s))
        return threshold_no_memory;
    uint32_t t1 = largest(&s, 0.5, counts->bins), t2 = largest(&s, 1, counts->bins),
             t3 = largest(&s, 2, counts->bins);
    order(&t1, &t2);
    order(&t2, &t3);
    order(&t1, &t2);
    const bool near12 = t2 - t1 <= 5, near23 = t3 - t2 <= 5;
    const double b1 = near12 ? (near23 ? 1 : 0) : near23 ? 3 : 1;
    const double b2 = near12 == near23 ? 2 : 1, b3 = near12 ? (near23 ? 1 : 3) : near23 ? 0 : 1;
    const double omega = s.below[t3] - s.below[t1];
    *threshold = threshold_value(counts, trunc(t1 * (s.below[t1] + 0.25 * omega * b1) +
                                               0.25 * t2 * omega * b2 +
                                               t3 * (s.above[t3] + 0.25 * omega * b3)));
    return NULL;
}

/* Difference of the fuzzy information of the two classes at one bin. */
static double fuzzy_gap(const struct shares *s, uint32_t bin, uint32_t bins)
{
    const double low = 0.5 / s->below[bin], high = 0.5 / s->above[bin];
    double back = 0, object = 0;
    for (uint32_t b = 1; b <= bin; b++)
        if (s->p[b] > 0)
            back -= s->p[b] * log(1 - low * s->below[b - 1]);
    for (uint32_t b = bin + 1; b < bins; b++)
        if (s->p[b] > 0)
            object -= s->p[b] * log(1 - high * s->above[b]);
    return fabs(back * low - object * high);
}

const char *threshold_find_shanbhag(const struct threshold_counts *counts, double *threshold)
{
    struct shares s;
    if (!make_shares(counts, &s))
        return threshold_no_memory;
    double best = INFINITY;
    uint32_t bin = 0;
    for (uint32_t b = s.first; b <= s.last; b++) {
        if (b > s.first && !(s.p[b] > 0))
            continue; /* the same classes as before */
        const double gap = fuzzy_gap(&s, b, counts->bins);
        if (gap < best) {
            best = gap;
            bin = b;
        }
    }
    *threshold = threshold_value(counts, bin);
    return NULL;
}

THRESHOLD_STAGE(maxentropy, threshold_bins_row,
                "separate two classes of values by their largest entropy (Kapur)",
                "Chooses the threshold for which the sum of the entropies of the two classes' "
                "histograms is largest. Reports 'threshold'.",
                "J. N. Kapur, P. K. Sahoo and A. K. C. Wong, A new method for gray-level picture "
                "thresholding using the entropy of the histogram, Computer Vision, Graphics, and "
                "Image Processing 29 (3), 1985");

THRESHOLD_STAGE(renyi, threshold_bins_row, "separate two classes of values by Renyi's entropy",
                "Weighs the thresholds at which Renyi's entropies of orders 1/2, 1 and 2 are "
                "largest. Reports 'threshold'.",
                "P. Sahoo, C. Wilkins and J. Yeager, Threshold selection using Renyi's entropy, "
                "Pattern Recognition 30 (1), 1997");

THRESHOLD_STAGE(shanbhag, threshold_bins_row,
                "separate two classes of values by their fuzzy information",
                "Chooses the threshold for which the two classes carry information that is most "
                "alike. The cost grows with the square of the number of bins. Reports 'threshold'.",
                "A. G. Shanbhag, Utilization of information measure as a means of image "
                "thresholding, CVGIP: Graphical Models and Image Processing 56 (5), 1994");
