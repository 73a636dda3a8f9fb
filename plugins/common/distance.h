/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distance from each object pixel to the nearest background pixel. */
#ifndef COMMON_DISTANCE_H
#define COMMON_DISTANCE_H

#include "env.h"

enum { COMMON_EUCLIDEAN, COMMON_CITYBLOCK, COMMON_CHESSBOARD };

/* Fills an f32 plane; 0 in the background. Without any background pixel it is the length of the
 * image's diagonal everywhere. */
int common_distance(const struct common_env *env, const struct seg_view *mask, int metric,
                    const struct seg_view *distance);

#endif
