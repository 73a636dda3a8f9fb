/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the network's maps back to the image: a map covers the canvas, and is sampled bilinearly at
 * the place where the centre of an image pixel lies on it. */
#ifndef CNN_MAPPING_H
#define CNN_MAPPING_H

#include "prepare.h"

/* For each pixel along one axis the two samples around it and the weight of the second. */
struct cnn_axis {
    int32_t count, map;
    bool identity; /* pixel i is sample i */
    int32_t *low, *high;
    float *weight;
};

/* `axis` 0: x, 1: y; `map`: the map's extent along it. */
int cnn_axis_make(const struct cnn_canvas *canvas, int axis, int32_t map, struct cnn_axis *out,
                  struct cnn_error *err);
void cnn_axis_free(struct cnn_axis *axis);

/* Samples pixels begin..end-1 of image row `y` from a dense map of x->map columns whose first
 * `skip_x` columns and `skip_y` rows are left out of the array, which then has `stride` columns.
 * `blend` has room for x->map floats. */
struct cnn_window {
    const float *map;
    size_t stride;
    int32_t skip_x, skip_y;
};
void cnn_map_row(const struct cnn_window *window, const struct cnn_axis *x,
                 const struct cnn_axis *y, int32_t row, int32_t begin, int32_t end, float *blend,
                 float *out);

#endif
