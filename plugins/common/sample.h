/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples of any type as floats. */
#ifndef COMMON_SAMPLE_H
#define COMMON_SAMPLE_H

#include "env.h"

/* `count` samples of a row from column `x` on, exactly. */
void common_floats(const struct seg_view *view, int32_t plane, int32_t y, int32_t x, size_t count,
                   float *out);

/* A plane as f32: a view of it, or of a copy in scratch memory where it has another type. */
int common_float_plane(const struct common_env *env, const struct seg_view *view, int32_t plane,
                       struct seg_view *floats);

/* A new one-plane raster in scratch memory. */
int common_scratch_view(const struct common_env *env, const struct seg_view *like, uint32_t dtype,
                        struct seg_view *view);

/* Back again: `count` values to row `y`, those of integers rounded to the nearest that fits. */
void common_store(const struct seg_view *view, int32_t plane, int32_t y, const float *values,
                  size_t count);

#endif
