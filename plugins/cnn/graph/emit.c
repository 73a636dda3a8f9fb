/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nodes of a plan: what is computed along with what, in which layout, and what is constant and
 * computed at once. */
#include "graph/build.h"

#include <stdlib.h>
#include <string.h>

/* -- layout ----------------------------------------------------------------------------------- */

/* The value of the same numbers with another pack, by a node that converts where need be. */
static int32_t with_pack(struct cnn_build *b, int32_t value, int32_t pack)
{
    struct cnn_plan *plan = b->plan;
    if (value < 0 || plan->values[value].blob.pack == pack)
        return value;
    if (plan->values[value].twin >= 0)
        return plan->values[value].twin;
    struct cnn_blob blob = plan->values[value].blob;
    blob.pack = pack;
    blob.data = NULL;
    int32_t twin = cnn_plan_value(plan, &blob, -1, b->err);
    struct cnn_node *node =
        twin < 0
            ? NULL
            : cnn_plan_node(plan, pack == 8 ? CNN_NODE_PACK : CNN_NODE_UNPACK, -1, 1, 1, b->err);
    if (!node)
        return -1;
    node->in[0] = value;
    node->out[0] = twin;
    plan->values[value].twin = twin;
    plan->values[twin].twin = value;
    return twin;
}

static int32_t value_of(struct cnn_build *b, int32_t net_blob)
{
    return b->value_of[b->canon[net_blob]];
}

static int32_t new_value(struct cnn_build *b, int32_t net_blob, const struct cnn_blob *blob)
{
    int32_t value = cnn_plan_value(b->plan, blob, net_blob, b->err);
    b->value_of[net_blob] = value;
    return value;
}

/* -- nodes ------------------------------------------------------------------------------------ */

static int emit_conv(struct cnn_build *b, int32_t layer, bool *done)
{
    struct cnn_plan *plan = b->plan;
    const struct cnn_layer *l = &plan->net->layers[layer];
    const struct cnn_fuse fuse = {plan->net, b->canon, b->uses, b->user, b->rank_of, b->shapes};
    struct cnn_conv_node conv;
    int32_t result, added, in, sum = -1;
    *done = false;
    if (!cnn_fuse_conv(&fuse, layer, plan->workers, plan->isa, &conv, &result, &added))
        return SEG_OK;
    in = value_of(b, l->in[0]);
    int32_t pack = conv.conv.kind == CNN_INNER ? 1 : 8;
    if (pack == 8 && conv.groups == 1 && plan->values[in].blob.pack == 1) {
        /* A planar input, such as an image: better a kernel that takes it as it is. */
        struct cnn_geometry planar = conv.geometry;
        planar.in_pack = 1;
        const struct cnn_conv_kernel *kernel = cnn_conv_choose(&conv.conv, &planar, plan->isa);
        if (kernel) {
            conv.kernel = kernel;
            conv.geometry = planar;
            pack = 1;
        }
    }
    in = with_pack(b, in, pack);
    if (added >= 0)
        sum = with_pack(b, b->value_of[added], 8);
    if (in < 0 || (added >= 0 && sum < 0))
        return b->err->status;
    conv.packed_each = (conv.kernel->packed_size(&conv.conv) + 63) / 64 * 64;
    conv.workspace =
        conv.kernel->workspace ? conv.kernel->workspace(&conv.conv, &conv.geometry) : 0;
    conv.add = added >= 0 ? 1 : -1;
    if (conv.packed_each == 0)
        return cnn_fail(b->err, SEG_LIMIT, "its prepared weights are too large");
    int status = b->prepare->weights(b->prepare->ctx, plan->net, layer, &conv, b->err);
    if (status != SEG_OK)
        return status;
    struct cnn_node *node =
        cnn_plan_node(plan, CNN_NODE_CONV, layer, added >= 0 ? 2 : 1, 1, b->err);
    if (!node)
        return b->err->status;
    node->in[0] = in;
    if (added >= 0)
        node->in[1] = sum;
    node->scratch = conv.workspace;
    node->conv = malloc(sizeof *node->conv);
    if (!node->conv)
        return cnn_nomem(b->err);
    *node->conv = conv;
    struct cnn_blob blob = b->shapes[result];
    blob.pack = conv.conv.kind == CNN_INNER || conv.kernel->planar_out ? 1 : 8;
    node->out[0] = new_value(b, result, &blob);
    for (int32_t i = 0; i < conv.fused_count; i++)
        b->absorbed[conv.fused[i]] = true;
    *done = true;
    return node->out[0] < 0 ? b->err->status : SEG_OK;
}

/* Whether a layer takes its inputs packed: when one is and it can. */
static bool takes_packed(struct cnn_build *b, const struct cnn_layer *l)
{
    bool any = false;
    if (!(l->op->flags & CNN_OP_PACKS))
        return false;
    for (int32_t i = 0; i < l->in_count; i++) {
        const struct cnn_value *v = &b->plan->values[value_of(b, l->in[i])];
        b->in[i] = v->blob;
        b->in[i].pack = 1;
        b->in[i].data = NULL;
        any = any || v->blob.pack == 8;
        if (v->late || v->blob.dtype != CNN_F32)
            return false;
    }
    for (int32_t i = 0; i < l->out_count; i++)
        b->out[i] = b->shapes[l->out[i]];
    return any && (!l->op->packs || l->op->packs(l, b->in, l->in_count, b->out));
}

