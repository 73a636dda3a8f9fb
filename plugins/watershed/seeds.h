/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Markers at extrema. */
#ifndef WATERSHED_SEEDS_H
#define WATERSHED_SEEDS_H

#include "common/extrema.h"

/* Numbers the extrema of an f32 plane, those in the mask where there is one (NULL: none).
 * `markers` is a raster of labels in scratch memory. */
int watershed_seeds(const struct common_env *env, const struct seg_view *plane,
                    const struct common_extrema *extrema, const struct seg_view *mask,
                    struct seg_view *markers, int32_t *count);

#endif
