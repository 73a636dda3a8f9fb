/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slopes over 3 x 3 samples. */
#ifndef FILTER_SLOPE_H
#define FILTER_SLOPE_H

#include "common/cpu.h"

/* Weights of the three differences side by side. */
struct slope {
    float side, middle;
};

/* In x, at a sample of the row `m` that stands between the rows `a` and `b`. */
COMMON_INLINE float slope_x(struct slope s, const float *a, const float *m, const float *b)
{
    return s.side * (a[1] - a[-1]) + s.middle * (m[1] - m[-1]) + s.side * (b[1] - b[-1]);
}

/* In y, between the row above and the row below. */
COMMON_INLINE float slope_y(struct slope s, const float *a, const float *b)
{
    return s.side * (b[-1] - a[-1]) + s.middle * (b[0] - a[0]) + s.side * (b[1] - a[1]);
}

#endif