static int run_now(struct cnn_build *b, struct cnn_node *node);

static bool constant_inputs(struct cnn_build *b, const struct cnn_layer *l)
{
    if (l->op->flags & CNN_OP_FOLDS)
        return true;
    for (int32_t i = 0; i < l->in_count; i++)
        if (!b->plan->values[value_of(b, l->in[i])].constant)
            return false;
    return l->in_count > 0;
}

static int emit_op(struct cnn_build *b, int32_t layer)
{
    struct cnn_plan *plan = b->plan;
    struct cnn_layer *l = &plan->net->layers[layer];
    bool late = false;
    for (int32_t i = 0; i < l->out_count; i++)
        late = late || b->late[l->out[i]];
    bool packed = !late && takes_packed(b, l), constant = !late && constant_inputs(b, l);
    if (l->op->prepare && l->op->prepare(l, b->err) != SEG_OK)
        return b->err->status;
    for (int32_t i = 0; i < l->in_count; i++) { /* conversions come first */
        int32_t value = value_of(b, l->in[i]);
        bool map = plan->values[value].blob.rank == 3;
        if (with_pack(b, value, packed && map ? 8 : 1) < 0)
            return b->err->status;
    }
    struct cnn_node *node =
        cnn_plan_node(plan, CNN_NODE_OP, layer, l->in_count, l->out_count, b->err);
    if (!node)
        return b->err->status;
    node->late = late;
    for (int32_t i = 0; i < l->in_count; i++) {
        int32_t value = value_of(b, l->in[i]);
        bool map = plan->values[value].blob.rank == 3;
        node->in[i] = with_pack(b, value, packed && map ? 8 : 1);
        b->in[i] = plan->values[node->in[i]].blob;
    }
    for (int32_t i = 0; i < l->out_count; i++) {
        b->out[i] = b->shapes[l->out[i]];
        if (packed && l->op->flags & CNN_OP_PACKED_OUT && b->out[i].rank == 3)
            b->out[i].pack = 8;
        node->out[i] = new_value(b, l->out[i], &b->out[i]);
        if (node->out[i] < 0)
            return b->err->status;
        plan->values[node->out[i]].late = late;
    }
    if (!late && l->op->scratch)
        node->scratch = l->op->scratch(l, b->in, b->out, plan->workers);
    return constant ? run_now(b, node) : SEG_OK;
}

/* -- constants -------------------------------------------------------------------------------- */

static int serial(void *ctx, size_t count, size_t grain, cnn_body body, void *arg)
{
    (void)ctx, (void)grain;
    return body(arg, 0, count, 0);
}

/* Computes the last node now, for good, and takes it off the plan. */
static int run_now(struct cnn_build *b, struct cnn_node *node)
{
    struct cnn_plan *plan = b->plan;
    const struct cnn_layer *l = &plan->net->layers[node->layer];
    const struct cnn_env env = {.parallel = serial, .workers = 1, .isa = plan->isa};
    void *scratch = node->scratch ? malloc(node->scratch) : NULL;
    int status = node->scratch && !scratch ? cnn_nomem(b->err) : SEG_OK;
    for (int32_t i = 0; i < node->in_count; i++)
        b->in[i] = plan->values[node->in[i]].blob;
    for (int32_t i = 0; i < node->out_count && status == SEG_OK; i++) {
        struct cnn_value *v = &plan->values[node->out[i]];
        bool view = l->op->flags & CNN_OP_VIEW;
        size_t bytes = cnn_storage(&v->blob);
        v->blob.data = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
        v->constant = true;
        if (!v->blob.data)
            status = cnn_nomem(b->err);
        else if (view)
            memcpy(v->blob.data, b->in[0].data, bytes);
        b->out[i] = v->blob;
    }
    struct cnn_job job = {l, b->in, b->out, node->in_count, node->out_count, &env, scratch, b->err};
    if (status == SEG_OK && l->op->run)
        status = l->op->run(&job);
    free(scratch);
    free(node->in);
    plan->node_count--;
    return status;
}

int cnn_plan_emit(struct cnn_build *b)
{
    struct cnn_plan *plan = b->plan;
    for (size_t i = 0; i < plan->input_count; i++) {
        int32_t value = new_value(b, plan->input_blobs[i], &plan->inputs[i]);
        if (value < 0)
            return b->err->status;
        plan->values[value].input = (int32_t)i;
    }
    for (size_t i = 0; i < b->layer_count; i++) {
        int32_t layer = b->order[i];
        const struct cnn_layer *l = &plan->net->layers[layer];
        bool done = l->op->index == CNN_SPLIT || b->absorbed[layer];
        int status = SEG_OK;
        if (!done && l->op->flags & CNN_OP_CONV && !b->late[l->out[0]] && !constant_inputs(b, l))
            status = emit_conv(b, layer, &done);
        if (status == SEG_OK && !done)
            status = emit_op(b, layer);
        if (status != SEG_OK) {
            cnn_layer_blame(plan->net, l, b->err);
            return status;
        }
    }
    for (size_t i = 0; i < plan->output_count; i++) {
        plan->outputs[i] = with_pack(b, value_of(b, plan->output_blobs[i]), 1);
        if (plan->outputs[i] < 0)
            return b->err->status;
    }
    return SEG_OK;
}
