/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Binary morphology on masks packed to one bit a pixel. */
#ifndef MASK_BINARY_H
#define MASK_BINARY_H

#include "common/env.h"

enum { MASK_DISK, MASK_SQUARE, MASK_DIAMOND, MASK_RECTANGLE };

struct mask_element {
    int32_t shape, radius;
    int32_t width, height; /* of a rectangle */
};

enum mask_step { MASK_END, MASK_ERODE, MASK_DILATE };

/* Performs up to two steps on the mask at input 0. What lies outside the image neither erodes nor
 * dilates. */
int mask_morph(const struct common_env *env, const struct mask_element *element,
               const enum mask_step steps[2]);

#endif
