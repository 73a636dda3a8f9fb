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

/* A row of the object and its neighbours, which are the row itself where there are none: so that
 * their differences are those of the object. */
struct contour_row {
    const uint8_t *above, *below;
    uint8_t *row; /* while it is open its rim repeats the first and the last pixel */
    uint8_t *to;  /* the row of `spare` */
    int32_t width;
};

static inline struct contour_row contour_row_open(const struct contour_morph *morph, int32_t y)
{
    const struct seg_view *object = &morph->object;
    struct contour_row at = {.above = seg_row(object, 0, y ? y - 1 : y),
                             .below = seg_row(object, 0, y + 1 < object->height ? y + 1 : y),
                             .row = seg_row(object, 0, y),
                             .to = seg_row(&morph->spare, 0, y),
                             .width = object->width};
    at.row[-1] = at.row[0];
    at.row[at.width] = at.row[at.width - 1];
    return at;
}

static inline void contour_row_close(const struct contour_row *at)
{
    at->row[-1] = at->row[at->width] = 0;
}

#endif
