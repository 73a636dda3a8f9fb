/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums and least values under any small kernel, in floats. */
#ifndef FILTER_CORRELATE_H
#define FILTER_CORRELATE_H

#include "common/env.h"

struct filter_kernel {
    float *weights; /* rows of 2 * x + 1, of which there are 2 * y + 1 */
    int32_t x, y;   /* how far it reaches to each side */
};

#define FILTER_NOTHING (-1) /* a further border: 0 lies beyond it */

/* out(x, y) = the sum of weights * in around (x, y), for one plane of any type; `out` is f32.
 * `border` is one of border.h or FILTER_NOTHING. */
int filter_correlate(const struct common_env *env, const struct seg_view *in, int32_t plane,
                     const struct filter_kernel *kernel, int32_t border,
                     const struct seg_view *out);

/* out(x, y) = the least of weights + in around (x, y), infinite weights left out: an erosion by a
 * body. Nothing lies beyond the border, and NaN does not count. */
int filter_lower(const struct common_env *env, const struct seg_view *in,
                 const struct filter_kernel *kernel, const struct seg_view *out);

/* A Gaussian or its first or second derivative, sampled to `radius`; one row. */
int filter_gaussian_kernel(const struct common_env *env, double sigma, int32_t radius, int order,
                           struct filter_kernel *kernel);

/* First along rows with `across`, then along columns with `down`: both one row each. `between` is
 * an f32 plane to work in. */
int filter_correlate_both(const struct common_env *env, const struct seg_view *in, int32_t plane,
                          const struct filter_kernel *across, const struct filter_kernel *down,
                          int32_t border, const struct seg_view *between,
                          const struct seg_view *out);

#endif
