/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.rank: minimum, maximum or any percentile of a window. */
#include "common/border.h"
#include "median.h"
#include "stages.h"

struct params {
    int32_t size, shape, border;
    double percentile;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct filter_order rank;
    struct filter_windows windows = {
        .size = params->size, .border = params->border, .row = filter_rank_row, .arg = &rank};
    int status = common_open(&env, &windows.in, &windows.out);
    if (!status)
        status = filter_footprint(&env, params->size, params->shape, &rank.footprint);
    if (status)
        return status;
    const size_t area = rank.footprint.area;
    rank.dtype = windows.in.dtype;
    rank.rank = (size_t)((double)area * params->percentile / 100);
    rank.rank = rank.rank < area ? rank.rank : area - 1;
    windows.room_size = filter_rank_room(&rank);
    return filter_windows(&env, &windows);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->size / 2;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, size, 3, 1, 255, "px", "width and height of the window, odd"),
     .flags = SEG_PARAM_ODD},
    {SEG_P_FLOAT(struct params, percentile, 50, 0, 100, "%",
                 "which sample of the window in order: 0 the least, 100 the largest")},
    {SEG_P_CHOICE(struct params, shape, FILTER_SQUARE, filter_shapes, "which samples count")},
    {SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,
                  "what lies beyond the border")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "ranked",
     .summary = "of the same type",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

const struct seg_stage filter_rank = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "filter.rank",
    .summary = "replace each sample by a percentile of those around it",
    .detail =
        "Of n samples in the window, put in order, takes the one with n * percentile / 100, "
        "rounded down, below it, as SciPy does; no values are made up between samples.\n\n"
        "8 and 16 bits use a sliding histogram, whose time grows with the size of the window; "
        "for floating point it grows with the square of it. Where a floating point window "
        "holds NaN the result is some sample of it.",
    .reference = "T. Huang, G. Yang, G. Tang, A fast two-dimensional median filtering algorithm, "
                 "IEEE Transactions on Acoustics, Speech and Signal Processing 27 (1), 1979",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
    .reach = reach,
};
