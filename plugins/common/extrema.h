/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regional extrema and how far they stand out. */
#ifndef COMMON_EXTREMA_H
#define COMMON_EXTREMA_H

#include "env.h"

struct common_extrema {
    bool minima; /* else maxima */
    int connectivity;
    double h;   /* the least dynamic: to reach a higher (lower) pixel, any path must go down (up) by
                   at least h */
    bool above; /* the dynamic must be above h */
    bool ties; /* extrema of equal height do not limit each other; else only the first one in raster
                  order has the full dynamic */
};

/* Sets the u8 raster to 1 where a pixel of the f32 plane belongs to such an extremum, else 0. NaN
 * belongs to none and is no path. */
int common_extrema(const struct common_env *env, const struct seg_view *plane,
                   const struct common_extrema *extrema, const struct seg_view *flags);

#endif
