/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.hysteresis: what is above a low threshold and reaches what is above a high one. */
#include "apply.h"
#include "stages.h"

#include "common/choices.h"
#include "common/runs.h"
#include "common/sample.h"

#include <string.h>

struct params {
    double low, high;
    int32_t connectivity;
};

/* Sets strong[label] where a run of that component has a sample above `high`. */
static int find_strong(const struct common_env *env, const struct seg_view *image,
                       const struct common_runs *runs, double high, uint8_t *strong)
{
    float *row;
    if (!COMMON_SCRATCH(env, row, image->width))
        return common_nomem(env);
    for (int32_t y = 0; y < runs->height; y++) {
        common_floats(image, 0, y, 0, (size_t)image->width, row);
        for (uint32_t i = runs->row[y]; i < runs->row[y + 1]; i++)
            for (int32_t x = runs->edge[2 * i]; x < runs->edge[2 * i + 1]; x++)
                strong[runs->label[i]] |= (double)row[x] > high;
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, mask;
    struct common_runs runs;
    int32_t count = 0;
    uint8_t *strong;
    if (params->low > params->high)
        return host->fail(call, SEG_STAGE, "'low' is %g and 'high' %g; 'low' must not be above it",
                          params->low, params->high);
    int status = common_open(&env, &image, &mask);
    if (!status)
        status = threshold_compare(&env, &image, &mask, params->low);
    if (!status)
        status = common_runs_find(&env, &mask, true, &runs);
    if (!status)
        status =
            common_runs_label(&env, &runs, params->connectivity == COMMON_EIGHT ? 8 : 4, &count);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, strong, (size_t)count + 1))
        return common_nomem(&env);
    memset(strong, 0, (size_t)count + 1);
    status = find_strong(&env, &image, &runs, params->high, strong);
    for (int32_t y = 0; y < mask.height && !status; y++) {
        uint8_t *row = seg_row(&mask, 0, y);
        for (uint32_t i = runs.row[y]; i < runs.row[y + 1]; i++)
            if (!strong[runs.label[i]])
                memset(row + runs.edge[2 * i], 0,
                       (size_t)(runs.edge[2 * i + 1] - runs.edge[2 * i]));
    }
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_FLOAT(struct params, low, 0, -3.4e38, 3.4e38, NULL, "objects are above it"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_FLOAT(struct params, high, 0, -3.4e38, 3.4e38, NULL,
                 "an object has at least one pixel above it"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {THRESHOLD_INPUT};
static const struct seg_port outputs[] = {THRESHOLD_OUTPUT};

const struct seg_stage threshold_hysteresis = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.hysteresis",
    .summary = "keep what is above a low threshold and connected to what is above a high one",
    .detail = "A pixel is object where its value is above 'low' and a path of such pixels leads to "
              "one above 'high', in the units of the samples. Neighbours share an edge unless "
              "'connectivity' is 8, as in scikit-image. NaN is never above. The time is that of "
              "labelling components.",
    .reference = "J. Canny, A computational approach to edge detection, IEEE Transactions on "
                 "Pattern Analysis and Machine Intelligence 8 (6), 1986",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
};
