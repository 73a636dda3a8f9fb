/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How steep an image is, as a relief to flood. */
#ifndef COMMON_STEEPNESS_H
#define COMMON_STEEPNESS_H

#include "env.h"

/* Fills an f32 plane with the length of the differences between a pixel's neighbours, along x and
 * y and in all planes of the image. NaN and infinities count as 0. */
int common_steepness(const struct common_env *env, const struct seg_view *image,
                     const struct seg_view *relief);

#endif
