/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Minimal filtering F(4x4, 3x3) for 3x3 convolutions of stride 1: Lavin and Gray, "Fast algorithms
 * for convolutional neural networks" (2016), after Winograd. The points 0, +-sqrt(1/2), +-sqrt(2)
 * and infinity keep the error at some units of float's last place (Barabasz et al., "Error analysis
 * and improving the accuracy of Winograd convolution", 2020).
 *
 * A dilation of d cuts the image into d * d interleaved ones, each convolved without dilation. All
 * tiles of 4 x 4 outputs are numbered through; a block of them is transformed, multiplied with the
 * weights at each of the 36 points, and transformed back while it stays in the cache. */
#ifndef CNN_WINOGRAD_H
#define CNN_WINOGRAD_H

#include "kernel/direct.h"

struct winograd_plan {
    int32_t dilation_w, dilation_h;
    size_t in_blocks, out_blocks, groups, splits;
    size_t tiles, block; /* of the image; of a block */
    size_t worker_bytes;
};

/* One of the interleaved images, and where a tile of it begins in the output. */
struct winograd_place {
    int32_t y, x; /* of its first output */
};

void winograd_plan_make(const struct cnn_conv *conv, const struct cnn_geometry *geometry,
                        struct winograd_plan *plan);
struct winograd_place winograd_place_of(const struct winograd_plan *plan,
                                        const struct cnn_geometry *geometry, size_t tile);
bool winograd_fits(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
size_t winograd_packed_size(const struct cnn_conv *conv);
void winograd_prepare(const struct cnn_conv *conv, void *packed);
size_t winograd_workspace(const struct cnn_conv *conv, const struct cnn_geometry *geometry);

#endif
