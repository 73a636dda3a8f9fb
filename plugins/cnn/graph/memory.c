/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where values lie. First which values share storage: views, layers that work in place, parts of a
 * Slice, inputs of a Concat. Then offsets in one block of memory, by lifetime: the largest first,
 * each at the lowest place that is free while it lives (Pisarchyk and Lee 2020, greedy by size). */
#include "graph/plan.h"
#include "layer/slice.h"

#include <stdlib.h>
#include <string.h>

struct memory {
    struct cnn_plan *plan;
    int32_t *last_use; /* of values */
    struct cnn_error *err;
};

static const struct cnn_op *op_of(const struct cnn_plan *plan, const struct cnn_node *node)
{
    return node->kind == CNN_NODE_OP ? plan->net->layers[node->layer].op : NULL;
}

static void find_last_uses(struct memory *m)
{
    const struct cnn_plan *plan = m->plan;
    for (size_t i = 0; i < plan->value_count; i++)
        m->last_use[i] = -1;
    for (size_t n = 0; n < plan->node_count; n++)
        for (int32_t k = 0; k < plan->nodes[n].in_count; k++)
            m->last_use[plan->nodes[n].in[k]] = (int32_t)n;
    for (size_t i = 0; i < plan->output_count; i++)
        m->last_use[plan->outputs[i]] = (int32_t)plan->node_count;
}

/* Puts `value` where `host` lies, `offset` bytes on. */
static void join(struct memory *m, int32_t value, int32_t host, size_t offset)
{
    struct cnn_value *v = &m->plan->values[value];
    const struct cnn_value *h = &m->plan->values[host];
    struct cnn_storage_slot *slot = &m->plan->storage[h->storage];
    v->storage = h->storage;
    v->offset = h->offset + offset;
    if (m->last_use[value] > slot->last)
        slot->last = m->last_use[value];
}

static int own(struct memory *m, int32_t value, int32_t node)
{
    struct cnn_value *v = &m->plan->values[value];
    int32_t slot = cnn_plan_slot(m->plan, cnn_storage(&v->blob), m->err);
    if (slot < 0)
        return m->err->status;
    v->storage = slot;
    struct cnn_storage_slot *s = &m->plan->storage[slot];
    s->first = s->made = s->last_write = node;
    s->last = m->last_use[value] > node ? m->last_use[value] : node;
    return SEG_OK;
}

/* Whether node `node` may write over a value: nothing of its storage is needed afterwards. */
static bool dies(const struct memory *m, int32_t value, int32_t node)
{
    const struct cnn_value *v = &m->plan->values[value];
    return v->storage >= 0 && m->plan->storage[v->storage].last <= node;
}

/* Lays the output over input `which`, where nobody else needs it, this node's other inputs
 * included: a residual block adds what it convolves. */
static bool overwrites(struct memory *m, const struct cnn_node *node, int32_t which, int32_t at)
{
    const int32_t from = node->in[which];
    const struct cnn_value *in = &m->plan->values[from], *out = &m->plan->values[node->out[0]];
    if (!dies(m, from, at) || cnn_storage(&in->blob) != cnn_storage(&out->blob))
        return false;
    for (int32_t i = 0; i < node->in_count; i++)
        if (i != which && m->plan->values[node->in[i]].storage == in->storage)
            return false;
    join(m, node->out[0], from, 0);
    m->plan->storage[in->storage].last_write = at;
    return true;
}

/* Parts along the outermost axis are runs of the whole. */
static bool slices(struct memory *m, const struct cnn_node *node, const struct cnn_op *op)
{
    const struct cnn_plan *plan = m->plan;
    const struct cnn_value *whole = &plan->values[node->in[0]];
    if (op->index != 31 || whole->storage < 0 ||
        !cnn_slice_outermost(&plan->net->layers[node->layer], &whole->blob))
        return false;
    size_t offset = 0;
    for (int32_t i = 0; i < node->out_count; i++) {
        join(m, node->out[i], node->in[0], offset);
        offset += cnn_storage(&plan->values[node->out[i]].blob);
    }
    return true;
}

static int place_outputs(struct memory *m, int32_t at)
{
    const struct cnn_node *node = &m->plan->nodes[at];
    const struct cnn_op *op = op_of(m->plan, node);
    struct cnn_value *values = m->plan->values;
    const struct cnn_blob *first = node->in_count ? &values[node->in[0]].blob : NULL;
    bool stored = node->in_count && values[node->in[0]].storage >= 0;
    bool view = op && op->flags & CNN_OP_VIEW;
    /* One pixel a channel lies the same packed or not. */
    if (!op && node->kind != CNN_NODE_CONV)
        view = first->w == 1 && first->h == 1 && first->c % 8 == 0;
    if (view && stored) {
        for (int32_t i = 0; i < node->out_count; i++)
            join(m, node->out[i], node->in[0], 0);
        return SEG_OK;
    }
    if (op && slices(m, node, op))
        return SEG_OK;
    if (op && op->flags & CNN_OP_IN_PLACE && stored && node->out_count == 1 &&
        overwrites(m, node, 0, at))
        return SEG_OK;
    if (node->kind == CNN_NODE_CONV && node->conv->add >= 0 &&
        overwrites(m, node, node->conv->add, at))
        return SEG_OK;
    for (int32_t i = 0; i < node->out_count; i++)
        if (own(m, node->out[i], at) != SEG_OK)
            return m->err->status;
    return SEG_OK;
}

