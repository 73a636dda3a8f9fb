/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.otsu: Otsu's threshold. */
#include "apply.h"
#include "common/histogram.h"
#include "stages.h"

/* The bin after which the classes are furthest apart: weight_0 weight_1 (mean_0 - mean_1)^2 is
 * largest, the first such bin where several are. */
static uint32_t split(const struct common_histogram *histogram)
{
    double total = (double)histogram->total, sum = 0, weight = 0, below = 0, best = -1;
    uint32_t bin = 0;
    for (uint32_t b = 0; b < histogram->bins; b++)
        sum += (double)histogram->count[b] * b;
    for (uint32_t b = 0; b < histogram->bins; b++) {
        if (!histogram->count[b])
            continue;
        weight += histogram->count[b];
        below += (double)histogram->count[b] * b;
        if (weight >= total) {
            if (best < 0) /* there is only one value */
                bin = b;
            break;
        }
        double apart = sum / total * weight - below;
        double between = apart * apart / (weight * (total - weight));
        if (between > best) {
            best = between;
            bin = b;
        }
    }
    return bin;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self;
    const struct common_env env = {host, call};
    struct seg_view image, mask;
    struct common_histogram histogram;
    int status = common_open(&env, &image, &mask);
    if (!status)
        status = common_histogram(&env, &image, 0, &histogram);
    if (status)
        return status;
    if (!histogram.total)
        return host->fail(
            call, SEG_STAGE,
            "the image has no finite sample; there is nothing to find a threshold in");
    return threshold_apply(&env, &image, &mask, common_bin_value(&histogram, split(&histogram)));
}

static const struct seg_port inputs[] = {THRESHOLD_INPUT};
static const struct seg_port outputs[] = {THRESHOLD_OUTPUT};

const struct seg_stage threshold_otsu = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.otsu",
    .summary = "separate two classes of values by Otsu's threshold",
    .detail = "Chooses the threshold for which the variance between the two classes is largest, "
              "and calls object what is above it. Several thresholds may do equally well; the "
              "lowest is taken. Reports 'threshold'.\n\n"
              "The histogram has one bin a value for 8 and 16 bits, and 256 bins between the "
              "least and the largest finite sample for floating point, where the threshold is the "
              "centre of a bin. An image of one value has no pixel above it.",
    .reference = "N. Otsu, A threshold selection method from gray-level histograms, IEEE "
                 "Transactions on Systems, Man, and Cybernetics 9 (1), 1979",
    .version = 1,
    .inputs = inputs,
    .outputs = outputs,
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};
