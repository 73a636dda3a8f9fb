/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Activations, as the graph fuses them into the layer before. */
#ifndef CNN_UNARY_H
#define CNN_UNARY_H

#include "layer/op.h"

/* The activation that a layer of the family of unary ones is; NULL: another function. */
const struct cnn_act *cnn_unary_act(const struct cnn_layer *layer);

bool cnn_op_is_unary(const struct cnn_op *op);

#endif
