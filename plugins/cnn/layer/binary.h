/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums of two blobs, as the graph fuses them into a convolution. */
#ifndef CNN_BINARY_H
#define CNN_BINARY_H

#include "layer/op.h"

bool cnn_binary_is_add(const struct cnn_layer *layer);
bool cnn_eltwise_is_add(const struct cnn_layer *layer);

#endif
