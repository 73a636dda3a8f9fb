/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.local_gaussian: a threshold from the weighted mean around each pixel. */
#include "apply.h"
#include "shape.h"
#include "stages.h"

#include "common/border.h"
#include "common/sample.h"
#include "common/separable.h"

#include <math.h>
#include <string.h>

enum { SKIMAGE, OPENCV };

struct params {
    int32_t window;
    int32_t convention;
    double offset;
};

struct job {
    struct seg_view image, mean, mask;
    bool rounded;
    double offset;
};

/* OpenCV has weights of its own for small windows. */
static float *weights_of(const struct common_env *env, const struct params *params, int32_t *radius)
{
    static const float small[][4] = {
        {1}, {0.5F, 0.25F}, {0.375F, 0.25F, 0.0625F}, {0.28125F, 0.21875F, 0.109375F, 0.03125F}};
    *radius = params->window / 2;
    if (params->convention == OPENCV && *radius < 4) {
        float *weights;
        return COMMON_SCRATCH(env, weights, *radius + 1)
                   ? memcpy(weights, small[*radius], ((size_t)*radius + 1) * sizeof *weights)
                   : NULL;
    }
    if (params->convention == OPENCV)
        return common_gaussian(env, 0.3 * (*radius - 1) + 0.8, *radius);
    const double sigma = (params->window - 1) / 6.0;
    *radius = (int32_t)(4 * sigma + 0.5);
    return common_gaussian(env, sigma, *radius);
}

static int compare_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct job *job = arg;
    (void)worker;
    for (size_t y = begin; y < end; y++) {
        const void *row = seg_row(&job->image, 0, (int32_t)y);
        const float *mean = seg_row(&job->mean, 0, (int32_t)y);
        uint8_t *mask = seg_row(&job->mask, 0, (int32_t)y);
        for (int32_t x = 0; x < job->image.width; x++) {
            const double sample = job->image.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                                  : job->image.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                                                : (double)((const float *)row)[x];
            const double middle = (double)(job->rounded ? rintf(mean[x]) : mean[x]);
            mask[x] = sample > middle - job->offset;
        }
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct job job = {.offset = params->offset};
    struct seg_view floats;
    double least, most;
    int32_t radius;
    int status = common_open(&env, &job.image, &job.mask);
    if (!status)
        status = threshold_extent(&env, &job.image, &least, &most);
    if (!status)
        status = common_float_plane(&env, &job.image, 0, &floats);
    if (!status)
        status = common_scratch_view(&env, &job.image, SEG_F32, &job.mean);
    if (status)
        return status;
    job.rounded = params->convention == OPENCV && job.image.dtype != SEG_F32;
    if (job.rounded)
        job.offset = ceil(job.offset);
    const float *weights = weights_of(&env, params, &radius);
    if (!weights)
        return common_nomem(&env);
    status = common_separable(&env, &floats, &job.mean, weights, radius,
                              params->convention == OPENCV ? COMMON_NEAREST : COMMON_REFLECT);
    return status ? status
                  : common_parallel(&env, (size_t)job.image.height, common_grain(job.image.width),
                                    compare_rows, &job);
}

static int32_t reach(const void *arg)
{
    const struct params *params = arg;
    return (int32_t)(4 * (params->window - 1) / 6.0 + 0.5) + 1;
}

static const struct seg_choice conventions[] = {
    {"skimage", "sigma is (window - 1) / 6 and weights reach 4 sigma; mirrored at the edge"},
    {"opencv", "sigma is 0.3 (window / 2 - 1) + 0.8 and weights fill the window; the last pixel is "
               "repeated, means of integers are rounded, 'offset' is rounded up"},
};

static const struct seg_param rows[] = {
    {SEG_P_INT(struct params, window, 35, 1, 8191, "px", "side of the square window"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_FLOAT(struct params, offset, 0, -3.4e38, 3.4e38, NULL,
                 "how far the threshold lies below the mean")},
    {SEG_P_CHOICE(struct params, convention, SKIMAGE, conventions, "whose definition to follow")},
};

static const struct seg_port inputs[] = {THRESHOLD_INPUT};
static const struct seg_port outputs[] = {THRESHOLD_OUTPUT};

const struct seg_stage threshold_local_gaussian = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.local_gaussian",
    .summary = "compare each pixel with the Gaussian mean around it",
    .detail = "The threshold of a pixel is the mean around it, weighted by a Gaussian, less "
              "'offset'. The cost of a pixel grows with 'window'. Samples that are not finite are "
              "refused.",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
    .reach = reach,
};
