/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The store of prepared weights, plans and sessions of one net. */
#include "graph/model.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

struct prepared {
    struct prepared *next;
    int32_t layer;
    int32_t fused[4], fused_count, groups;
    const struct cnn_conv_kernel *kernel;
    void *packed; /* owned */
    size_t bytes;
};

struct spare { /* a session that nobody uses now */
    struct spare *next;
    struct cnn_session *session;
};

struct entry { /* a plan; the most recently used stands first */
    struct entry *next;
    struct cnn_plan *plan;
    struct spare *spares;
    unsigned leases;
};

struct cnn_model {
    struct cnn_net *net;
    enum cnn_isa isa;
    mtx_t lock;
    struct prepared *prepared;
    struct entry *entries;
};

#define PLANS_MAX 8 /* that nobody uses and that are kept */

enum cnn_isa cnn_isa_here(void)
{
    const char *wish = getenv("SEGKIT_CPU");
    if (wish && strcmp(wish, "portable") == 0)
        return CNN_PORTABLE;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return CNN_AVX2;
#endif
    return CNN_PORTABLE;
}

struct cnn_model *cnn_model_of(struct cnn_net *net, enum cnn_isa isa, struct cnn_error *err)
{
    struct cnn_model *model = calloc(1, sizeof *model);
    if (model && mtx_init(&model->lock, mtx_plain) == thrd_success) {
        model->net = net;
        model->isa = isa;
        return model;
    }
    free(model);
    cnn_net_free(net);
    cnn_nomem(err);
    return NULL;
}

struct cnn_model *cnn_model_open(const char *param, const char *weights, enum cnn_isa isa,
                                 struct cnn_error *err)
{
    struct cnn_net *net = cnn_net_load(param, weights, err);
    return net ? cnn_model_of(net, isa, err) : NULL;
}

static void entry_free(struct entry *entry)
{
    while (entry->spares) {
        struct spare *spare = entry->spares;
        entry->spares = spare->next;
        cnn_session_free(spare->session);
        free(spare);
    }
    cnn_plan_free(entry->plan);
    free(entry);
}

void cnn_model_close(struct cnn_model *model)
{
    if (!model)
        return;
    while (model->entries) {
        struct entry *entry = model->entries;
        model->entries = entry->next;
        entry_free(entry);
    }
    while (model->prepared) {
        struct prepared *p = model->prepared;
        model->prepared = p->next;
        free(p->packed);
        free(p);
    }
    cnn_net_free(model->net);
    mtx_destroy(&model->lock);
    free(model);
}

const struct cnn_net *cnn_model_net(const struct cnn_model *model)
{
    return model->net;
}

size_t cnn_model_prepared(const struct cnn_model *model)
{
    size_t bytes = 0;
    for (const struct prepared *p = model->prepared; p; p = p->next)
        bytes += p->bytes;
    return bytes;
}

/* -- prepared weights ------------------------------------------------------------------------- */

/* Called while the model is locked. */
static int prepare(void *ctx, const struct cnn_net *net, int32_t layer, struct cnn_conv_node *node,
                   struct cnn_error *err)
{
    struct cnn_model *model = ctx;
    for (struct prepared *p = model->prepared; p; p = p->next)
        if (p->layer == layer && p->kernel == node->kernel && p->groups == node->groups &&
            p->fused_count == node->fused_count &&
            memcmp(p->fused, node->fused, sizeof p->fused) == 0) {
            node->packed = p->packed;
            return SEG_OK;
        }
    struct prepared *p = calloc(1, sizeof *p);
    if (!p)
        return cnn_nomem(err);
    p->packed = cnn_fused_weights(net, layer, node, err);
    if (!p->packed) {
        free(p);
        return err->status;
    }
    p->layer = layer;
    p->kernel = node->kernel;
    p->groups = node->groups;
    p->fused_count = node->fused_count;
    memcpy(p->fused, node->fused, sizeof p->fused);
    p->bytes = node->packed_each * (size_t)node->groups;
    p->next = model->prepared;
    model->prepared = p;
    node->packed = p->packed;
    return SEG_OK;
}

