/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The maximum of a square window around each pixel. */
#ifndef MARKERS_WINDOW_MAX_H
#define MARKERS_WINDOW_MAX_H

#include "common/env.h"

/* `most` is f32 in scratch memory. Outside the image there is nothing; NaN is passed over. */
int markers_window_max(const struct common_env *env, const struct seg_view *image, int32_t radius,
                       struct seg_view *most);

#endif
