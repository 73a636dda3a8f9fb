/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution with a symmetric kernel, first along rows and then along columns. */
#ifndef COMMON_SEPARABLE_H
#define COMMON_SEPARABLE_H

#include "env.h"

#include <stdbool.h>

/* weights[0] is the middle, weights[k] that of both neighbours at distance k <= radius. All planes;
 * sums are in float, results of integers are rounded. `border` is one of border.h. */
int common_separable(const struct common_env *env, const struct seg_view *in,
                     const struct seg_view *out, const float *weights, int32_t radius,
                     int32_t border);

/* Takes a filtered row of one plane: floats, or where `fixed` int16_t, of which COMMON_FIXED_UNIT
 * are a gray level and 0 is a sample of COMMON_FIXED_ZERO. Called by any worker. */
typedef void (*common_take_row)(const void *arg, int32_t plane, int32_t y, const void *values,
                                bool fixed, unsigned worker);
#define COMMON_FIXED_UNIT 128
#define COMMON_FIXED_ZERO 127.5F

/* The same, with its results handed over row by row; `may_fix`: 8 bits may be summed in fixed
 * point, as common_separable does. */
int common_separable_rows(const struct common_env *env, const struct seg_view *in,
                          const float *weights, int32_t radius, int32_t border, bool may_fix,
                          common_take_row take, const void *arg);

/* A sampled Gaussian whose weights sum to 1; scratch memory of radius + 1 weights. */
float *common_gaussian(const struct common_env *env, double sigma, int32_t radius);

#endif
