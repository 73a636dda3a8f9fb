/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scores.channel: the probability of one class as an image. */
#include "common/env.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t class_id;
    bool invert;
};

struct copy {
    struct seg_view scores, image;
    const struct params *params;
};

static int copy_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct copy *copy = arg;
    const size_t width = (size_t)copy->image.width;
    for (size_t y = begin; y < end; y++) {
        const float *from = seg_row(&copy->scores, copy->params->class_id, (int32_t)y);
        float *to = seg_row(&copy->image, 0, (int32_t)y);
        if (!copy->params->invert)
            memcpy(to, from, width * sizeof *to);
        for (size_t x = 0; copy->params->invert && x < width; x++)
            to[x] = 1 - from[x];
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct copy copy = {SEG_VIEW, SEG_VIEW, self};
    int status = common_open(&env, &copy.scores, &copy.image);
    if (status)
        return status;
    if (copy.params->class_id >= copy.scores.planes)
        return host->fail(
            call, SEG_STAGE,
            "parameter 'class': there is no class %d; the scores have classes 0 to %d",
            (int)copy.params->class_id, (int)copy.scores.planes - 1);
    return common_parallel(&env, (size_t)copy.image.height, common_grain(copy.image.width),
                           copy_rows, &copy);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param params[] = {
    {.name = "class",
     .summary = "the number of the class, the first is 0",
     .type = SEG_INT,
     .offset = SEG_FIELD(struct params, class_id, int32_t),
     .max = 65535},
    {SEG_P_BOOL(struct params, invert, false, "1 minus it: the probability of any other class")},
};

static const struct seg_port inputs[] = {
    {.name = "scores",
     .summary = "the probabilities of classes",
     .kinds = SEG_KIND_BIT(SEG_SCORES)},
};
static const struct seg_port outputs[] = {
    {.name = "image",
     .summary = "the probability of the class, 0 to 1",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32),
     .like = "scores",
     .planes_min = 1,
     .planes_max = 1},
};

const struct seg_stage scores_channel = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "scores.channel",
    .summary = "take the probability of one class as an image",
    .detail = "Gives one plane of the scores as an image, for thresholds, markers or a relief to "
              "flood. So learned scores go into classical stages.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
