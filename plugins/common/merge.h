/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Merges adjacent regions that are alike. */
#ifndef COMMON_MERGE_H
#define COMMON_MERGE_H

#include "regions.h"

struct common_merge {
    double most;       /* as long as the least cost is not above this */
    uint32_t regions;  /* and there are more than this */
    uint32_t min_area; /* then those smaller than this, whatever it costs */
    bool ward;         /* the cost is what squared errors rise by, else the distance of the means */
};

/* number[region]: the number, from 1 on, of what it is merged into, in the order of the first
 * regions; 0 for regions without a pixel. */
int common_merge(const struct common_env *env, const struct common_regions *regions, int32_t planes,
                 const struct common_merge *params, int32_t *number, int32_t *count);

/* Replaces labels above 0 by their numbers. */
void common_merge_labels(const int32_t *number, const struct seg_view *from,
                         const struct seg_view *to);

#endif
