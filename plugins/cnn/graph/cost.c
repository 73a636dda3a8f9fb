/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting operations. */
#include "graph/cost.h"
#include "layer/conv.h"
#include "layer/inner.h"

static double elements(const struct cnn_plan *plan, int32_t value)
{
    return (double)cnn_count(&plan->values[value].blob);
}

double cnn_node_operations(const struct cnn_plan *plan, const struct cnn_node *node)
{
    if (node->layer < 0 || node->late || node->out_count == 0)
        return 0;
    const struct cnn_layer *layer = &plan->net->layers[node->layer];
    double out = elements(plan, node->out[0]);
    double in = node->in_count ? elements(plan, node->in[0]) : 0;
    switch (layer->op->index) {
    case 15: /* InnerProduct */
        return 2 * out * ((const struct cnn_inner *)layer->data)->num_input;
    case 87: /* MatMul */
        return 2 * out * plan->values[node->in[0]].blob.w;
    default:
        break;
    }
    if (!cnn_op_is_conv(layer->op))
        return out;
    const struct cnn_conv_layer *c = layer->data;
    if (c->dynamic)
        return out;
    /* A weight meets every pixel of the output, or, transposed, of the input. */
    double pixels = c->transposed ? in : out;
    double channels = c->transposed ? (double)plan->values[node->in[0]].blob.c : c->num_output;
    return 2 * (double)c->weight_count * pixels / channels;
}
