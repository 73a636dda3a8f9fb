/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.li: Li's minimum cross entropy by fixed-point iteration. */
#include "method.h"

#include "common/sample.h"

#include <math.h>

#define STEPS 1000 /* it converges in a few; this ends a cycle of rounding errors */

/* Mean of what is at most `level` and of what is above, in values above the least. */
struct means {
    double below, above;
    double below_count, above_count;
};

static struct means means_of_bins(const struct threshold_counts *counts, double level)
{
    struct means m = {0};
    for (uint32_t b = 0; b < counts->bins; b++)
        if (b > level) {
            m.above += counts->count[b] * b;
            m.above_count += counts->count[b];
        } else {
            m.below += counts->count[b] * b;
            m.below_count += counts->count[b];
        }
    m.below /= m.below_count > 0 ? m.below_count : 1;
    m.above /= m.above_count > 0 ? m.above_count : 1;
    return m;
}

/* Of the samples themselves: bins would move the means. */
static struct means means_of_samples(const struct threshold_counts *counts, float *row,
                                     double level)
{
    struct means m = {0};
    for (int32_t y = 0; y < counts->image->height; y++) {
        const uint8_t *inside = counts->mask ? seg_row(counts->mask, 0, y) : NULL;
        common_floats(counts->image, 0, y, 0, (size_t)counts->image->width, row);
        for (int32_t x = 0; x < counts->image->width; x++) {
            const double s = (double)row[x] - counts->low;
            if (!isfinite(s) || (inside && !inside[x]))
                continue;
            if (s > level) {
                m.above += s;
                m.above_count++;
            } else {
                m.below += s;
                m.below_count++;
            }
        }
    }
    m.below /= m.below_count > 0 ? m.below_count : 1;
    m.above /= m.above_count > 0 ? m.above_count : 1;
    return m;
}

static const char *find_skimage(const struct threshold_counts *counts, double *threshold)
{
    float *row;
    if (!COMMON_SCRATCH(counts->env, row, (size_t)counts->image->width))
        return threshold_no_memory;
    double next = counts->mean - counts->low, level;
    const double tolerance = counts->whole ? 0.5 : 0;
    int step = 0;
    do {
        level = next;
        const struct means m =
            counts->whole ? means_of_bins(counts, level) : means_of_samples(counts, row, level);
        next = (m.below - m.above) / (log(m.below) - log(m.above));
    } while (fabs(next - level) > tolerance && ++step < STEPS);
    *threshold = counts->low + next;
    return NULL;
}

static const char *find_imagej(const struct threshold_counts *counts, double *threshold)
{
    double sum = 0;
    for (uint32_t b = 0; b < counts->bins; b++)
        sum += counts->count[b] * b;
    double next = sum / counts->total, level, bin;
    int step = 0;
    do {
        level = next;
        bin = floor(level + 0.5);
        const struct means m = means_of_bins(counts, bin);
        const double value = (m.below - m.above) / (log(m.below) - log(m.above));
        next = isnan(value) ? 0 : trunc(value < -2.220446049250313e-16 ? value - 0.5 : value + 0.5);
    } while (fabs(next - level) > 0.5 && ++step < STEPS);
    *threshold = threshold_value(counts, bin);
    return NULL;
}

const char *threshold_find_li(const struct threshold_counts *counts, double *threshold)
{
    return (counts->imagej ? find_imagej : find_skimage)(counts, threshold);
}

THRESHOLD_STAGE(li, threshold_both_rows, "separate two classes of values by minimum cross entropy",
                "Moves the threshold to (a - b) / (log a - log b), a and b being the means of the "
                "two classes above the least value, until it stays, beginning with the mean. "
                "ImageJ's definition rounds it in each step. Reports 'threshold'.",
                "C. H. Li and P. K. S. Tam, An iterative algorithm for minimum cross entropy "
                "thresholding, Pattern Recognition Letters 18 (8), 1998");
