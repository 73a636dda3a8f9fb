/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guided filter: smooths a plane, and keeps to the edges of another image. */
#ifndef COMMON_GUIDED_H
#define COMMON_GUIDED_H

#include "env.h"

#define COMMON_GUIDES 4 /* planes of the guide */

/* `guide` has 1 to COMMON_GUIDES planes of any type, scaled to 0..1 (f32 is taken as it is), `in`
 * and `out` have its size, any type, and their first plane counts. Windows are squares of 2 radius
 * + 1 pixels, cut at the border. NaN and infinities count as 0. */
int common_guided(const struct common_env *env, const struct seg_view *guide,
                  const struct seg_view *in, int32_t radius, double epsilon,
                  const struct seg_view *out);

#endif
