/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.channel: one plane of an image. */
#include "common/env.h"
#include "stages.h"
#include "table.h"

#include <string.h>

struct params {
    int32_t index;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const double gray = SEG_COLOR_GRAY;
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    if (params->index >= in.planes)
        return host->fail(call, SEG_STAGE, "parameter 'index': %d is not one of 0 to %d",
                          (int)params->index, (int)in.planes - 1);
    for (int32_t y = 0; y < in.height; y++)
        memcpy(seg_row(&out, 0, y), seg_row(&in, params->index, y),
               (size_t)in.width * seg_dtype_size(in.dtype));
    return host->set(call, 0, SEG_PROP_COLOR, &gray, 1);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, index, 0, 0, 65535, NULL, "the number of the plane, the first is 0"),
     .alias = "plane"},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {
    {.name = "channel",
     .summary = "one plane of the same type",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1},
};

const struct seg_stage filter_channel = {
    FILTER_TABLES,
    .id = "filter.channel",
    .summary = "take one plane of an image",
    .detail = "Of RGB 0 is red, 1 green, 2 blue; of what filter.color and filter.stain make, the "
              "order is that of their names.",
    .version = 1,
    .process = process,
    .reach = reach,
};
