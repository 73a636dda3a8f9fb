/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The weights that a fused convolution really has: those of the file, scaled by what follows it,
 * group by group, prepared for its kernel. */
#include "graph/plan.h"
#include "layer/channel.h"
#include "layer/conv.h"
#include "layer/inner.h"

#include <stdlib.h>
#include <string.h>

struct source {
    float *weights, *bias;
    size_t each; /* weights of an output */
    int32_t out, groups;
};

/* Copies them; the file's pages are not needed again, and would stay beside the prepared ones. */
static int load(const struct cnn_net *net, const struct cnn_layer *layer, struct source *s,
                struct cnn_error *err)
{
    const struct cnn_weights *weights;
    const float *bias;
    if (layer->op->index == 15) {
        const struct cnn_inner *f = layer->data;
        weights = &f->weights;
        bias = f->bias;
        s->out = f->num_output;
        s->groups = 1;
    } else {
        const struct cnn_conv_layer *c = layer->data;
        weights = &c->weights;
        bias = c->bias;
        s->out = c->num_output;
        s->groups = c->groups;
    }
    s->weights = malloc(weights->count * sizeof(float));
    s->bias = calloc((size_t)s->out, sizeof(float));
    if (!s->weights || !s->bias)
        return cnn_nomem(err);
    cnn_weights_copy(weights, s->weights);
    cnn_net_forget(net, weights);
    s->each = weights->count / (size_t)s->out;
    if (bias)
        memcpy(s->bias, bias, (size_t)s->out * sizeof(float));
    return SEG_OK;
}

static void scale(struct source *s, const struct cnn_channel_numbers *n)
{
    for (size_t o = 0; o < (size_t)s->out; o++) {
        for (size_t i = 0; i < s->each; i++)
            s->weights[o * s->each + i] *= n->scale[o];
        s->bias[o] = s->bias[o] * n->scale[o] + n->bias[o];
    }
}

/* The weights of one of the node's groups, which may be several of the file's with zeros between.
 */
static float *group_weights(const struct source *s, const struct cnn_conv_node *node, int32_t g)
{
    const struct cnn_conv *c = &node->conv;
    bool single = c->kind == CNN_DEPTHWISE || c->kind == CNN_DECONV_DEPTHWISE;
    int32_t together = single ? 1 : s->groups / node->groups;
    const float *from = s->weights + (size_t)g * (size_t)c->out * s->each;
    if (together == 1)
        return (float *)(uintptr_t)from;
    size_t per = (size_t)(c->out / together);
    float *dense = calloc((size_t)c->out * s->each * (size_t)together, sizeof *dense);
    for (size_t o = 0; dense && o < (size_t)c->out; o++)
        memcpy(dense + (o * (size_t)together + o / per) * s->each, from + o * s->each,
               s->each * sizeof *dense);
    return dense;
}

void *cnn_fused_weights(const struct cnn_net *net, int32_t layer, const struct cnn_conv_node *node,
                        struct cnn_error *err)
{
    struct source s = {0};
    unsigned char *packed = NULL;
    if (load(net, &net->layers[layer], &s, err) != SEG_OK)
        goto out;
    for (int32_t i = 0; i < node->fused_count; i++) {
        const struct cnn_layer *l = &net->layers[node->fused[i]];
        struct cnn_channel_numbers numbers;
        int32_t index = l->op->index;
        if ((index == 2 || index == 3 || index == 29) && cnn_channel_numbers(l, &numbers))
            scale(&s, &numbers);
    }
    size_t bytes = node->packed_each * (size_t)node->groups;
    packed = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!packed) {
        cnn_nomem(err);
        goto out;
    }
    for (int32_t g = 0; g < node->groups; g++) {
        struct cnn_conv conv = node->conv;
        float *weights = group_weights(&s, node, g);
        if (!weights) {
            cnn_nomem(err);
            break;
        }
        conv.weights = weights;
        conv.bias = s.bias + (size_t)g * (size_t)conv.out;
        node->kernel->prepare(&conv, packed + (size_t)g * node->packed_each);
        if (weights < s.weights || weights >= s.weights + (size_t)s.out * s.each)
            free(weights);
    }
out:
    free(s.weights);
    free(s.bias);
    if (err->status == SEG_OK)
        return packed;
    free(packed);
    return NULL;
}
