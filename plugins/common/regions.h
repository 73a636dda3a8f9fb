/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph of adjacent regions of a label image. */
#ifndef COMMON_REGIONS_H
#define COMMON_REGIONS_H

#include "env.h"

/* Region r is label r + 1; those without a pixel have area 0. Arcs first[r]..first[r + 1] - 1 leave
 * region r. */
struct common_regions {
    uint32_t count, arcs;
    float **mean;   /* [plane][region], of the samples */
    uint32_t *area; /* pixels */
    uint32_t *first, *to;
    uint32_t *back;   /* the same arc the other way */
    uint32_t *length; /* pairs of pixels, side by side, along the border */
};

/* Fails on labels larger than the number of pixels, and where there is none; `port` is where they
 * came from. */
int common_regions(const struct common_env *env, const struct seg_view *labels, const char *port,
                   float *const *planes, int32_t plane_count, struct common_regions *regions);

#endif
