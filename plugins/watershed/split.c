/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* watershed.split: parts objects that touch, in one stage. */
#include "common/choices.h"
#include "common/distance.h"
#include "common/sample.h"
#include "flood.h"
#include "seeds.h"
#include "stages.h"

struct params {
    double dynamic;
    int32_t connectivity;
    bool watershed_line;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view mask, labels, distance, markers;
    int32_t count;
    struct watershed_flood flood = {.connectivity = params->connectivity == COMMON_EIGHT ? 8 : 4,
                                    .invert = true,
                                    .line = params->watershed_line};
    const struct common_extrema extrema = {.connectivity = 8, .h = params->dynamic};
    int status = common_open(&env, &mask, &labels);
    if (!status)
        status = common_scratch_view(&env, &mask, SEG_F32, &distance);
    if (!status)
        status = common_distance(&env, &mask, COMMON_EUCLIDEAN, &distance);
    if (!status)
        status = watershed_seeds(&env, &distance, &extrema, &mask, &markers, &count);
    if (!status)
        status = watershed_flood(&env, &flood, &distance, &markers, &mask, &labels);
    return status ? status : host->value(call, "objects", count);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, dynamic, 1, 0, 1e6, "px",
                 "objects are parted where the neck between them is thinner by so much"),
     .alias = "h"},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
    {SEG_P_BOOL(struct params, watershed_line, false, "keep objects apart by a line of 0")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "objects, some of which touch", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "a number for each object", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage watershed_split = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "watershed.split",
    .summary = "part objects that touch at their necks",
    .detail = "Takes the distance of each object pixel to the background, makes a marker of every "
              "maximum of dynamic 'dynamic' or more, and floods from there: round objects that "
              "touch come apart where they are thinnest. A larger 'dynamic' parts less. Reports "
              "'objects'.\n\n"
              "It is markers.distance, markers.h_maxima and watershed.flood in one; build the "
              "chain yourself where more is to be adjusted.",
    .reference = "S. Beucher, C. Lantuejoul, Use of watersheds in contour detection, 1979",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
