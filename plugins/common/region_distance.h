/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distance from each pixel to the nearest pixel of another label. */
#ifndef COMMON_REGION_DISTANCE_H
#define COMMON_REGION_DISTANCE_H

#include "ids.h"

/* Fills an f32 plane with exact Euclidean distances, of pixels of label 0 and -1 too. Where all
 * has one label it is the length of the image's diagonal. */
int common_region_distance(const struct common_env *env, const struct seg_view *labels,
                           const struct seg_view *distance);

/* The largest distance in each region, by its place among the ids; NULL: there is no memory. */
float *common_region_depth(const struct common_env *env, const struct seg_view *labels,
                           const struct common_ids *ids, const struct seg_view *distance);

#endif
