/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.gamma: a power of the brightness. */
#include "map.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    double gamma, gain;
};

struct curve {
    float gamma, gain, span;
};

static void raise(const void *arg, float *values, size_t count)
{
    const struct curve *curve = arg;
    for (size_t i = 0; i < count; i++) {
        const float share = values[i] < 0 ? 0 : values[i] / curve->span;
        values[i] = curve->gain * powf(share, curve->gamma) * curve->span;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    const struct curve curve = {(float)params->gamma, (float)params->gain, filter_span(in.dtype)};
    for (int32_t plane = 0; plane < in.planes && !status; plane++)
        status = filter_map(&env, &in, &out, plane, raise, &curve);
    return status;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, gamma, 1, 0, 100, NULL,
                 "the exponent: above 1 darkens, below 1 brightens")},
    {SEG_P_FLOAT(struct params, gain, 1, 0, 1e6, NULL, "what the power is multiplied by")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {FILTER_OUTPUT("adjusted", SEG_ANY_SAMPLE)};

const struct seg_stage filter_gamma = {
    FILTER_TABLES,
    .id = "filter.gamma",
    .summary = "brighten or darken by a power law",
    .detail = "Each sample v becomes gain * v^gamma, the range of its type being taken for 0 to 1; "
              "floating point samples are taken as they are. Results of 8 and 16 bits are rounded, "
              "and cut where they leave the range; negative samples become 0.",
    .reference = "C. Poynton, Digital Video and HD: Algorithms and Interfaces, 2nd edition, 2012",
    .version = 1,
    .process = process,
    .reach = reach,
};
