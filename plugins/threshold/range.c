/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.range: pixels whose channels all lie in ranges. */
#include "apply.h"
#include "stages.h"

#include "common/color.h"
#include "common/sample.h"

#include <string.h>

struct params {
    struct seg_floats low, high;
    int32_t space; /* one more than that of common/color.h; 0: as the image is */
    bool invert;
};

struct job {
    struct seg_view image, mask;
    const struct params *params;
    struct common_color color;
    int32_t planes; /* that are compared */
    float *room;    /* three rows for each worker */
};

static double bound(const struct seg_floats *bounds, int32_t plane)
{
    return bounds->values[bounds->count == 1 ? 0 : plane];
}

static void compare(const struct job *job, int32_t plane, const float *row, uint8_t *mask)
{
    const double low = bound(&job->params->low, plane), high = bound(&job->params->high, plane);
    for (int32_t x = 0; x < job->image.width; x++) {
        const double sample = (double)row[x];
        mask[x] &= low <= high ? sample >= low && sample <= high : sample >= low || sample <= high;
    }
}

static int work(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    const int32_t width = job->image.width;
    float *row = job->room + 3 * worker * (size_t)width;
    float *const rows[] = {row, row + width, row + 2 * (size_t)width};
    for (size_t y = begin; y < end; y++) {
        uint8_t *mask = seg_row(&job->mask, 0, (int32_t)y);
        memset(mask, 1, (size_t)width);
        if (job->params->space)
            common_color_row(&job->color, &job->image, (int32_t)y, rows);
        for (int32_t p = 0; p < job->planes; p++) {
            if (!job->params->space)
                common_floats(&job->image, p, (int32_t)y, 0, (size_t)width, row);
            compare(job, p, job->params->space ? rows[p] : row, mask);
        }
        for (int32_t x = 0; x < width; x++)
            mask[x] ^= job->params->invert;
    }
    return SEG_OK;
}

/* How the image is converted, where it is. */
static int start_color(const struct common_env *env, struct job *job)
{
    const int32_t planes = job->image.planes;
    job->planes = planes;
    if (!job->params->space)
        return SEG_OK;
    if (planes != 3 && planes != 4)
        return env->host->fail(env->call, SEG_STAGE,
                               "'space' needs an image of 3 or 4 channels, not %d", planes);
    const enum common_space to = (enum common_space)(job->params->space - 1);
    job->planes = to == COMMON_GRAY ? 1 : 3;
    return common_color_start(env, &job->image, to, &job->color);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct job job = {.params = params};
    int status = common_open(&env, &job.image, &job.mask);
    if (!status)
        status = start_color(&env, &job);
    if (status)
        return status;
    const uint32_t planes = (uint32_t)job.planes,
                   counts[] = {params->low.count, params->high.count};
    for (int i = 0; i < 2; i++)
        if (counts[i] != 1 && counts[i] != planes)
            return host->fail(call, SEG_STAGE,
                              "'%s' has %u numbers for %u channels; give one, or one a channel",
                              i ? "high" : "low", counts[i], planes);
    if (!COMMON_SCRATCH(&env, job.room, 3 * (size_t)host->workers(call) * (size_t)job.image.width))
        return common_nomem(&env);
    return common_parallel(&env, (size_t)job.image.height, common_grain(job.image.width), work,
                           &job);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_choice spaces[] = {{"own", "that of the image, in its own units"},
                                           COMMON_SPACE_CHOICES};

static const struct seg_param rows[] = {
    {SEG_P_FLOATS(struct params, low, NULL, 1, 64, -3.4e38, 3.4e38, NULL,
                  "least value of an object, for all channels or for each"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_FLOATS(struct params, high, NULL, 1, 64, -3.4e38, 3.4e38, NULL,
                  "largest value of an object, for all channels or for each"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_CHOICE(struct params, space, 0, spaces, "the colour space of the ranges")},
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
        "With 'space' the ranges are those of another colour space, in the units of filter.color, "
        "which are not those of 8 bits: low=0.25,0.3,0.2 high=0.45,1,1 space=hsv finds leaves. "
        "Then the image has three planes, or a fourth one that is left out.",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
    .reach = reach,
};
