/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contingency table of two label images, counted run by run through a hash of pairs. */
#include "table.h"

#include <segkit/plugin.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct slot {
    int32_t truth, pred;
    int64_t count; /* 0: free */
};

struct hash {
    struct slot *slots;
    size_t mask, used;
};

static size_t place(const struct hash *h, int32_t truth, int32_t pred)
{
    uint64_t key = (uint64_t)(uint32_t)truth << 32 | (uint32_t)pred;
    key *= 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(key >> 20 ^ key >> 43) & h->mask;
    while (h->slots[at].count && (h->slots[at].truth != truth || h->slots[at].pred != pred)) {
        at = (at + 1) & h->mask;
    }
    return at;
}

static bool grow(struct hash *h)
{
    struct hash more = {.mask = h->mask * 2 + 1};
    more.slots = calloc(more.mask + 1, sizeof *more.slots);
    if (!more.slots) {
        return false;
    }
    for (size_t i = 0; i <= h->mask; i++) {
        if (h->slots[i].count) {
            more.slots[place(&more, h->slots[i].truth, h->slots[i].pred)] = h->slots[i];
        }
    }
    more.used = h->used;
    free(h->slots);
    *h = more;
    return true;
}

static bool add(struct hash *h, int32_t truth, int32_t pred, int64_t count)
{
    size_t at = place(h, truth, pred);
    if (h->slots[at].count == 0) {
        if (h->used * 2 > h->mask) {
            if (!grow(h)) {
                return false;
            }
            at = place(h, truth, pred);
        }
        h->used++;
        h->slots[at].truth = truth;
        h->slots[at].pred = pred;
    }
    h->slots[at].count += count;
    return true;
}

static bool count_runs(struct hash *h, const int32_t *truth, const int32_t *pred, size_t n,
                       unsigned flags)
{
    for (size_t i = 0; i < n;) {
        int32_t t = truth[i], p = pred[i];
        size_t from = i;
        while (i < n && truth[i] == t && pred[i] == p) {
            i++;
        }
        if ((t == -1 && flags & SEGI_SKIP_VOID) || (t == 0 && flags & SEGI_SKIP_TRUTH_ZERO) ||
            (t == 0 && p == 0 && flags & SEGI_SKIP_BOTH_ZERO)) {
            continue;
        }
        if (!add(h, t, p, (int64_t)(i - from))) {
            return false;
        }
    }
    return true;
}

static int by_labels(const void *a, const void *b)
{
    const struct slot *p = a, *q = b;
    if (p->truth != q->truth) {
        return p->truth < q->truth ? -1 : 1;
    }
    return (p->pred > q->pred) - (p->pred < q->pred);
}

static int by_value(const void *a, const void *b)
{
    int32_t p = *(const int32_t *)a, q = *(const int32_t *)b;
    return (p > q) - (p < q);
}

/* The side's labels out of one column of the slots, sorted and each once. */
static bool side_init(struct segi_side *side, const struct slot *slots, size_t n, bool truth)
{
    side->labels = malloc((n + 1) * sizeof *side->labels);
    side->sizes = calloc(n + 1, sizeof *side->sizes);
    if (!side->labels || !side->sizes) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        side->labels[i] = truth ? slots[i].truth : slots[i].pred;
    }
    qsort(side->labels, n, sizeof *side->labels, by_value);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || side->labels[i] != side->labels[kept - 1]) {
            side->labels[kept++] = side->labels[i];
        }
    }
    side->count = (uint32_t)kept;
    return true;
}

static uint32_t index_of(const struct segi_side *side, int32_t label)
{
    const int32_t *at = bsearch(&label, side->labels, side->count, sizeof *side->labels, by_value);
    return (uint32_t)(at - side->labels);
}

int segi_table_init(struct segi_table *t, const int32_t *truth, const int32_t *pred, size_t n,
                    unsigned flags)
{
    struct hash h = {.mask = 1023};
    int status = SEG_NOMEM;
    memset(t, 0, sizeof *t);
    h.slots = calloc(h.mask + 1, sizeof *h.slots);
    if (!h.slots || !count_runs(&h, truth, pred, n, flags)) {
        goto out;
    }
    size_t kept = 0;
    for (size_t i = 0; i <= h.mask; i++) {
        if (h.slots[i].count) {
            h.slots[kept++] = h.slots[i];
        }
    }
    qsort(h.slots, kept, sizeof *h.slots, by_labels);
    t->cells = malloc((kept + 1) * sizeof *t->cells);
    if (!t->cells || !side_init(&t->truth, h.slots, kept, true) ||
        !side_init(&t->pred, h.slots, kept, false)) {
        goto out;
    }
    for (size_t i = 0; i < kept; i++) {
        struct segi_cell *cell = &t->cells[i];
        cell->truth = index_of(&t->truth, h.slots[i].truth);
        cell->pred = index_of(&t->pred, h.slots[i].pred);
        cell->count = h.slots[i].count;
        t->truth.sizes[cell->truth] += cell->count;
        t->pred.sizes[cell->pred] += cell->count;
        t->total += cell->count;
    }
    t->cell_count = kept;
    status = SEG_OK;
out:
    free(h.slots);
    if (status != SEG_OK) {
        segi_table_free(t);
    }
    return status;
}

void segi_table_free(struct segi_table *t)
{
    free(t->truth.labels);
    free(t->truth.sizes);
    free(t->pred.labels);
    free(t->pred.sizes);
    free(t->cells);
    memset(t, 0, sizeof *t);
}

uint32_t segi_side_first(const struct segi_side *side)
{
    return side->count && side->labels[0] == 0;
}

uint32_t segi_side_objects(const struct segi_side *side)
{
    return side->count - segi_side_first(side);
}
