/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.minimum and threshold.intermodes: between the two peaks of the smoothed histogram. */
#include "method.h"

#include <math.h>
#include <string.h>

#define STEPS 10000 /* of smoothing, after which there are no two peaks */

static const char *const unimodal = "the smoothed histogram does not come to have two peaks";

static bool is_bimodal(const double *h, uint32_t n)
{
    int modes = 0;
    for (uint32_t b = 1; b + 1 < n; b++)
        if (h[b - 1] < h[b] && h[b + 1] < h[b] && ++modes > 2)
            return false;
    return modes == 2;
}

/* The mean of three neighbours, with nothing beyond the ends. */
static void smooth(double *h, uint32_t n)
{
    double before = 0, now = 0, next = h[0];
    for (uint32_t b = 0; b + 1 < n; b++) {
        before = now;
        now = next;
        next = h[b + 1];
        h[b] = (before + now + next) / 3;
    }
    h[n - 1] = (now + next) / 3;
}

/* The histogram smoothed to two peaks. NULL, or why there is none. */
static const char *bimodal(const struct threshold_counts *counts, double **out)
{
    double *h;
    if (!COMMON_SCRATCH(counts->env, h, counts->bins))
        return threshold_no_memory;
    memcpy(h, counts->count, counts->bins * sizeof *h);
    for (int step = 0; !is_bimodal(h, counts->bins); step++) {
        if (step == STEPS)
            return unimodal;
        smooth(h, counts->bins);
    }
    *out = h;
    return NULL;
}

const char *threshold_find_intermodes(const struct threshold_counts *counts, double *threshold)
{
    double *h;
    const char *why = bimodal(counts, &h);
    double sum = 0;
    if (why)
        return why;
    for (uint32_t b = 1; b + 1 < counts->bins; b++)
        if (h[b - 1] < h[b] && h[b + 1] < h[b])
            sum += b;
    *threshold = threshold_value(counts, floor(sum / 2));
    return NULL;
}

static const char *minimum_imagej(const struct threshold_counts *counts, double *threshold)
{
    double *h;
    const char *why = bimodal(counts, &h);
    if (why)
        return why;
    for (uint32_t b = 1; b + 1 < counts->bins; b++)
        if (h[b - 1] > h[b] && h[b + 1] >= h[b]) {
            *threshold = threshold_value(counts, b);
            return NULL;
        }
    return "the smoothed histogram has no minimum between its peaks";
}

/* scikit-image smooths with the ends mirrored, by running sums. */
static void smooth_mirrored(double *h, double *room, uint32_t n)
{
    room[0] = h[0];
    memcpy(room + 1, h, n * sizeof *h);
    room[n + 1] = h[n - 1];
    double sum = (room[0] + room[1] + room[2]) / 3;
    h[0] = sum;
    for (uint32_t b = 1; b < n; b++) {
        sum += (room[b + 2] - room[b - 1]) / 3;
        h[b] = sum;
    }
}

/* Where the histogram stops rising; *count may pass 2, only the first two places are kept. */
static void find_peaks(const double *h, uint32_t n, uint32_t place[2], uint32_t *count)
{
    bool rising = true;
    *count = 0;
    for (uint32_t b = 0; b + 1 < n; b++)
        if (rising && h[b + 1] < h[b]) {
            rising = false;
            if (*count < 2)
                place[*count] = b;
            ++*count;
        } else if (!rising && h[b + 1] > h[b]) {
            rising = true;
        }
}

static const char *minimum_skimage(const struct threshold_counts *counts, double *threshold)
{
    double *h, *room;
    uint32_t place[2] = {0, 0}, peaks = 3;
    if (!COMMON_SCRATCH(counts->env, h, counts->bins) ||
        !COMMON_SCRATCH(counts->env, room, counts->bins + 2))
        return threshold_no_memory;
    memcpy(h, counts->count, counts->bins * sizeof *h);
    for (int step = 0; step < STEPS && peaks > 2; step++) {
        smooth_mirrored(h, room, counts->bins);
        find_peaks(h, counts->bins, place, &peaks);
    }
    if (peaks != 2)
        return unimodal;
    uint32_t least = place[0];
    for (uint32_t b = place[0]; b <= place[1]; b++)
        if (h[b] < h[least])
            least = b;
    *threshold = threshold_value(counts, least);
    return NULL;
}

const char *threshold_find_minimum(const struct threshold_counts *counts, double *threshold)
{
    return (counts->imagej ? minimum_imagej : minimum_skimage)(counts, threshold);
}

#define REFERENCE                                                                                  \
    "J. M. S. Prewitt and M. L. Mendelsohn, The analysis of cell images, Annals of the New York "  \
    "Academy of Sciences 128, 1966"

THRESHOLD_STAGE(minimum, threshold_both_rows,
                "find the threshold at the minimum between a histogram's two peaks",
                "Smooths the histogram until it has two peaks and takes the least bin between "
                "them. Reports 'threshold'; fails where two peaks do not appear.",
                REFERENCE);

THRESHOLD_STAGE(intermodes, threshold_bins_row,
                "find the threshold halfway between a histogram's two peaks",
                "Smooths the histogram until it has two peaks and takes the bin halfway between "
                "them. Reports 'threshold'; fails where two peaks do not appear.",
                REFERENCE);
