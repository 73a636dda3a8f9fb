/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* watershed.minima: every valley that is deep enough becomes a region. */
#include "common/choices.h"
#include "common/sample.h"
#include "flood.h"
#include "seeds.h"
#include "stages.h"

struct params {
    double h;
    int32_t connectivity;
    double compactness;
    bool watershed_line;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, labels, plane, markers, mask = SEG_VIEW;
    int32_t count;
    int status = common_open(&env, &image, &labels);
    if (status)
        return status;
    int absent = host->input(call, 1, &mask);
    if (absent && absent != SEG_ABSENT)
        return absent;
    struct watershed_flood flood = {.connectivity = params->connectivity == COMMON_EIGHT ? 8 : 4,
                                    .line = params->watershed_line,
                                    .compactness = params->compactness};
    const struct common_extrema extrema = {
        .minima = true, .connectivity = flood.connectivity, .h = params->h};
    status = common_float_plane(&env, &image, 0, &plane);
    if (!status)
        status = watershed_seeds(&env, &plane, &extrema, absent ? NULL : &mask, &markers, &count);
    if (!status)
        status = watershed_flood(&env, &flood, &image, &markers, absent ? NULL : &mask, &labels);
    return status ? status : host->value(call, "regions", count);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, h, 1, 0, 3e38, NULL,
                 "a valley counts where one must climb at least so far to leave it"),
     .alias = "dynamic"},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
    {SEG_P_FLOAT(struct params, compactness, 0, 0, 1e30, NULL,
                 "what each pixel of distance from its minimum adds to a pixel's value")},
    {SEG_P_BOOL(struct params, watershed_line, false, "keep regions apart by a line of 0")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "the relief to flood, such as a gradient",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
    {.name = "mask",
     .summary = "where water may flow; everywhere when it is not connected",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "a region around each minimum",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage watershed_minima = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "watershed.minima",
    .summary = "cut a relief into the basins of its minima",
    .detail = "Floods from every regional minimum of dynamic 'h' or more, as watershed.flood does "
              "from markers. With 'h' 0 every minimum counts, and noise makes many. Where two "
              "minima of equal depth lie less than h apart the first one in raster order takes "
              "both. Reports 'regions'.",
    .reference = "L. Vincent, P. Soille, Watersheds in digital spaces, IEEE Transactions on "
                 "Pattern Analysis and Machine Intelligence 13 (6), 1991",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
