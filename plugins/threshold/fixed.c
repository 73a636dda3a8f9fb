/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.fixed: a threshold that the user knows. */
#include "apply.h"
#include "stages.h"

struct params {
    double value;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, mask;
    int status = common_open(&env, &image, &mask);
    return status ? status : threshold_apply(&env, &image, &mask, params->value);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, value, 0, -3.4e38, 3.4e38, NULL, "object is what is above it"),
     .flags = SEG_PARAM_REQUIRED},
};

static const struct seg_port inputs[] = {THRESHOLD_INPUT};
static const struct seg_port outputs[] = {THRESHOLD_OUTPUT};

const struct seg_stage threshold_fixed = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.fixed",
    .summary = "compare an image with a given threshold",
    .detail = "A pixel is object where its value is above 'value', in the units of the samples: "
              "0 to 255 for 8 bits, 0 to 65535 for 16 bits, whatever the file holds for floating "
              "point. NaN is never above. Reports 'threshold'.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
