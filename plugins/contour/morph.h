/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the morphological contours share: an object, as bytes of 0 and 1, and its smoothing. */
#ifndef CONTOUR_MORPH_H
#define CONTOUR_MORPH_H

#include "common/env.h"

enum { CONTOUR_CHECKERBOARD, CONTOUR_DISK };

static const struct seg_choice contour_starts[] = {
    [CONTOUR_CHECKERBOARD] = {"checkerboard", "squares of five pixels"},
    [CONTOUR_DISK] = {"disk", "a disk of three quarters of the image in the middle"},
};

struct contour_morph {
    const struct common_env *env;
    struct seg_view object, spare; /* u8 in scratch memory, dense rows with a rim of 0 */
    bool turn;                     /* which order of smoothing is next */
};

/* Begins with the mask, or where that is NULL as the choice says. */
int contour_begin(struct contour_morph *morph, const struct common_env *env,
                  const struct seg_view *like, const struct seg_view *mask, int32_t start);

/* One step of the curvature operator. */
int contour_smooth(struct contour_morph *morph);

/* The object as it is, to `mask`. */
int contour_end(const struct contour_morph *morph, const struct seg_view *mask);

/* Makes `spare` the object. */
static inline void contour_swap(struct contour_morph *morph)
{
    struct seg_view swap = morph->object;
    morph->object = morph->spare;
    morph->spare = swap;
}

/* Twice the difference quotient of the object in x and in y: central, or at the border one-sided.
 */
static inline int contour_slope(const struct contour_morph *morph, int32_t x, int32_t y, bool down)
{
    int32_t at = down ? y : x, last = (down ? morph->object.height : morph->object.width) - 1;
    ptrdiff_t step = down ? morph->object.row_stride : 1;
    const uint8_t *pixel = (const uint8_t *)seg_row(&morph->object, 0, y) + x;
    if (!last)
        return 0;
    if (!at)
        return 2 * (pixel[step] - pixel[0]);
    if (at == last)
        return 2 * (pixel[0] - pixel[-step]);
    return pixel[step] - pixel[-step];
}

#endif
