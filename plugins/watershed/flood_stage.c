/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* watershed.flood: the marker-controlled watershed. */
#include "common/choices.h"
#include "flood.h"
#include "stages.h"

struct params {
    bool invert;
    int32_t connectivity;
    double compactness;
    bool watershed_line;
};

enum { IMAGE, MARKERS, MASK };

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, labels, markers = SEG_VIEW, mask = SEG_VIEW;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = host->input(call, MARKERS, &markers);
    if (status)
        return status;
    status = host->input(call, MASK, &mask);
    if (status && status != SEG_ABSENT)
        return status;
    struct watershed_flood flood = {.connectivity = params->connectivity == COMMON_EIGHT ? 8 : 4,
                                    .invert = params->invert,
                                    .line = params->watershed_line,
                                    .compactness = params->compactness};
    return watershed_flood(&env, &flood, &image, &markers, status ? NULL : &mask, &labels);
}

static const struct seg_param params[] = {
    {SEG_P_BOOL(struct params, invert, false, "flood from the highest values down")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
    {SEG_P_FLOAT(struct params, compactness, 0, 0, 1e30, NULL,
                 "what each pixel of distance from its marker adds to a pixel's value")},
    {SEG_P_BOOL(struct params, watershed_line, false, "keep regions apart by a line of 0")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "the relief to flood, such as a gradient or an inverted distance",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
    {.name = "markers", .summary = "where the water comes from", .kinds = SEG_KIND_BIT(SEG_LABELS)},
    {.name = "mask",
     .summary = "where water may flow; everywhere when it is not connected",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "each pixel has the number of the marker that its water comes from",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage watershed_flood_stage = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "watershed.flood",
    .summary = "grow markers over a relief until they meet on its ridges",
    .detail = "Water rises from the markers and takes pixels in order of their value, and in "
              "order of arrival among equal values, so that plateaus are shared evenly. Pixels "
              "outside of the mask, and parts of it without a marker, become 0; markers outside "
              "of the mask do not count. Where markers are void (-1) so is the result.\n\n"
              "'compactness' above 0 makes regions rounder and more alike in size; how much is "
              "needed depends on the range of the values. 'watershed_line' leaves pixels between "
              "two regions at 0.\n\n"
              "Parts of the mask that do not touch are flooded in parallel; without a mask one "
              "thread does it all. The result does not depend on the number of threads.",
    .reference = "F. Meyer, Topographic distance and watershed lines, Signal Processing 38 (1), "
                 "1994; P. Neubert, P. Protzel, Compact watershed and preemptive SLIC, ICPR 2014",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
