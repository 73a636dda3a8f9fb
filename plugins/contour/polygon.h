/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closed polygons over a raster; the centre of a pixel is at whole numbers. */
#ifndef CONTOUR_POLYGON_H
#define CONTOUR_POLYGON_H

#include "common/env.h"

struct contour_polygon {
    double *x, *y;
    size_t count;
};

/* The outline of the largest object of a mask, at `count` points equally far apart along it.
 * SEG_ABSENT: the mask is empty. */
int contour_polygon_trace(const struct common_env *env, const struct seg_view *mask,
                          const struct contour_polygon *polygon);

/* Sets the pixels whose centres are inside (by the even-odd rule) to 1 and the others to 0, and
 * returns how many there are. `room` holds polygon->count numbers. */
uint64_t contour_polygon_fill(const struct contour_polygon *polygon, double *room,
                              const struct seg_view *mask);

#endif
