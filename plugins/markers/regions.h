/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the stages that make markers out of regions share. */
#ifndef MARKERS_REGIONS_H
#define MARKERS_REGIONS_H

#include "common/ids.h"

struct markers_regions {
    struct seg_view labels;   /* the input, a mask's components as labels */
    struct seg_view distance; /* f32, from each pixel to the nearest of another label */
    struct common_ids ids;
    float *depth; /* of each region, by its place: the largest distance */
};

/* Reads input 0 and opens output 0. */
int markers_regions_open(const struct common_env *env, struct markers_regions *regions,
                         struct seg_view *markers);

/* Marks what is farther than `gap` from all regions by the next number; 0: marks nothing. */
int markers_regions_background(const struct common_env *env, const struct markers_regions *regions,
                               double gap, const struct seg_view *markers);

#define MARKERS_BACKGROUND_ROW(T)                                                                  \
    {                                                                                              \
        SEG_P_FLOAT(T, background, 0, 0, 1e6, "px",                                                \
                    "background farther than this from all regions gets a marker too; 0: none")    \
    }
#define MARKERS_REGIONS_PORT                                                                       \
    {                                                                                              \
        .name = "regions", .summary = "labels, or a mask, whose components count",                 \
        .kinds = SEG_KIND_BIT(SEG_MASK) | SEG_KIND_BIT(SEG_LABELS)                                 \
    }

#endif
