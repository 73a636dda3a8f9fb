/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which layers are needed for the wanted blobs, in an order in which each follows its producers. */
#include "graph/plan.h"

#include <stdlib.h>

enum mark { NEW, OPEN, DONE };

struct walk {
    const struct cnn_plan *plan;
    unsigned char *marks;  /* of layers */
    int32_t *stack, *next; /* open layers, and which input of each comes next */
    int32_t *list;
    size_t depth, count;
    bool *given; /* blobs */
};

/* Opens the producer of a blob unless that is done or not needed. */
static int visit(struct walk *w, int32_t blob, struct cnn_error *err)
{
    const struct cnn_net *net = w->plan->net;
    int32_t layer = net->blobs[blob].producer;
    if (w->given[blob])
        return SEG_OK;
    if (layer < 0)
        return cnn_fail(err, SEG_IO, "%s: nothing makes blob '%s'", net->path,
                        net->blobs[blob].name);
    if (w->marks[layer] == DONE)
        return SEG_OK;
    if (w->marks[layer] == OPEN) {
        cnn_fail(err, SEG_IO, "it needs its own output '%s'", net->blobs[blob].name);
        cnn_layer_blame(net, &net->layers[layer], err);
        return err->status;
    }
    w->marks[layer] = OPEN;
    w->stack[w->depth] = layer;
    w->next[w->depth++] = 0;
    return SEG_OK;
}

static int walk(struct walk *w, int32_t blob, struct cnn_error *err)
{
    const struct cnn_net *net = w->plan->net;
    if (visit(w, blob, err) != SEG_OK)
        return err->status;
    while (w->depth > 0) {
        int32_t layer = w->stack[w->depth - 1];
        const struct cnn_layer *l = &net->layers[layer];
        int32_t port = w->next[w->depth - 1]++;
        if (port < l->in_count) {
            if (visit(w, l->in[port], err) != SEG_OK)
                return err->status;
            continue;
        }
        w->marks[layer] = DONE;
        w->list[w->count++] = layer;
        w->depth--;
    }
    return SEG_OK;
}

int32_t *cnn_plan_order(const struct cnn_plan *plan, size_t *count, struct cnn_error *err)
{
    size_t n = plan->net->layer_count;
    struct walk w = {.plan = plan};
    w.marks = calloc(n + 1, 1);
    w.given = calloc(plan->net->blob_count + 1, sizeof *w.given);
    w.stack = malloc((2 * n + 1) * sizeof *w.stack);
    w.next = w.stack ? w.stack + n : NULL;
    w.list = malloc((n + 1) * sizeof *w.list);
    if (!w.marks || !w.given || !w.stack || !w.list) {
        cnn_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < plan->input_count; i++)
        w.given[plan->input_blobs[i]] = true;
    for (size_t i = 0; i < plan->output_count && err->status == SEG_OK; i++)
        walk(&w, plan->output_blobs[i], err);
out:
    free(w.marks);
    free(w.given);
    free(w.stack);
    *count = w.count;
    if (err->status == SEG_OK)
        return w.list;
    free(w.list);
    return NULL;
}
