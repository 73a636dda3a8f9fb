/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.equalize: histogram equalisation. */
#include "common/histogram.h"
#include "map.h"
#include "stages.h"
#include "table.h"

#include <math.h>

/* What share of the samples is not above each whole number. */
struct shares {
    double *share;
    float span;
};

static void look_up(const void *arg, float *values, size_t count)
{
    const struct shares *shares = arg;
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(shares->share[i] * (double)shares->span);
}

static int equalize_whole(const struct common_env *env, const struct seg_view *in,
                          const struct seg_view *out, int32_t plane)
{
    struct common_histogram histogram;
    struct shares shares = {.span = filter_span(in->dtype)};
    int status = common_histogram(env, in, plane, &histogram);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, shares.share, histogram.bins))
        return common_nomem(env);
    uint64_t sum = 0;
    for (uint32_t bin = 0; bin < histogram.bins; bin++) {
        sum += histogram.count[bin];
        shares.share[bin] = (double)sum / (double)histogram.total;
    }
    return filter_map(env, in, out, plane, look_up, &shares);
}

/* The same out of all values that there are. */
static void rank(const void *arg, float *values, size_t count)
{
    const struct filter_sorted *sorted = arg;
    for (size_t i = 0; i < count; i++) {
        const float value = values[i];
        size_t low = 0, high = sorted->count; /* samples before `low` are not above */
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (sorted->values[middle] <= value)
                low = middle + 1;
            else
                high = middle;
        }
        values[i] = isnan(value) ? value : (float)((double)low / (double)sorted->count);
    }
}

static int equalize_real(const struct common_env *env, const struct seg_view *in,
                         const struct seg_view *out, int32_t plane)
{
    struct filter_sorted sorted;
    int status = filter_sort(env, in, plane, 1, &sorted);
    if (!status && !sorted.count)
        status = env->host->fail(env->call, SEG_STAGE, "plane %d has no finite sample", plane);
    return status ? status : filter_map(env, in, out, plane, rank, &sorted);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    for (int32_t plane = 0; plane < in.planes && !status; plane++)
        status = (in.dtype == SEG_F32 ? equalize_real : equalize_whole)(&env, &in, &out, plane);
    return status;
}

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("equalized", SEG_ANY_SAMPLE)};

const struct seg_stage filter_equalize = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.equalize",
    .summary = "spread the samples evenly over their range",
    .detail =
        "Each sample becomes the share of the plane's samples that are not above it: 0 to 1 in "
        "floating point, times 255 or 65535 and rounded else. That is scikit-image's definition "
        "without its bins; OpenCV also moves the darkest value to 0. Infinities are not counted, "
        "NaN stays NaN; planes without a finite sample are refused.\n\n"
        "For floating point the samples are sorted: n log n steps for n of them.",
    .reference = "R. A. Hummel, Image enhancement by histogram transformation, Computer Graphics "
                 "and Image Processing 6 (2), 1977",
    .version = 1,
    SEG_PORTS(inputs, outputs),
    .process = process,
};
