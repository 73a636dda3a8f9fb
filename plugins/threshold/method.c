/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting for the global thresholds, and what surrounds a method. */
#include "method.h"

#include "common/histogram.h"
#include "common/sample.h"

#include <math.h>
#include <string.h>

const struct seg_choice threshold_conventions[2] = {
    {"skimage", "scikit-image's"}, {"imagej", "that of ImageJ's and Fiji's Auto Threshold"}};

const struct seg_param threshold_bins_row[1] = {THRESHOLD_BINS};
const struct seg_param threshold_both_rows[2] = {THRESHOLD_BINS,
                                                 THRESHOLD_CONVENTION(THRESHOLD_SKIMAGE)};
const struct seg_port threshold_inputs[2] = {
    THRESHOLD_INPUT,
    {.name = "mask",
     .summary = "the pixels to find the threshold from; all without it",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};
const struct seg_port threshold_outputs[1] = {THRESHOLD_OUTPUT};

/* Calls `visit` for each run of a row inside the mask, with its samples as floats. */
static void visit_rows(const struct seg_view *image, const struct seg_view *mask, float *row,
                       void (*visit)(void *arg, const float *samples, size_t count), void *arg)
{
    for (int32_t y = 0; y < image->height; y++) {
        size_t count = (size_t)image->width;
        common_floats(image, 0, y, 0, count, row);
        if (mask) {
            const uint8_t *inside = seg_row(mask, 0, y);
            count = 0;
            for (int32_t x = 0; x < image->width; x++) {
                row[count] = row[x];
                count += inside[x];
            }
        }
        visit(arg, row, count);
    }
}

struct sums {
    double least, most, sum, count;
};

static void add_up(void *arg, const float *samples, size_t count)
{
    struct sums *sums = arg;
    for (size_t i = 0; i < count; i++) {
        const double s = samples[i];
        if (!isfinite(s))
            continue;
        sums->least = s < sums->least ? s : sums->least;
        sums->most = s > sums->most ? s : sums->most;
        sums->sum += s;
        sums->count++;
    }
}

static void fill_bins(void *arg, const float *samples, size_t count)
{
    struct threshold_counts *counts = arg;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(samples[i]))
            continue;
        const double bin = ((double)samples[i] - counts->low) / counts->width;
        counts->count[bin < counts->bins ? (uint32_t)bin : counts->bins - 1]++;
    }
}

/* With a mask, or bins of a chosen number: two passes over the samples. */
static int count_samples(const struct common_env *env, const struct seg_view *image,
                         const struct seg_view *mask, int32_t bins, struct threshold_counts *counts)
{
    struct sums sums = {INFINITY, -INFINITY, 0, 0};
    float *row;
    if (!COMMON_SCRATCH(env, row, (size_t)image->width + 1))
        return common_nomem(env);
    visit_rows(image, mask, row, add_up, &sums);
    counts->total = sums.count;
    if (!(sums.count > 0))
        return SEG_OK;
    counts->whole = image->dtype != SEG_F32 && !bins;
    counts->bins = counts->whole ? (uint32_t)(sums.most - sums.least) + 1
                   : bins        ? (uint32_t)bins
                                 : 256;
    counts->low = sums.least;
    counts->width = counts->whole ? 1 : (sums.most - sums.least) / counts->bins;
    counts->centre = counts->whole ? 0 : 0.5;
    if (!(counts->width > 0)) { /* one value */
        counts->bins = 1;
        counts->width = 1;
        counts->centre = 0;
    }
    counts->mean = sums.sum / sums.count;
    if (!COMMON_SCRATCH(env, counts->count, counts->bins))
        return common_nomem(env);
    memset(counts->count, 0, counts->bins * sizeof *counts->count);
    visit_rows(image, mask, row, fill_bins, counts);
    return SEG_OK;
}

static int count_values(const struct common_env *env, const struct seg_view *image,
                        struct threshold_counts *counts)
{
    struct common_histogram h;
    int status = common_histogram(env, image, 0, &h);
    if (status)
        return status;
    counts->total = (double)h.total;
    if (!h.total)
        return SEG_OK;
    const uint32_t first = (uint32_t)h.min;
    counts->bins = (uint32_t)(h.max - h.min) + 1;
    counts->low = h.min;
    counts->width = 1;
    counts->centre = 0;
    counts->whole = true;
    if (!COMMON_SCRATCH(env, counts->count, counts->bins))
        return common_nomem(env);
    double sum = 0;
    for (uint32_t b = 0; b < counts->bins; b++) {
        counts->count[b] = h.count[first + b];
        sum += counts->count[b] * (first + b);
    }
    counts->mean = sum / counts->total;
    return SEG_OK;
}

int threshold_count(const struct common_env *env, const struct seg_view *image,
                    const struct seg_view *mask, int32_t bins, struct threshold_counts *counts)
{
    *counts = (struct threshold_counts){.env = env, .image = image, .mask = mask};
    int status = mask || bins || image->dtype == SEG_F32
                     ? count_samples(env, image, mask, bins, counts)
                     : count_values(env, image, counts);
    if (status)
        return status;
    if (!(counts->total > 0))
        return env->host->fail(env->call, SEG_STAGE,
                               "the image has no finite sample%s; there is nothing to find a "
                               "threshold in",
                               mask ? " inside the mask" : "");
    for (uint32_t b = 0; b < counts->bins; b++)
        counts->filled += counts->count[b] > 0;
    return SEG_OK;
}

const char threshold_no_memory[] = "out of memory";

const char *threshold_find(const struct threshold_counts *counts, threshold_method *method,
                           double *threshold)
{
    *threshold = threshold_value(counts, 0);
    if (counts->bins == 1)
        return NULL;
    if (counts->imagej && counts->filled == 2) {
        *threshold = threshold_value(counts, counts->bins - 2);
        return NULL;
    }
    return method(counts, threshold);
}

int threshold_global(const struct threshold_params *params, const struct seg_host *host,
                     struct seg_call *call, threshold_method *method)
{
    const struct common_env env = {host, call};
    struct seg_view image, out, inside = SEG_VIEW;
    struct threshold_counts counts;
    double threshold;
    int status = common_open(&env, &image, &out);
    if (status)
        return status;
    int masked = host->input(call, 1, &inside);
    if (masked != SEG_OK && masked != SEG_ABSENT)
        return masked;
    status =
        threshold_count(&env, &image, masked == SEG_OK ? &inside : NULL, params->bins, &counts);
    if (status)
        return status;
    counts.imagej = params->convention == THRESHOLD_IMAGEJ;
    const char *why = threshold_find(&counts, method, &threshold);
    if (why)
        return host->fail(call, why == threshold_no_memory ? SEG_NOMEM : SEG_STAGE, "%s", why);
    if (!isfinite(threshold))
        return host->fail(call, SEG_STAGE, "no threshold: the histogram of %u bins gives %g",
                          counts.bins, threshold);
    return threshold_apply(&env, &image, &out, threshold);
}
