/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flooding a relief from markers, as the stages of this family use it. */
#ifndef WATERSHED_FLOOD_H
#define WATERSHED_FLOOD_H

#include "common/env.h"

struct watershed_flood {
    int connectivity; /* 4 or 8 */
    bool invert;      /* flood from high to low */
    bool line;        /* leave a line of 0 between basins */
    double compactness;
};

/* `mask` may be NULL. Where markers are -1, labels are too, and nothing flows there; markers
 * outside of the mask do not count. */
int watershed_flood(const struct common_env *env, const struct watershed_flood *flood,
                    const struct seg_view *relief, const struct seg_view *markers,
                    const struct seg_view *mask, const struct seg_view *labels);

#endif
