/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.erode: the inner parts of regions. */
#include "regions.h"
#include "stages.h"

struct params {
    double radius, background;
    bool keep;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct markers_regions regions;
    struct seg_view markers;
    int status = markers_regions_open(&env, &regions, &markers);
    if (status)
        return status;
    for (int32_t y = 0; y < markers.height; y++) {
        const int32_t *label = seg_row(&regions.labels, 0, y);
        const float *distance = seg_row(&regions.distance, 0, y);
        int32_t *to = seg_row(&markers, 0, y);
        for (int32_t x = 0; x < markers.width; x++) {
            float deepest = regions.depth[common_ids_place(&regions.ids, label[x])];
            bool thin = (double)deepest <= params->radius;
            bool inner = thin ? params->keep && distance[x] == deepest
                              : (double)distance[x] > params->radius;
            to[x] = inner || label[x] < 0 ? label[x] : 0;
        }
    }
    return markers_regions_background(&env, &regions, params->background, &markers);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, radius, 3, 0, 1e6, "px",
                 "markers keep away so far from the edge of their region")},
    {SEG_P_BOOL(struct params, keep, true,
                "a region that is thinner keeps its deepest pixels, else it has no marker")},
    MARKERS_BACKGROUND_ROW(struct params),
};

static const struct seg_port inputs[] = {MARKERS_REGIONS_PORT};

static const struct seg_port outputs[] = {
    {.name = "markers",
     .summary = "the inner part of each region, by its number",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage markers_erode = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "markers.erode",
    .summary = "shrink regions to markers",
    .detail = "Keeps the pixels of each region that are farther than 'radius' from any pixel that "
              "is not of it, by exact Euclidean distance: an erosion by a disk, for all regions at "
              "once and in time that does not depend on the radius. The border of the image is "
              "not an edge. Regions that touch come apart; one that falls to pieces keeps its "
              "number in all of them.\n\n"
              "With 'background', what is surely background gets a marker as well, with the next "
              "number after the regions': a gradient that is flooded from all of them, or a random "
              "walker, then draws a rough segmentation anew. Void (-1) stays. Reports 'markers', "
              "the number of regions.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
