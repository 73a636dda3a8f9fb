/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often each level occurs in a window that slides along a row (Huang, Yang and Tang, A fast
 * two-dimensional median filtering algorithm, IEEE Transactions on Acoustics, Speech and Signal
 * Processing 27, 1979). */
#ifndef THRESHOLD_LEVELS_H
#define THRESHOLD_LEVELS_H

#include "shape.h"

enum { LEVELS_MOST = 65536, LEVELS_GROUP = 256 };

struct threshold_levels {
    uint32_t *count; /* of each level, and behind the last of pixels outside the image */
    uint32_t group[LEVELS_MOST / LEVELS_GROUP]; /* of LEVELS_GROUP levels each */
    uint32_t median, below;                     /* samples below the median */
    uint32_t low, high;                         /* no level beyond these occurs */
    uint32_t levels, total;
};

/* Begins with the window around column 0. rows[i] points to the level of column 0 in the window's
 * row i; there are `radius` more to its left. */
void threshold_levels_begin(struct threshold_levels *l, const struct threshold_shape *shape,
                            const uint16_t *const *rows);

/* Moves the window to column `x` from the one before, and brings median, low and high up to date.
 */
void threshold_levels_move(struct threshold_levels *l, const struct threshold_shape *shape,
                           const uint16_t *const *rows, int32_t x);

#endif
