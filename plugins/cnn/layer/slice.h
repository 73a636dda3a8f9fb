/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the memory plan asks about Concat and Slice: along the outermost axis the parts are runs of
 * the whole, and nothing needs to be copied. */
#ifndef CNN_SLICE_H
#define CNN_SLICE_H

#include "layer/op.h"

bool cnn_concat_outermost(const struct cnn_layer *layer, const struct cnn_blob *in);
bool cnn_slice_outermost(const struct cnn_layer *layer, const struct cnn_blob *in);

#endif
