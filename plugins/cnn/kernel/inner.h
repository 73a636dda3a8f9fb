/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fully connected layers: their weights. */
#ifndef CNN_INNER_KERNEL_H
#define CNN_INNER_KERNEL_H

#include "kernel/micro.h"

bool inner_fits(const struct cnn_conv *conv, const struct cnn_geometry *geometry);
size_t inner_packed_size(const struct cnn_conv *conv);
void inner_prepare(const struct cnn_conv *conv, void *packed);

#endif
