/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fewer corners, and the same line for both neighbours. */
#ifndef SEGI_SIMPLIFY_H
#define SEGI_SIMPLIFY_H

#include "outline.h"

/* Drops corners that are nearer than `tolerance` pixels to the line between those that stay. Lines
 * are cut where three regions meet, and each piece is simplified by itself and in one direction, so
 * that it is the same seen from either side. `labels` (NULL: nothing touches) are the regions'
 * picture. Rings keep three corners at least. False: no memory. */
bool segi_outline_simplify(struct segi_outline *outline, const struct seg_view *labels,
                           double tolerance);

#endif
