/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.rescale: stretch a range of samples to all of it. */
#include "common/histogram.h"
#include "map.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    int32_t unit, type;
    double low, high;
};

enum { PERCENT, VALUE };
enum { SAME, U8, U16, F32 };

struct range {
    float low, high, span;
};

static void stretch(const void *arg, float *values, size_t count)
{
    const struct range *range = arg;
    const float width = range->high - range->low;
    for (size_t i = 0; i < count; i++) {
        float share = values[i] - range->low; /* NaN stays */
        share = width > 0 ? share / width : share > 0 ? 1 : share;
        values[i] = (share < 0 ? 0 : share > 1 ? 1 : share) * range->span;
    }
}

/* The samples in order: by counts of each value, or themselves. */
struct order {
    uint64_t *count;
    struct filter_sorted sorted;
    uint64_t total;
};

static double nth(const struct order *order, uint64_t n)
{
    if (!order->count)
        return (double)order->sorted.values[n];
    uint32_t value = 0;
    for (uint64_t sum = order->count[0]; sum <= n; sum += order->count[value])
        value++;
    return value;
}

/* Between two samples it goes in a straight line. */
static float percentile(const struct order *order, double percent)
{
    const double at = percent / 100 * (double)(order->total - 1);
    const uint64_t before = (uint64_t)at;
    const double low = nth(order, before), part = at - (double)before;
    return (float)(part > 0 ? low + part * (nth(order, before + 1) - low) : low);
}

static int count_values(const struct common_env *env, const struct seg_view *in,
                        struct order *order)
{
    for (int32_t plane = 0; plane < in->planes; plane++) {
        struct common_histogram histogram;
        int status = common_histogram(env, in, plane, &histogram);
        if (status)
            return status;
        if (!plane && !COMMON_SCRATCH(env, order->count, histogram.bins))
            return common_nomem(env);
        for (uint32_t bin = 0; bin < histogram.bins; bin++)
            order->count[bin] = histogram.count[bin] + (plane ? order->count[bin] : 0);
        order->total += histogram.total;
    }
    return SEG_OK;
}

static int find_range(const struct common_env *env, const struct params *params,
                      const struct seg_view *in, struct range *range)
{
    struct order order = {0};
    int status;
    if (in->dtype == SEG_F32) {
        status = filter_sort(env, in, 0, in->planes, &order.sorted);
        order.total = order.sorted.count;
    } else {
        status = count_values(env, in, &order);
    }
    if (!status && !order.total)
        status = env->host->fail(env->call, SEG_STAGE, "the image has no finite sample");
    if (status)
        return status;
    range->low = percentile(&order, params->low);
    range->high = percentile(&order, params->high);
    status = env->host->value(env->call, "low", (double)range->low);
    return status ? status : env->host->value(env->call, "high", (double)range->high);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    struct range range = {(float)params->low, (float)params->high, filter_span(out.dtype)};
    if (!status && params->unit == PERCENT)
        status = find_range(&env, params, &in, &range);
    for (int32_t plane = 0; plane < in.planes && !status; plane++)
        status = filter_map(&env, &in, &out, plane, stretch, &range);
    return status;
}

static int check(const struct seg_host *host, struct seg_call *call, const void *self,
                 const struct seg_shape *in, struct seg_shape *out)
{
    static const uint32_t dtypes[] = {[U8] = SEG_U8, [U16] = SEG_U16, [F32] = SEG_F32};
    const struct params *params = self;
    out->dtype = params->type == SAME ? in->dtype : dtypes[params->type];
    if (params->low > params->high)
        return host->fail(call, SEG_USAGE, "parameter 'low': %g is above 'high', %g", params->low,
                          params->high);
    if (params->unit == PERCENT && (params->low < 0 || params->high > 100))
        return host->fail(call, SEG_USAGE,
                          "parameters 'low' and 'high': %g and %g percent are not within 0 to 100; "
                          "say unit=value for values",
                          params->low, params->high);
    return SEG_OK;
}

static const struct seg_choice units[] = {
    [PERCENT] = {"percent", "'low' and 'high' are percentiles of the image's samples"},
    [VALUE] = {"value", "they are samples"},
};

static const struct seg_choice types[] = {
    [SAME] = {"same", "that of the image"},
    [U8] = {"u8", "8 bits"},
    [U16] = {"u16", "16 bits"},
    [F32] = {"f32", "floating point"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, unit, PERCENT, units, "what 'low' and 'high' mean")},
    {SEG_P_FLOAT(struct params, low, 0, -3.4e38, 3.4e38, NULL, "what becomes the least value")},
    {SEG_P_FLOAT(struct params, high, 100, -3.4e38, 3.4e38, NULL,
                 "what becomes the largest value")},
    {SEG_P_CHOICE(struct params, type, SAME, types, "of the result's samples")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};
static const struct seg_port outputs[] = {
    {.name = "stretched",
     .summary = "of the same size",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

const struct seg_stage filter_rescale = {
    FILTER_TABLES,
    .id = "filter.rescale",
    .summary = "stretch the contrast to the whole range",
    .detail =
        "Maps 'low' to 0 and 'high' to 255, 65535, or 1 in floating point, by a straight line; "
        "what "
        "lies outside is cut. All planes are stretched alike, so that colours stay. Percentiles "
        "are those of the finite samples of all planes, taken linearly between two; low=2 and "
        "high=98 leave outliers out. With 'type' it is the way from floating point to whole "
        "numbers and "
        "back. Reports the range that was found as 'low' and 'high'.",
    .version = 1,
    .process = process,
    .shape = check,
};
