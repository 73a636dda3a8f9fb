/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which layers after a convolution become part of it: numbers for each channel go into its weights,
 * then an activation, a sum with another blob, and one more activation. */
#include "graph/plan.h"
#include "layer/binary.h"
#include "layer/channel.h"
#include "layer/conv.h"
#include "layer/inner.h"
#include "layer/unary.h"

#include <string.h>

/* Groups that are no multiple of eight channels are computed together, with zeros between them. */
static int32_t merged_groups(int32_t groups, int32_t in, int32_t out)
{
    for (int32_t together = 1; together < groups; together++)
        if (groups % together == 0 && in * together % 8 == 0 && out * together % 8 == 0)
            return groups / together;
    return 1;
}

static bool describe_inner(const struct cnn_layer *layer, const struct cnn_blob *in,
                           struct cnn_conv_node *node)
{
    const struct cnn_inner *f = layer->data;
    if (f->int8 || (in->rank == 2 && in->h > 1))
        return false;
    node->conv = (struct cnn_conv){.kind = CNN_INNER,
                                   .in = f->num_input,
                                   .out = f->num_output,
                                   .kernel_w = 1,
                                   .kernel_h = 1,
                                   .stride_w = 1,
                                   .stride_h = 1,
                                   .dilation_w = 1,
                                   .dilation_h = 1,
                                   .bias = f->bias,
                                   .act = f->act};
    node->geometry = (struct cnn_geometry){1, 1, 1, 1, 0, 0, 1, 1};
    node->groups = 1;
    return true;
}

/* The convolution that a layer is by itself; false where it must be computed in plain C. */
static bool describe(const struct cnn_layer *layer, const struct cnn_blob *in,
                     struct cnn_conv_node *node)
{
    struct cnn_error err = {0};
    struct cnn_conv_shape s;
    if (layer->op->index == 15)
        return describe_inner(layer, in, node);
    const struct cnn_conv_layer *c = layer->data;
    if (c->dynamic || c->int8.term || in->rank != 3 || in->dtype != CNN_F32 || c->dims != 2 ||
        cnn_conv_plan(layer, in, 1, &s, &err) != SEG_OK)
        return false;
    bool borders =
        s.before[0] || s.before[1] ||
        (s.out[0] - 1) * c->stride[0] + c->dilation[0] * (s.kernel[0] - 1) + 1 > s.in[0] ||
        (s.out[1] - 1) * c->stride[1] + c->dilation[1] * (s.kernel[1] - 1) + 1 > s.in[1];
    if (!c->transposed && c->pad_value != 0 && borders)
        return false;
    bool depthwise = c->groups == s.in_channels && c->groups == s.out_channels && c->groups > 1;
    node->groups =
        depthwise || c->groups == 1 ? 1 : merged_groups(c->groups, s.in_per_group, s.out_per_group);
    node->conv =
        (struct cnn_conv){.kind = depthwise ? (c->transposed ? CNN_DECONV_DEPTHWISE : CNN_DEPTHWISE)
                                            : (c->transposed ? CNN_DECONV : CNN_CONV),
                          .in = s.in_channels / node->groups,
                          .out = s.out_channels / node->groups,
                          .kernel_w = s.kernel[0],
                          .kernel_h = s.kernel[1],
                          .stride_w = c->stride[0],
                          .stride_h = c->stride[1],
                          .dilation_w = c->dilation[0],
                          .dilation_h = c->dilation[1],
                          .bias = c->bias,
                          .act = c->act};
    node->geometry =
        (struct cnn_geometry){s.in[0], s.in[1], s.out[0], s.out[1], s.before[0], s.before[1], 8, 1};
    return true;
}

/* Adds one layer to the node, if it can be. `added`: the other summand. */
static bool absorb(const struct cnn_fuse *f, int32_t layer, int32_t blob, int32_t own_rank,
                   struct cnn_conv_node *node, int32_t *added)
{
    const struct cnn_layer *l = &f->net->layers[layer];
    const struct cnn_act *act = NULL;
    struct cnn_channel_numbers numbers;
    struct cnn_act prelu;
    int32_t index = l->op->index;
    bool plain = node->conv.act.kind == CNN_ACT_NONE && *added < 0;
    bool channel = index == 2 || index == 3 || index == 23 || index == 29;
    if (channel) {
        if (!cnn_channel_numbers(l, &numbers))
            return false;
        if (!numbers.prelu)
            return plain && node->conv.kind != CNN_INNER;
        if (node->groups > 1 || (numbers.count > 1 && numbers.count < node->conv.out))
            return false;
        prelu = numbers.count == 1
                    ? (struct cnn_act){.kind = CNN_ACT_LEAKY, .a = numbers.scale[0]}
                    : (struct cnn_act){.kind = CNN_ACT_PRELU, .slope = numbers.scale};
        act = &prelu;
    } else if (index == 40 || index == 10) {
        if (*added >= 0 || node->groups > 1 || node->conv.kind == CNN_INNER ||
            !(index == 40 ? cnn_binary_is_add(l) : cnn_eltwise_is_add(l)))
            return false;
        int32_t a = f->canon[l->in[0]], b = f->canon[l->in[1]], other = a == blob ? b : a;
        if (other == blob || f->rank_of[other] >= own_rank ||
            !cnn_same_shape(&f->shapes[other], &f->shapes[blob]))
            return false;
        *added = other;
        node->conv.adds = true;
        return true;
    } else if (l->op->flags & CNN_OP_IN_PLACE && l->op->load && l->in_count == 1 &&
               cnn_op_is_unary(l->op)) {
        act = cnn_unary_act(l);
    }
    if (!act)
        return false;
    struct cnn_act *slot = *added < 0 ? &node->conv.act : &node->conv.post;
    if (slot->kind != CNN_ACT_NONE)
        return false;
    *slot = *act;
    return true;
}

bool cnn_fuse_conv(const struct cnn_fuse *f, int32_t layer, unsigned workers, enum cnn_isa isa,
                   struct cnn_conv_node *node, int32_t *result, int32_t *added)
{
    const struct cnn_layer *l = &f->net->layers[layer];
    *node = (struct cnn_conv_node){.add = -1};
    *added = -1;
    int32_t blob = f->canon[l->out[0]], own_rank = f->rank_of[blob];
    if (!describe(l, &f->shapes[f->canon[l->in[0]]], node))
        return false;
    node->geometry.workers = workers;
    node->kernel = cnn_conv_choose(&node->conv, &node->geometry, isa);
    if (!node->kernel)
        return false;
    while (node->fused_count < 4 && f->uses[blob] == 1 && f->user[blob] >= 0) {
        struct cnn_conv_node grown = *node;
        int32_t sum = *added, user = f->user[blob];
        if (!absorb(f, user, blob, own_rank, &grown, &sum))
            break;
        grown.kernel = cnn_conv_choose(&grown.conv, &grown.geometry, isa);
        if (!grown.kernel)
            break;
        grown.fused[grown.fused_count++] = user;
        *node = grown;
        *added = sum;
        blob = f->canon[f->net->layers[user].out[0]];
    }
    *result = blob;
    return true;
}
