/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often each value occurs. */
#ifndef COMMON_HISTOGRAM_H
#define COMMON_HISTOGRAM_H

#include "env.h"

/* One bin a value for u8 and u16; for f32 COMMON_FLOAT_BINS of equal width from the least finite
 * value to the largest, and infinities and NaN are not counted. */
struct common_histogram {
    uint32_t *count;
    uint32_t bins;
    uint64_t total;    /* of all counts */
    double min, max;   /* of the values; min > max: there are none */
    double low, width; /* bin b begins at low + b * width */
    double centre;     /* where in its bin the value lies that stands for it: 0, or 0.5 for f32 */
};

#define COMMON_FLOAT_BINS 256

/* Of one plane; `count` is scratch memory. */
int common_histogram(const struct common_env *env, const struct seg_view *view, int32_t plane,
                     struct common_histogram *histogram);

/* The value that stands for a bin. */
double common_bin_value(const struct common_histogram *histogram, uint32_t bin);

#endif
