/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a plan: order, shapes and uses, nodes, memory. */
#include "graph/build.h"

#include <stdlib.h>
#include <string.h>

/* -- growing lists ---------------------------------------------------------------------------- */

static void *grow(void *list, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return list;
    size_t more = *room ? *room * 2 : 64;
    void *grown = realloc(list, more * bytes);
    if (grown)
        *room = more;
    return grown;
}

int32_t cnn_plan_value(struct cnn_plan *plan, const struct cnn_blob *blob, int32_t net_blob,
                       struct cnn_error *err)
{
    void *list = grow(plan->values, plan->value_count, &plan->value_room, sizeof *plan->values);
    if (!list) {
        cnn_nomem(err);
        return -1;
    }
    plan->values = list;
    plan->values[plan->value_count] = (struct cnn_value){
        .blob = *blob, .net_blob = net_blob, .twin = -1, .storage = -1, .input = -1};
    return (int32_t)plan->value_count++;
}

struct cnn_node *cnn_plan_node(struct cnn_plan *plan, int32_t kind, int32_t layer, int32_t in_count,
                               int32_t out_count, struct cnn_error *err)
{
    void *list = grow(plan->nodes, plan->node_count, &plan->node_room, sizeof *plan->nodes);
    int32_t *ports = malloc(((size_t)in_count + (size_t)out_count + 1) * sizeof *ports);
    if (list)
        plan->nodes = list;
    if (!list || !ports) {
        free(ports);
        cnn_nomem(err);
        return NULL;
    }
    size_t count = (size_t)in_count + (size_t)out_count;
    plan->ports = count > plan->ports ? count : plan->ports;
    struct cnn_node *node = &plan->nodes[plan->node_count++];
    *node = (struct cnn_node){.kind = kind,
                              .layer = layer,
                              .in = ports,
                              .out = ports + in_count,
                              .in_count = in_count,
                              .out_count = out_count,
                              .scratch_storage = -1};
    return node;
}

int32_t cnn_plan_slot(struct cnn_plan *plan, size_t size, struct cnn_error *err)
{
    void *list =
        grow(plan->storage, plan->storage_count, &plan->storage_room, sizeof *plan->storage);
    if (!list) {
        cnn_nomem(err);
        return -1;
    }
    plan->storage = list;
    plan->storage[plan->storage_count] =
        (struct cnn_storage_slot){.size = (size + 63) / 64 * 64, .parent = -1};
    return (int32_t)plan->storage_count++;
}

/* -- shapes and uses -------------------------------------------------------------------------- */

static int infer(struct cnn_build *b, int32_t layer)
{
    const struct cnn_net *net = b->plan->net;
    const struct cnn_layer *l = &net->layers[layer];
    bool late = false;
    for (int32_t i = 0; i < l->in_count; i++) {
        b->in[i] = b->shapes[b->canon[l->in[i]]];
        late = late || b->late[b->canon[l->in[i]]];
    }
    int status = SEG_OK;
    if (late)
        status = CNN_LATE;
    else if (l->op->shape)
        status = l->op->shape(l, b->in, l->in_count, b->out, b->err);
    else
        b->out[0] = b->in[0];
    if (status != SEG_OK && status != CNN_LATE) {
        cnn_layer_blame(net, l, b->err);
        return status;
    }
    for (int32_t i = 0; i < l->out_count; i++) {
        b->shapes[l->out[i]] = status == CNN_LATE ? (struct cnn_blob){.pack = 1} : b->out[i];
        b->shapes[l->out[i]].data = NULL;
        b->late[l->out[i]] = status == CNN_LATE;
    }
    return SEG_OK;
}

static void use(struct cnn_build *b, int32_t blob, int32_t layer)
{
    b->uses[blob]++;
    b->user[blob] = b->uses[blob] == 1 ? layer : -1;
}

static bool is_given(const struct cnn_plan *plan, int32_t blob)
{
    for (size_t i = 0; i < plan->input_count; i++)
        if (plan->input_blobs[i] == blob)
            return true;
    return false;
}

/* A layer that is run although one of its outputs is given would make that again. */
static int makes_no_given(struct cnn_build *b, const struct cnn_layer *l)
{
    const struct cnn_net *net = b->plan->net;
    for (int32_t k = 0; k < l->out_count; k++)
        if (is_given(b->plan, l->out[k])) {
            cnn_fail(b->err, SEG_USAGE, "its output '%s' is given, but another one of it is needed",
                     net->blobs[l->out[k]].name);
            cnn_layer_blame(net, l, b->err);
        }
    return b->err->status;
}

