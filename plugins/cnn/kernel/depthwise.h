/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depth-wise convolution, plain and transposed: a block of eight channels is filtered by itself,
 * row by row, some pixels at a time over all taps. Rows above and below the image are a row of
 * zeros; pixels whose window crosses the left or right edge are summed one by one. */
#ifndef CNN_DEPTHWISE_H
#define CNN_DEPTHWISE_H

#include "kernel/direct.h"

struct depthwise_plan {
    int32_t phases_x, phases_y;
    int32_t band_rows;
    size_t bands;
    int32_t frame_w, frame_h; /* of the copy; 0: there is none */
    size_t worker_floats;     /* the frame, or the row of zeros */
};

void depthwise_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *geometry,
                         struct depthwise_plan *plan);
bool depthwise_fits(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
size_t depthwise_packed_size(const struct cnn_conv *conv);
void depthwise_prepare(const struct cnn_conv *conv, void *packed);
size_t depthwise_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry);

#endif
