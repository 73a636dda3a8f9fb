/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.invert: dark for bright. */
#include "map.h"
#include "stages.h"
#include "table.h"

static void subtract(const void *arg, float *values, size_t count)
{
    const float span = *(const float *)arg;
    for (size_t i = 0; i < count; i++)
        values[i] = span - values[i];
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    const float span = filter_span(in.dtype);
    for (int32_t plane = 0; plane < in.planes && !status; plane++)
        status = filter_map(&env, &in, &out, plane, subtract, &span);
    return status;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("inverted", SEG_ANY_SAMPLE)};

const struct seg_stage filter_invert = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.invert",
    .summary = "exchange dark and bright",
    .detail = "Each sample becomes 255 or 65535 less itself, and 1 less itself in floating point.",
    .version = 1,
    SEG_PORTS(inputs, outputs),
    .process = process,
    .reach = reach,
};
