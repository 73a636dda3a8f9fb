/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pixels of a window, row by row. */
#ifndef THRESHOLD_SHAPE_H
#define THRESHOLD_SHAPE_H

#include "common/env.h"

/* Row i of the window lies `first` + i below the pixel and spans left[i]..right[i] beside it. */
struct threshold_shape {
    int32_t first, rows, radius; /* no offset is beyond radius */
    int32_t *left, *right;
    double area;
};

enum {
    SHAPE_SQUARE,
    SHAPE_DISK, /* of ImageJ's rank filters: its radius is half of `window` */
    SHAPE_OVAL, /* of ImageJ's oval selection: even, one pixel less wide and high */
};

/* In scratch memory; false: there is none. */
bool threshold_shape(const struct common_env *env, int shape, int32_t window,
                     struct threshold_shape *out);

/* Refuses a plane of f32 with samples that are not finite; the least and the largest sample, which
 * for integers are those of their type. */
int threshold_extent(const struct common_env *env, const struct seg_view *image, double *least,
                     double *most);

#endif
