/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.range: pixels whose channels all lie in ranges. */
#include "apply.h"
#include "stages.h"

#include "common/sample.h"

#include <string.h>

struct params {
    struct seg_floats low, high;
    bool invert;
};

struct job {
    struct seg_view image, mask;
    const struct params *params;
    float *room; /* a row for each worker */
};

static double bound(const struct seg_floats *bounds, int32_t plane)
{
    return bounds->values[bounds->count == 1 ? 0 : plane];
}

static int work(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    const int32_t width = job->image.width;
    float *row = job->room + worker * (size_t)width;
    for (size_t y = begin; y < end; y++) {
        uint8_t *mask = seg_row(&job->mask, 0, (int32_t)y);
        memset(mask, 1, (size_t)width);
        for (int32_t p = 0; p < job->image.planes; p++) {
            const double low = bound(&job->params->low, p), high = bound(&job->params->high, p);
            common_floats(&job->image, p, (int32_t)y, 0, (size_t)width, row);
            for (int32_t x = 0; x < width; x++) {
                const double sample = (double)row[x];
                mask[x] &=
                    low <= high ? sample >= low && sample <= high : sample >= low || sample <= high;
            }
        }
        for (int32_t x = 0; x < width; x++)
            mask[x] ^= job->params->invert;
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct job job = {.params = params};
    int status = common_open(&env, &job.image, &job.mask);
    if (status)
        return status;
    const uint32_t planes = (uint32_t)job.image.planes,
                   counts[] = {params->low.count, params->high.count};
    for (int i = 0; i < 2; i++)
        if (counts[i] != 1 && counts[i] != planes)
            return host->fail(call, SEG_STAGE,
                              "'%s' has %u numbers for an image of %u channels; give one, or one "
                              "a channel",
                              i ? "high" : "low", counts[i], planes);
    if (!COMMON_SCRATCH(&env, job.room, host->workers(call) * (size_t)job.image.width))
        return common_nomem(&env);
    return common_parallel(&env, (size_t)job.image.height, common_grain(job.image.width), work,
                           &job);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param rows[] = {
    {SEG_P_FLOATS(struct params, low, NULL, 1, 64, -3.4e38, 3.4e38, NULL,
                  "least value of an object, for all channels or for each"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_FLOATS(struct params, high, NULL, 1, 64, -3.4e38, 3.4e38, NULL,
                  "largest value of an object, for all channels or for each"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_BOOL(struct params, invert, false, "object is what lies outside")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "samples of any number of channels",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};
static const struct seg_port outputs[] = {
    {.name = "mask",
     .summary = "the pixels in the ranges",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .planes_min = 1},
};

const struct seg_stage threshold_range = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.range",
    .summary = "find the pixels whose channels all lie in given ranges",
    .detail =
        "A pixel is object where each channel is at least 'low' and at most 'high', both "
        "included, in the units of the samples. Where 'low' is above 'high' the range goes on from "
        "the largest value to the least, as hues do around red. NaN lies in no range.\n\n"
        "For ranges of another colour space, convert the image before with filter.color.",
    .version = 1,
    .params_size = sizeof(struct params),
    .params = rows,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(rows),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
    .reach = reach,
};
