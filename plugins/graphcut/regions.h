/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts of the graph of adjacent regions. */
#ifndef GRAPHCUT_REGIONS_H
#define GRAPHCUT_REGIONS_H

#include "common/regions.h"

/* The mean of the squared difference of samples over all arcs; 1 where that is 0. */
double regions_contrast(const struct common_regions *regions, int32_t planes);

/* The squared difference of the means of two regions. */
double regions_difference(const struct common_regions *regions, int32_t planes, uint32_t a,
                          uint32_t b);

/* The minimum cut of a graph of regions: excess[region], capacity[arc] become residual. source[r]:
 * is it reached from an excess? */
int regions_cut(const struct common_env *env, const struct common_regions *regions, double *excess,
                double *capacity, uint8_t *source);

#endif