static int analyse(struct cnn_build *b)
{
    struct cnn_plan *plan = b->plan;
    const struct cnn_net *net = plan->net;
    for (size_t i = 0; i < net->blob_count; i++) {
        b->canon[i] = (int32_t)i;
        b->user[i] = b->rank_of[i] = b->value_of[i] = -1;
    }
    for (size_t i = 0; i < plan->input_count; i++)
        b->shapes[plan->input_blobs[i]] = plan->inputs[i];
    for (size_t i = 0; i < b->layer_count; i++) {
        const struct cnn_layer *l = &net->layers[b->order[i]];
        if (l->op->index == CNN_SPLIT) {
            for (int32_t k = 0; k < l->out_count; k++)
                if (!is_given(plan, l->out[k]))
                    b->canon[l->out[k]] = b->canon[l->in[0]];
            continue;
        }
        if (makes_no_given(b, l) != SEG_OK || infer(b, b->order[i]) != SEG_OK)
            return b->err->status;
        for (int32_t k = 0; k < l->out_count; k++)
            b->rank_of[l->out[k]] = (int32_t)i;
        for (int32_t k = 0; k < l->in_count; k++)
            use(b, b->canon[l->in[k]], b->order[i]);
    }
    for (size_t i = 0; i < plan->output_count; i++)
        use(b, b->canon[plan->output_blobs[i]], -1);
    return SEG_OK;
}

/* -- all -------------------------------------------------------------------------------------- */

static int build(struct cnn_build *b)
{
    const struct cnn_net *net = b->plan->net;
    size_t blobs = net->blob_count + 1, ports = 1;
    for (size_t i = 0; i < net->layer_count; i++) {
        size_t n = (size_t)net->layers[i].in_count, m = (size_t)net->layers[i].out_count;
        ports = n > ports ? n : ports;
        ports = m > ports ? m : ports;
    }
    b->order = cnn_plan_order(b->plan, &b->layer_count, b->err);
    if (!b->order)
        return b->err->status;
    b->canon = malloc(blobs * 5 * sizeof *b->canon);
    b->shapes = calloc(blobs + 2 * ports, sizeof *b->shapes);
    b->late = calloc(blobs + net->layer_count, sizeof *b->late);
    if (!b->canon || !b->shapes || !b->late)
        return cnn_nomem(b->err);
    b->uses = b->canon + blobs;
    b->user = b->uses + blobs;
    b->rank_of = b->user + blobs;
    b->value_of = b->rank_of + blobs;
    b->in = b->shapes + blobs;
    b->out = b->in + ports;
    b->absorbed = b->late + blobs;
    memset(b->uses, 0, blobs * sizeof *b->uses);
    if (analyse(b) != SEG_OK)
        return b->err->status;
    return cnn_plan_emit(b) == SEG_OK ? cnn_plan_memory(b->plan, b->err) : b->err->status;
}

static int copy_request(struct cnn_plan *plan, const struct cnn_blob *inputs,
                        const int32_t *input_blobs, const int32_t *output_blobs,
                        struct cnn_error *err)
{
    size_t n = plan->input_count, m = plan->output_count;
    plan->inputs = malloc((n + 1) * sizeof *plan->inputs);
    plan->input_blobs = malloc((n + 2 * m + 1) * sizeof *plan->input_blobs);
    if (!plan->inputs || !plan->input_blobs)
        return cnn_nomem(err);
    plan->output_blobs = plan->input_blobs + n;
    plan->outputs = plan->output_blobs + m;
    for (size_t i = 0; i < n; i++) {
        plan->inputs[i] = inputs[i];
        plan->inputs[i].data = NULL;
        plan->input_blobs[i] = input_blobs[i];
    }
    memcpy(plan->output_blobs, output_blobs, m * sizeof *output_blobs);
    return SEG_OK;
}

struct cnn_plan *cnn_plan_make(const struct cnn_net *net, const struct cnn_blob *inputs,
                               const int32_t *input_blobs, size_t input_count,
                               const int32_t *output_blobs, size_t output_count, unsigned workers,
                               enum cnn_isa isa, const struct cnn_prepare *prepare,
                               struct cnn_error *err)
{
    struct cnn_plan *plan = calloc(1, sizeof *plan);
    if (!plan) {
        cnn_nomem(err);
        return NULL;
    }
    struct cnn_build b = {.plan = plan, .prepare = prepare, .err = err};
    plan->net = net;
    plan->input_count = input_count;
    plan->output_count = output_count;
    plan->workers = workers;
    plan->isa = isa;
    int status = copy_request(plan, inputs, input_blobs, output_blobs, err);
    if (status == SEG_OK)
        status = build(&b);
    free(b.order);
    free(b.canon);
    free(b.shapes);
    free(b.late);
    if (status == SEG_OK)
        return plan;
    cnn_plan_free(plan);
    return NULL;
}

void cnn_plan_free(struct cnn_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->node_count; i++) {
        free(plan->nodes[i].in);
        free(plan->nodes[i].conv);
    }
    for (size_t i = 0; i < plan->value_count; i++)
        if (plan->values[i].constant)
            free(plan->values[i].blob.data);
    free(plan->nodes);
    free(plan->values);
    free(plan->storage);
    free(plan->inputs);
    free(plan->input_blobs);
    free(plan);
}
