/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CIE L*a*b* from sRGB. */
#ifndef COMMON_LAB_H
#define COMMON_LAB_H

#include "env.h"

/* The planes of `view` as floats of comparable size, in scratch memory: L, a and b where it is RGB,
 * else the samples scaled so that the type's range (for f32 the image's) is 0..100. `channels` is 3
 * or the number of planes without alpha; planes lie `stride` floats apart, rows are dense. */
int common_features(const struct common_env *env, const struct seg_view *view, float **features,
                    int32_t *channels, size_t *stride);

#endif
