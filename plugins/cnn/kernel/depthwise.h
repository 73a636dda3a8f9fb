/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depth-wise convolution, plain and transposed: a block of eight channels is filtered by itself.
 * Eight pixels of a row are summed at a time over all taps. Where the image is narrow, or the
 * window large, a block is copied with its padding first, so that no pixel needs looking after. */
#ifndef CNN_DEPTHWISE_H
#define CNN_DEPTHWISE_H

#include "kernel/direct.h"

struct depthwise_plan {
    int32_t phases_x, phases_y;
    bool copies;
    int32_t band_rows;
    size_t bands;
    size_t worker_bytes;
};

/* One tap: where it reads, from the pixel on, and which weight it takes; both in floats. */
struct depthwise_tap {
    ptrdiff_t from, weight;
};

void depthwise_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *geometry,
                         struct depthwise_plan *plan);
bool depthwise_fits(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
size_t depthwise_packed_size(const struct cnn_conv *conv);
void depthwise_prepare(const struct cnn_conv *conv, void *packed);
size_t depthwise_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry);

#endif
