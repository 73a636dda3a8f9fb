/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hierarchical merging of a region adjacency graph.
 *
 * A queue holds the cost of each arc. Where regions are merged, the costs of all arcs of the new
 * one are computed and pushed; an item whose cost is no longer that of its regions is out of date
 * and passed over. */
#include "merge.h"

#include "forest.h"
#include "heap.h"

#include <math.h>
#include <string.h>

struct merge {
    const struct common_env *env;
    const struct common_regions *r;
    const struct common_merge *params;
    int32_t planes;
    int32_t *link;                /* a forest of regions */
    double *sum, *area;           /* of roots; sums are [plane][region] */
    uint32_t *head, *tail, *next; /* a list of arcs for each root */
    uint32_t *seen;               /* the root that last listed this one as its neighbour */
    uint32_t rounds, left;
    struct common_heap heap;
};

enum { NONE = UINT32_MAX };

static float cost_of(const struct merge *m, uint32_t a, uint32_t b)
{
    double sum = 0, part = m->area[a] * m->area[b] / (m->area[a] + m->area[b]);
    for (int32_t k = 0; k < m->planes; k++) {
        const double *plane = m->sum + (size_t)k * m->r->count;
        double d = plane[a] / m->area[a] - plane[b] / m->area[b];
        sum += d * d;
    }
    return (float)(m->params->ward ? sum * part : sqrt(sum));
}

/* Walks the list of a root's arcs and takes those out that lead to a region that was met before or
 * to the root itself. Pushes the costs of the others, or, without `push`, finds the neighbour of
 * the least cost; NONE: it has none. */
static int walk_arcs(struct merge *m, uint32_t a, bool push, uint32_t *nearest)
{
    uint32_t *from = &m->head[a], last = NONE;
    float least = INFINITY;
    int status = SEG_OK;
    *nearest = NONE;
    m->rounds++;
    for (uint32_t arc = *from; arc != NONE && !status; arc = m->next[arc]) {
        uint32_t b = common_root(m->link, m->r->to[arc]);
        if (b == a || m->seen[b] == m->rounds) {
            *from = m->next[arc];
            continue;
        }
        m->seen[b] = m->rounds;
        from = &m->next[arc];
        last = arc;
        float cost = cost_of(m, a, b);
        if (push)
            status = common_heap_push(&m->heap, cost, a, b);
        if (cost < least || *nearest == NONE) {
            least = cost;
            *nearest = b;
        }
    }
    m->tail[a] = last;
    return status;
}

/* Merges two roots; returns the root of both. */
static uint32_t join(struct merge *m, uint32_t a, uint32_t b)
{
    uint32_t root = common_join(m->link, a, b), other = root == a ? b : a;
    for (int32_t k = 0; k < m->planes; k++) {
        double *plane = m->sum + (size_t)k * m->r->count;
        plane[root] += plane[other];
    }
    m->area[root] += m->area[other];
    if (m->tail[root] == NONE)
        m->head[root] = m->head[other];
    else
        m->next[m->tail[root]] = m->head[other];
    m->tail[root] = m->tail[other] == NONE ? m->tail[root] : m->tail[other];
    m->left--;
    return root;
}

static int merge_alike(struct merge *m)
{
    struct common_item item;
    uint32_t nearest;
    int status = SEG_OK;
    while (!status && m->left > m->params->regions && common_heap_pop(&m->heap, &item)) {
        if (m->link[item.a] >= 0 || m->link[item.b] >= 0 ||
            cost_of(m, item.a, item.b) != item.key) /* out of date */
            continue;
        if ((double)item.key > m->params->most)
            break;
        status = walk_arcs(m, join(m, item.a, item.b), true, &nearest);
    }
    return status;
}

static void merge_small(struct merge *m)
{
    uint32_t nearest;
    for (uint32_t r = 0; r < m->r->count; r++) {
        uint32_t a = r;
        while (m->link[a] < 0 && m->area[a] > 0 && m->area[a] < m->params->min_area) {
            walk_arcs(m, a, false, &nearest);
            if (nearest == NONE)
                break;
            a = join(m, a, nearest);
        }
    }
}

static int open_merge(struct merge *m)
{
    const struct common_regions *r = m->r;
    m->link = common_forest(m->env, r->count);
    if (!m->link || !COMMON_SCRATCH(m->env, m->area, r->count) ||
        !(m->sum =
              m->env->host->scratch(m->env->call, r->count, (size_t)m->planes * sizeof *m->sum)) ||
        !COMMON_SCRATCH(m->env, m->head, r->count) || !COMMON_SCRATCH(m->env, m->tail, r->count) ||
        !COMMON_SCRATCH(m->env, m->seen, r->count) ||
        !COMMON_SCRATCH(m->env, m->next, (size_t)r->arcs + 1))
        return common_nomem(m->env);
    memset(m->seen, 0, r->count * sizeof *m->seen);
    for (uint32_t a = 0; a < r->count; a++) {
        m->area[a] = r->area[a];
        m->left += r->area[a] > 0;
        for (int32_t k = 0; k < m->planes; k++)
            m->sum[(size_t)k * r->count + a] = (double)r->mean[k][a] * r->area[a];
        bool any = r->first[a] < r->first[a + 1];
        m->head[a] = any ? r->first[a] : NONE;
        m->tail[a] = any ? r->first[a + 1] - 1 : NONE;
        for (uint32_t arc = r->first[a]; arc < r->first[a + 1]; arc++)
            m->next[arc] = arc == m->tail[a] ? NONE : arc + 1;
    }
    return SEG_OK;
}

static int push_all(struct merge *m)
{
    int status = SEG_OK;
    for (uint32_t a = 0; a < m->r->count; a++)
        for (uint32_t arc = m->r->first[a]; arc < m->r->first[a + 1] && !status; arc++)
            if (m->r->to[arc] > a)
                status = common_heap_push(&m->heap, cost_of(m, a, m->r->to[arc]), a, m->r->to[arc]);
    return status;
}

int common_merge(const struct common_env *env, const struct common_regions *regions, int32_t planes,
                 const struct common_merge *params, int32_t *number, int32_t *count)
{
    struct merge m = {
        .env = env, .r = regions, .params = params, .planes = planes, .heap = {.env = env}};
    int status = open_merge(&m);
    if (!status && params->most >= 0)
        status = push_all(&m);
    if (!status)
        status = merge_alike(&m);
    if (status)
        return status;
    merge_small(&m);
    memset(number, 0, regions->count * sizeof *number);
    *count = 0;
    for (uint32_t r = 0; r < regions->count; r++) {
        uint32_t root = common_root(m.link, r);
        if (m.area[root] > 0 && !number[root]) /* the first of its set, or the root itself */
            number[root] = ++*count;
        number[r] = number[root];
    }
    return SEG_OK;
}

void common_merge_labels(const int32_t *number, const struct seg_view *from,
                         const struct seg_view *to)
{
    for (int32_t y = 0; y < from->height; y++) {
        const int32_t *in = seg_row(from, 0, y);
        int32_t *out = seg_row(to, 0, y);
        for (int32_t x = 0; x < from->width; x++)
            out[x] = in[x] > 0 ? number[in[x] - 1] : in[x];
    }
}
