/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The graph of adjacent regions of a label image. */
#ifndef GRAPHCUT_REGIONS_H
#define GRAPHCUT_REGIONS_H

#include "common/env.h"

/* Region r is label r + 1; those without a pixel have area 0. Arcs first[r]..first[r + 1] - 1 leave
 * region r. */
struct regions {
    uint32_t count, arcs;
    float **mean;   /* [plane][region], in 8-bit steps */
    uint32_t *area; /* pixels */
    uint32_t *first, *to;
    uint32_t *back;   /* the same arc the other way */
    uint32_t *length; /* pairs of pixels, side by side, along the border */
};

/* Fails on labels larger than the number of pixels, and where there is none. */
int regions_build(const struct common_env *env, const struct seg_view *labels, float *const *planes,
                  int32_t plane_count, struct regions *regions);

/* The mean of the squared difference of samples over all arcs; 1 where that is 0. */
double regions_contrast(const struct regions *regions, int32_t planes);

/* The squared difference of the means of two regions. */
double regions_difference(const struct regions *regions, int32_t planes, uint32_t a, uint32_t b);

/* The minimum cut of a graph of regions: excess[region], capacity[arc] become residual. source[r]:
 * is it reached from an excess? */
int regions_cut(const struct common_env *env, const struct regions *regions, double *excess,
                double *capacity, uint8_t *source);

#endif
