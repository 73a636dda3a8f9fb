/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grey-level dilation and erosion by a flat, symmetric element. */
#ifndef COMMON_GRAY_MORPH_H
#define COMMON_GRAY_MORPH_H

#include "env.h"

enum {
    COMMON_DISK,
    COMMON_SQUARE,
    COMMON_DIAMOND,
    COMMON_ROW,
    COMMON_COLUMN,
    COMMON_BROAD_DISK /* of ImageJ: x^2 + y^2 <= radius^2 + 1; no choice of any stage */
};

static const struct seg_choice common_shapes[] = {
    [COMMON_DISK] = {"disk", "x^2 + y^2 <= radius^2"},
    [COMMON_SQUARE] = {"square", "2 radius + 1 pixels wide and high"},
    [COMMON_DIAMOND] = {"diamond", "|x| + |y| <= radius"},
    [COMMON_ROW] = {"row", "2 radius + 1 pixels side by side"},
    [COMMON_COLUMN] = {"column", "2 radius + 1 pixels one above the other"},
};

struct common_element {
    int32_t shape, radius;
};

enum common_morph { COMMON_ERODE, COMMON_DILATE };

/* The least or largest sample under the element, for one plane of u8, u16 or f32. `in` and `out`
 * have the same size and type and share no memory. What lies outside the image does not count, nor
 * does NaN; where there is nothing else the result is infinite. */
int common_gray_morph(const struct common_env *env, const struct seg_view *in,
                      const struct seg_view *out, const struct common_element *element,
                      enum common_morph what);

#endif
