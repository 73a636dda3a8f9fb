/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Binary morphology on masks packed to one bit a pixel. */
#ifndef MASK_BINARY_H
#define MASK_BINARY_H

#include "common/env.h"

enum { MASK_DISK, MASK_SQUARE, MASK_DIAMOND };

static const struct seg_choice mask_shapes[] = {
    {"disk", "x^2 + y^2 <= radius^2"},
    {"square", "2 radius + 1 pixels wide and high"},
    {"diamond", "|x| + |y| <= radius"},
};

struct mask_morph {
    int32_t shape, radius; /* the parameters of a stage */
};

enum mask_step { MASK_END, MASK_ERODE, MASK_DILATE };

#define MASK_MORPH_PARAMS(T)                                                                       \
    {SEG_P_CHOICE(T, shape, MASK_DISK, mask_shapes, "form of the structuring element")},           \
    {                                                                                              \
        SEG_P_INT(T, radius, 1, 0, 4096, "px", "size of the structuring element")                  \
    }

/* Performs up to two steps on the mask at input 0. What lies outside the image neither erodes nor
 * dilates. */
int mask_morph(const struct common_env *env, const struct mask_morph *morph,
               const enum mask_step steps[2]);

#endif
