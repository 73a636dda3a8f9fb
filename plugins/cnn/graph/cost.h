/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much there is to compute. */
#ifndef CNN_COST_H
#define CNN_COST_H

#include "graph/plan.h"

/* Multiplications and additions of a node: exact for convolutions and products, one for each
 * element of the output elsewhere. */
double cnn_node_operations(const struct cnn_plan *plan, const struct cnn_node *node);

#endif
