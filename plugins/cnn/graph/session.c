/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a plan. */
#include "graph/session.h"
#include "simd/simd.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct cnn_session {
    const struct cnn_plan *plan;
    unsigned char *arena;
    struct cnn_blob *blobs; /* of all values, with data */
    struct cnn_blob *ports; /* of one node */
    void **late;            /* memory of late values; owned */
    void **copies;          /* of inputs that are not aligned, or are outputs; owned */
};

#define ALIGNMENT 64

static void *memory(size_t bytes)
{
    return aligned_alloc(ALIGNMENT, bytes / ALIGNMENT * ALIGNMENT + ALIGNMENT);
}

static size_t root_offset(const struct cnn_plan *plan, int32_t slot)
{
    size_t offset = 0;
    for (; slot >= 0; slot = plan->storage[slot].parent)
        offset += plan->storage[slot].offset;
    return offset;
}

struct cnn_session *cnn_session_new(const struct cnn_plan *plan, struct cnn_error *err)
{
    struct cnn_session *s = calloc(1, sizeof *s);
    if (!s)
        goto fail;
    s->plan = plan;
    s->arena = memory(plan->arena);
    s->blobs = malloc((plan->value_count + 1) * sizeof *s->blobs);
    s->ports = malloc((plan->ports + 1) * sizeof *s->ports);
    s->late = calloc(plan->value_count + 1, sizeof *s->late);
    s->copies = calloc(plan->input_count + 1, sizeof *s->copies);
    if (!s->arena || !s->blobs || !s->ports || !s->late || !s->copies)
        goto fail;
    for (size_t i = 0; i < plan->value_count; i++) {
        const struct cnn_value *v = &plan->values[i];
        s->blobs[i] = v->blob;
        if (v->storage >= 0)
            s->blobs[i].data = s->arena + root_offset(plan, v->storage) + v->offset;
    }
    return s;
fail:
    cnn_session_free(s);
    cnn_nomem(err);
    return NULL;
}

static void drop_late(struct cnn_session *s)
{
    for (size_t i = 0; s->late && i < s->plan->value_count; i++) {
        free(s->late[i]);
        s->late[i] = NULL;
    }
}

void cnn_session_free(struct cnn_session *s)
{
    if (!s)
        return;
    drop_late(s);
    for (size_t i = 0; s->copies && i < s->plan->input_count; i++)
        free(s->copies[i]);
    free(s->copies);
    free(s->late);
    free(s->ports);
    free(s->blobs);
    free(s->arena);
    free(s);
}

/* -- changes of layout ------------------------------------------------------------------------ */

struct pack {
    const struct cnn_simd *simd;
    const float *in;
    float *out;
    size_t channels, size;
    bool packing;
    size_t pieces;
};

#define PIXELS 4096 /* of a block that are converted by one piece */

static int pack_body(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pack *p = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t block = i / p->pieces, first = i % p->pieces * PIXELS;
        size_t lanes = p->channels - block * 8 < 8 ? p->channels - block * 8 : 8;
        size_t count = p->size - first < PIXELS ? p->size - first : PIXELS;
        size_t planar = block * 8 * p->size + first, packed = (block * p->size + first) * 8;
        if (p->packing)
            p->simd->pack8(p->in + planar, p->size, lanes, p->out + packed, count);
        else
            p->simd->unpack8(p->in + packed, p->out + planar, p->size, lanes, count);
    }
    return SEG_OK;
}

static int run_pack(const struct cnn_blob *in, const struct cnn_blob *out,
                    const struct cnn_env *env)
{
    struct pack p = {cnn_simd(env),
                     in->data,
                     out->data,
                     (size_t)in->c,
                     (size_t)in->w * (size_t)in->h * (size_t)in->d,
                     out->pack == 8,
                     0};
    p.pieces = (p.size + PIXELS - 1) / PIXELS;
    struct cnn_job job = {.env = env};
    if (in->data == out->data)
        return SEG_OK;
    return cnn_parallel(&job, (p.channels + 7) / 8 * p.pieces,
                        8 * (p.size < PIXELS ? p.size : PIXELS), pack_body, &p);
}

/* -- nodes ------------------------------------------------------------------------------------ */

static int run_conv(const struct cnn_session *s, const struct cnn_node *node,
                    const struct cnn_env *env)
{
    const struct cnn_conv_node *c = node->conv;
    const struct cnn_blob *in = &s->blobs[node->in[0]], *out = &s->blobs[node->out[0]];
    size_t in_plane = (size_t)in->w * (size_t)in->h, out_plane = (size_t)out->w * (size_t)out->h;
    struct cnn_conv_call call = {.conv = &c->conv, .geometry = &c->geometry, .env = env};
    if (node->scratch_storage >= 0)
        call.workspace = s->arena + root_offset(s->plan, node->scratch_storage);
    for (int32_t g = 0; g < c->groups; g++) {
        call.packed = (const char *)c->packed + (size_t)g * c->packed_each;
        call.in = (const float *)in->data + (size_t)g * (size_t)c->conv.in * in_plane;
        call.out = (float *)out->data + (size_t)g * (size_t)c->conv.out * out_plane;
        call.add = c->add >= 0 ? s->blobs[node->in[c->add]].data : NULL;
        int status = c->kernel->run(&call);
        if (status != SEG_OK)
            return status;
    }
    return SEG_OK;
}