/* -- plans and sessions ----------------------------------------------------------------------- */

static bool same_request(const struct cnn_plan *plan, const struct cnn_blob *inputs,
                         const int32_t *input_blobs, size_t input_count,
                         const int32_t *output_blobs, size_t output_count, unsigned workers)
{
    if (plan->input_count != input_count || plan->output_count != output_count ||
        plan->workers != workers)
        return false;
    for (size_t i = 0; i < input_count; i++)
        if (plan->input_blobs[i] != input_blobs[i] ||
            !cnn_same_shape(&plan->inputs[i], &inputs[i]) ||
            plan->inputs[i].dtype != inputs[i].dtype)
            return false;
    return memcmp(plan->output_blobs, output_blobs, output_count * sizeof *output_blobs) == 0;
}

/* Forgets the oldest plans that nobody uses. */
static void trim(struct cnn_model *model)
{
    unsigned kept = 0;
    for (struct entry **link = &model->entries; *link;) {
        struct entry *entry = *link;
        if (entry->leases == 0 && ++kept > PLANS_MAX) {
            *link = entry->next;
            entry_free(entry);
        } else {
            link = &entry->next;
        }
    }
}

static struct entry *find_entry(struct cnn_model *model, const struct cnn_blob *inputs,
                                const int32_t *input_blobs, size_t input_count,
                                const int32_t *output_blobs, size_t output_count, unsigned workers,
                                struct cnn_error *err)
{
    for (struct entry **link = &model->entries; *link; link = &(*link)->next) {
        struct entry *entry = *link;
        if (!same_request(entry->plan, inputs, input_blobs, input_count, output_blobs, output_count,
                          workers))
            continue;
        *link = entry->next;
        entry->next = model->entries;
        model->entries = entry;
        return entry;
    }
    const struct cnn_prepare way = {model, prepare};
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        cnn_nomem(err);
        return NULL;
    }
    entry->plan = cnn_plan_make(model->net, inputs, input_blobs, input_count, output_blobs,
                                output_count, workers, model->isa, &way, err);
    if (!entry->plan) {
        free(entry);
        return NULL;
    }
    entry->next = model->entries;
    model->entries = entry;
    return entry;
}

int cnn_model_lease(struct cnn_model *model, const struct cnn_blob *inputs,
                    const int32_t *input_blobs, size_t input_count, const int32_t *output_blobs,
                    size_t output_count, unsigned workers, struct cnn_lease *lease,
                    struct cnn_error *err)
{
    *lease = (struct cnn_lease){0};
    mtx_lock(&model->lock);
    struct entry *entry = find_entry(model, inputs, input_blobs, input_count, output_blobs,
                                     output_count, workers, err);
    if (!entry)
        goto out;
    entry->leases++;
    lease->entry = entry;
    lease->plan = entry->plan;
    struct spare *spare = entry->spares;
    if (spare) {
        lease->session = spare->session;
        entry->spares = spare->next;
        free(spare);
    }
out:
    mtx_unlock(&model->lock);
    if (err->status == SEG_OK && !lease->session) {
        lease->session = cnn_session_new(lease->plan, err);
        if (!lease->session)
            cnn_model_return(model, lease);
    }
    return err->status;
}

void cnn_model_return(struct cnn_model *model, struct cnn_lease *lease)
{
    struct entry *entry = lease->entry;
    if (!entry)
        return;
    struct spare *spare = lease->session ? malloc(sizeof *spare) : NULL;
    mtx_lock(&model->lock);
    entry->leases--;
    if (spare) {
        *spare = (struct spare){entry->spares, lease->session};
        entry->spares = spare;
        lease->session = NULL;
    }
    trim(model);
    mtx_unlock(&model->lock);
    cnn_session_free(lease->session);
    *lease = (struct cnn_lease){0};
}
