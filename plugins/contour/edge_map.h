/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a contour is to stop: near 0 at edges of an image, 1 where it is even. */
#ifndef CONTOUR_EDGE_MAP_H
#define CONTOUR_EDGE_MAP_H

#include "common/env.h"

/* map = 1 / sqrt(1 + alpha * steepness), the steepness that of the samples, scaled to 0..1 (f32 is
 * taken as it is), under a Gaussian. With `alpha` 0 it is the samples themselves. NaN and
 * infinities count as 0. `map` is an f32 plane in scratch memory. */
int contour_edge_map(const struct common_env *env, const struct seg_view *image, double alpha,
                     double sigma, struct seg_view *map);

#endif
