/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution with a symmetric kernel, first along rows and then along columns. */
#ifndef COMMON_SEPARABLE_H
#define COMMON_SEPARABLE_H

#include "env.h"

/* weights[0] is the middle, weights[k] that of both neighbours at distance k <= radius. All planes;
 * sums are in float, results of integers are rounded. `border` is one of border.h. */
int common_separable(const struct common_env *env, const struct seg_view *in,
                     const struct seg_view *out, const float *weights, int32_t radius,
                     int32_t border);

/* A sampled Gaussian whose weights sum to 1; scratch memory of radius + 1 weights. */
float *common_gaussian(const struct common_env *env, double sigma, int32_t radius);

#endif