/* Whether `part`, which is complete when Concat `at` runs, can lie in `whole` from the beginning:
 * nobody writes over the whole, or what it lies in, while the part is still needed. */
static bool may_lie_in(const struct cnn_plan *plan, const struct cnn_storage_slot *part,
                       int32_t whole, int32_t at)
{
    if (part->parent >= 0 || part->last_write >= at)
        return false;
    for (; whole >= 0; whole = plan->storage[whole].parent) {
        const struct cnn_storage_slot *slot = &plan->storage[whole];
        if (slot == part || (slot->last_write > slot->made && part->last > at))
            return false;
    }
    return true;
}

/* Makes the inputs of a Concat along the outermost axis lie in its output from the beginning. */
static void place_parts(struct memory *m, int32_t at)
{
    struct cnn_plan *plan = m->plan;
    const struct cnn_node *node = &plan->nodes[at];
    const struct cnn_op *op = op_of(plan, node);
    if (!op || op->index != 5 || node->late ||
        !cnn_concat_outermost(&plan->net->layers[node->layer], &plan->values[node->in[0]].blob))
        return;
    int32_t whole = plan->values[node->out[0]].storage;
    size_t offset = plan->values[node->out[0]].offset;
    for (int32_t i = 0; i < node->in_count; i++) {
        const struct cnn_value *v = &plan->values[node->in[i]];
        size_t bytes = cnn_storage(&v->blob);
        struct cnn_storage_slot *part = v->storage >= 0 ? &plan->storage[v->storage] : NULL;
        if (part && v->offset == 0 && part->size == (bytes + 63) / 64 * 64 &&
            may_lie_in(plan, part, whole, at)) {
            part->parent = whole;
            part->offset = offset;
            for (int32_t up = whole; up >= 0; up = plan->storage[up].parent) {
                struct cnn_storage_slot *slot = &plan->storage[up];
                slot->first = part->first < slot->first ? part->first : slot->first;
                slot->last = part->last > slot->last ? part->last : slot->last;
            }
        }
        offset += bytes;
    }
}

/* -- offsets ---------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const struct cnn_storage_slot *const *x = a, *const *y = b;
    if ((*x)->size != (*y)->size)
        return (*x)->size < (*y)->size ? 1 : -1;
    return (*x)->first < (*y)->first ? -1 : (*x)->first > (*y)->first;
}

static void place(struct cnn_storage_slot *slot, struct cnn_storage_slot **placed, size_t *count)
{
    size_t at = 0, i = 0;
    /* `placed` is sorted by offset: the first gap between those that live at the same time. */
    for (; i < *count; i++) {
        const struct cnn_storage_slot *p = placed[i];
        if (p->first > slot->last || p->last < slot->first)
            continue;
        if (p->offset >= at + slot->size)
            break;
        if (p->offset + p->size > at)
            at = p->offset + p->size;
    }
    slot->offset = at;
    for (i = *count; i > 0 && placed[i - 1]->offset > at; i--)
        placed[i] = placed[i - 1];
    placed[i] = slot;
    ++*count;
}

static int offsets(struct memory *m)
{
    struct cnn_plan *plan = m->plan;
    size_t n = plan->storage_count, roots = 0, placed = 0;
    struct cnn_storage_slot **list = malloc((2 * n + 1) * sizeof *list);
    if (!list)
        return cnn_nomem(m->err);
    for (size_t i = 0; i < n; i++)
        if (plan->storage[i].parent < 0)
            list[roots++] = &plan->storage[i];
    qsort(list, roots, sizeof *list, by_size);
    for (size_t i = 0; i < roots; i++) {
        place(list[i], list + n, &placed);
        if (list[i]->offset + list[i]->size > plan->arena)
            plan->arena = list[i]->offset + list[i]->size;
    }
    free(list);
    return SEG_OK;
}

int cnn_plan_memory(struct cnn_plan *plan, struct cnn_error *err)
{
    struct memory m = {plan, malloc((plan->value_count + 1) * sizeof(int32_t)), err};
    int status = m.last_use ? SEG_OK : cnn_nomem(err);
    if (status == SEG_OK)
        find_last_uses(&m);
    for (size_t n = 0; n < plan->node_count && status == SEG_OK; n++) {
        struct cnn_node *node = &plan->nodes[n];
        if (node->late)
            continue;
        status = place_outputs(&m, (int32_t)n);
        if (status == SEG_OK && node->scratch) {
            node->scratch_storage = cnn_plan_slot(plan, node->scratch, err);
            if (node->scratch_storage < 0)
                status = err->status;
            else
                plan->storage[node->scratch_storage].first =
                    plan->storage[node->scratch_storage].last = (int32_t)n;
        }
    }
    for (size_t n = plan->node_count; n > 0 && status == SEG_OK; n--)
        place_parts(&m, (int32_t)n - 1);
    if (status == SEG_OK)
        status = offsets(&m);
    free(m.last_use);
    return status;
}
