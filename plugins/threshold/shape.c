/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shapes of windows, and the range of what they see. */
#include "shape.h"

#include <math.h>

/* The half of a disk's row whose middle is `y` from its own, or -1 where it has none. */
static int32_t half_width(int shape, int32_t radius, double y)
{
    const double square = (double)radius * radius;
    if (shape == SHAPE_SQUARE || !radius)
        return radius;
    if (shape == SHAPE_DISK)
        return (int32_t)sqrt(square + 1 - y * y + 1e-10);
    return (int32_t)floor(sqrt(square - y * y) - 0.5);
}

bool threshold_shape(const struct common_env *env, int shape, int32_t window,
                     struct threshold_shape *out)
{
    const int32_t radius = window / 2, even = shape == SHAPE_OVAL && radius > 0;
    *out = (struct threshold_shape){.first = -radius, .rows = window - even, .radius = radius};
    if (!COMMON_SCRATCH(env, out->left, window) || !COMMON_SCRATCH(env, out->right, window))
        return false;
    for (int32_t i = 0; i < out->rows; i++) {
        const int32_t half = half_width(shape, radius, i - radius + even * 0.5);
        out->right[i] = half;
        out->left[i] = -half - even;
        out->area += 2 * half + 1 + even;
    }
    return true;
}

int threshold_extent(const struct common_env *env, const struct seg_view *image, double *least,
                     double *most)
{
    *least = 0;
    *most = image->dtype == SEG_U8 ? 255 : 65535;
    if (image->dtype != SEG_F32)
        return SEG_OK;
    float low = INFINITY, high = -INFINITY;
    for (int32_t y = 0; y < image->height; y++) {
        const float *row = seg_row(image, 0, y);
        for (int32_t x = 0; x < image->width; x++) {
            if (!isfinite(row[x]))
                return env->host->fail(env->call, SEG_STAGE,
                                       "the sample at column %d, row %d is %g; a local threshold "
                                       "needs finite samples: replace it",
                                       x, y, (double)row[x]);
            low = row[x] < low ? row[x] : low;
            high = row[x] > high ? row[x] : high;
        }
    }
    *least = (double)low;
    *most = (double)high;
    return SEG_OK;
}
