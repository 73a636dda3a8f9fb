/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.triangle: the bin furthest below the line from the histogram's peak to its far end. */
#include "method.h"

#include <math.h>

static double count_at(const struct threshold_counts *counts, bool flip, uint32_t bin)
{
    return counts->count[flip ? counts->bins - 1 - bin : bin];
}

/* scikit-image's: distances are measured from the line through the far end at height 0. */
static uint32_t furthest_skimage(const struct threshold_counts *counts, bool flip, uint32_t low,
                                 uint32_t peak)
{
    double width = peak - low, height = count_at(counts, flip, peak), best = -INFINITY;
    const double norm = sqrt(height * height + width * width);
    uint32_t bin = low;
    height /= norm;
    width /= norm;
    for (uint32_t x = 0; x < peak - low; x++) {
        const double length = height * x - width * count_at(counts, flip, x + low);
        if (length > best) {
            best = length;
            bin = x + low;
        }
    }
    return bin;
}

/* ImageJ's: the line begins one bin before the first that is filled, at that bin's count. */
static uint32_t furthest_imagej(const struct threshold_counts *counts, bool flip, uint32_t low,
                                uint32_t peak)
{
    const double first = count_at(counts, flip, low);
    double nx = count_at(counts, flip, peak), ny = (double)low - peak, best = 0;
    const double norm = sqrt(nx * nx + ny * ny);
    uint32_t split = low;
    nx /= norm;
    ny /= norm;
    const double offset = nx * low + ny * first;
    for (uint32_t x = low + 1; x <= peak; x++) {
        const double distance = nx * x + ny * count_at(counts, flip, x) - offset;
        if (distance > best) {
            best = distance;
            split = x;
        }
    }
    return split ? split - 1 : 0;
}

const char *threshold_find_triangle(const struct threshold_counts *counts, double *threshold)
{
    const uint32_t last = counts->bins - 1;
    uint32_t peak = 0;
    for (uint32_t b = 1; b <= last; b++)
        if (counts->count[b] > counts->count[peak])
            peak = b;
    const bool flip = peak < last - peak;
    const uint32_t top = flip ? last - peak : peak;
    const uint32_t bin =
        top == 0 ? 0 : (counts->imagej ? furthest_imagej : furthest_skimage)(counts, flip, 0, top);
    *threshold = threshold_value(counts, flip ? last - bin : bin);
    return NULL;
}

THRESHOLD_STAGE(
    triangle, threshold_both_rows, "find the threshold at the foot of a histogram's only peak",
    "Draws a line from the peak of the histogram to its far end and chooses the bin "
    "that is furthest below it. Meant for few objects on much background. Reports "
    "'threshold'.",
    "G. W. Zack, W. E. Rogers and S. A. Latt, Automatic measurement of sister chromatid "
    "exchange frequency, Journal of Histochemistry and Cytochemistry 25 (7), 1977");
