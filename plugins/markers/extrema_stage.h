/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What h_maxima and h_minima share. */
#ifndef MARKERS_EXTREMA_STAGE_H
#define MARKERS_EXTREMA_STAGE_H

#include "common/choices.h"
#include "common/env.h"

struct markers_extrema {
    double h;
    int32_t connectivity;
};

int markers_extrema(const struct common_env *env, const struct markers_extrema *self, bool minima);

#define MARKERS_EXTREMA_TABLES(what)                                                               \
    static const struct seg_param params[] = {                                                     \
        {SEG_P_FLOAT(struct markers_extrema, h, 1, 0, 3e38, NULL, "least dynamic"),                \
         .alias = "dynamic"},                                                                      \
        {SEG_P_CHOICE(struct markers_extrema, connectivity, COMMON_EIGHT, common_connectivity,     \
                      "which pixels are neighbours")},                                             \
    };                                                                                             \
    static const struct seg_port inputs[] = {                                                      \
        {.name = "image",                                                                          \
         .summary = "one plane of samples",                                                        \
         .kinds = SEG_KIND_BIT(SEG_IMAGE),                                                         \
         .dtypes = SEG_ANY_SAMPLE,                                                                 \
         .planes_min = 1,                                                                          \
         .planes_max = 1},                                                                         \
    };                                                                                             \
    static const struct seg_port outputs[] = {                                                     \
        {.name = "mask", .summary = "the " what, .kinds = SEG_KIND_BIT(SEG_MASK)},                 \
    }

#endif