/* Shapes that depend on numbers are asked for now, and memory with them. */
static int late_outputs(struct cnn_session *s, const struct cnn_node *node,
                        const struct cnn_layer *layer, struct cnn_blob *in, struct cnn_blob *out,
                        struct cnn_error *err)
{
    out[0] = in[0];
    int status = layer->op->shape ? layer->op->shape(layer, in, node->in_count, out, err) : SEG_OK;
    if (status != SEG_OK)
        return status < 0 ? cnn_fail(err, SEG_STAGE, "its shape cannot be told") : status;
    for (int32_t i = 0; i < node->out_count; i++) {
        int32_t value = node->out[i];
        free(s->late[value]);
        s->late[value] = out[i].data = memory(cnn_storage(&out[i]));
        if (!out[i].data)
            return cnn_nomem(err);
        s->blobs[value] = out[i];
    }
    return SEG_OK;
}

static int run_op(struct cnn_session *s, const struct cnn_node *node, const struct cnn_env *env,
                  struct cnn_error *err)
{
    const struct cnn_layer *layer = &s->plan->net->layers[node->layer];
    struct cnn_blob *in = s->ports, *out = s->ports + node->in_count;
    void *scratch = NULL, *own = NULL;
    int status = SEG_OK;
    for (int32_t i = 0; i < node->in_count; i++)
        in[i] = s->blobs[node->in[i]];
    for (int32_t i = 0; i < node->out_count; i++)
        out[i] = s->blobs[node->out[i]];
    if (node->scratch_storage >= 0)
        scratch = s->arena + root_offset(s->plan, node->scratch_storage);
    if (node->late) {
        status = late_outputs(s, node, layer, in, out, err);
        size_t bytes = status == SEG_OK && layer->op->scratch
                           ? layer->op->scratch(layer, in, out, env->workers)
                           : 0;
        scratch = own = bytes ? memory(bytes) : NULL;
        if (bytes && !own)
            status = cnn_nomem(err);
    }
    if (status == SEG_OK && layer->op->run) {
        struct cnn_job job = {layer, in, out, node->in_count, node->out_count, env, scratch, err};
        status = layer->op->run(&job);
        for (int32_t i = 0; node->late && i < node->out_count; i++)
            s->blobs[node->out[i]] = out[i]; /* fewer rows than there might have been */
    } else if (status == SEG_OK) {
        for (int32_t i = 0; i < node->out_count; i++)
            if (out[i].data != in[0].data)
                memcpy(out[i].data, in[0].data, cnn_storage(&in[0]));
    }
    free(own);
    return status;
}

/* Results stay when the caller's arrays are gone. */
static bool is_output(const struct cnn_plan *plan, size_t value)
{
    for (size_t i = 0; i < plan->output_count; i++)
        if (plan->outputs[i] == (int32_t)value)
            return true;
    return false;
}

static int bind_inputs(struct cnn_session *s, const struct cnn_blob *inputs, struct cnn_error *err)
{
    for (size_t i = 0; i < s->plan->value_count; i++) {
        int32_t k = s->plan->values[i].input;
        if (k < 0)
            continue;
        s->blobs[i].data = inputs[k].data;
        if ((uintptr_t)inputs[k].data % ALIGNMENT == 0 && !is_output(s->plan, i))
            continue;
        if (!s->copies[k])
            s->copies[k] = memory(cnn_storage(&inputs[k]));
        if (!s->copies[k])
            return cnn_nomem(err);
        s->blobs[i].data = memcpy(s->copies[k], inputs[k].data, cnn_storage(&inputs[k]));
    }
    return SEG_OK;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int cnn_session_run(struct cnn_session *s, const struct cnn_env *env, const struct cnn_blob *inputs,
                    struct cnn_blob *outputs, double *seconds, struct cnn_error *err)
{
    const struct cnn_plan *plan = s->plan;
    if (bind_inputs(s, inputs, err) != SEG_OK)
        return err->status;
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct cnn_node *node = &plan->nodes[i];
        double start = seconds ? now() : 0;
        int status = node->kind == CNN_NODE_OP ? run_op(s, node, env, err)
                     : node->kind == CNN_NODE_CONV
                         ? run_conv(s, node, env)
                         : run_pack(&s->blobs[node->in[0]], &s->blobs[node->out[0]], env);
        if (seconds)
            seconds[i] += now() - start;
        if (status == SEG_OK)
            continue;
        if (err->status == SEG_OK)
            cnn_fail(err, (enum seg_status)status, "stopped");
        if (node->layer >= 0)
            cnn_layer_blame(plan->net, &plan->net->layers[node->layer], err);
        return err->status;
    }
    for (size_t i = 0; i < plan->output_count; i++)
        outputs[i] = s->blobs[plan->outputs[i]];
    return SEG_OK;
}
