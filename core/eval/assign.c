/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maximum-weight matching of a sparse bipartite graph by shortest augmenting paths with potentials
 * (Kuhn 1955; Jonker and Volgenant 1987; Dijkstra's search as by Edmonds and Karp 1972). A vertex
 * on the left may stay alone at weight 0. Objects overlap few others, so each search stays near
 * where it began. */
#include "assign.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>

struct entry {
    double distance;
    uint32_t right;
};

struct matcher {
    const struct segi_edge *edges;
    size_t *first;     /* of each left; one more */
    uint32_t *matched; /* left -> edge */
    uint32_t *owner;   /* right -> edge that it is matched by */
    double *u, *v;     /* potentials of left and right */
    double *distance;  /* of each right in this search */
    uint32_t *from;    /* right -> edge that it was reached by */
    uint8_t *state;    /* of each right: 0 untouched, 1 reached, 2 final */
    uint32_t *touched;
    size_t touched_count;
    struct entry *heap;
    size_t heap_count;
};

static void push(struct matcher *m, double distance, uint32_t right)
{
    size_t i = m->heap_count++;
    while (i > 0 && m->heap[(i - 1) / 2].distance > distance) {
        m->heap[i] = m->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    m->heap[i] = (struct entry){distance, right};
}

static struct entry pop(struct matcher *m)
{
    struct entry top = m->heap[0], last = m->heap[--m->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= m->heap_count) {
            break;
        }
        if (child + 1 < m->heap_count && m->heap[child + 1].distance < m->heap[child].distance) {
            child++;
        }
        if (m->heap[child].distance >= last.distance) {
            break;
        }
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = last;
    return top;
}

/* Reaches out from `left`, which lies at `base`. */
static void relax(struct matcher *m, uint32_t left, double base)
{
    for (size_t e = m->first[left]; e < m->first[left + 1]; e++) {
        uint32_t right = m->edges[e].right;
        double cost = base - m->edges[e].weight - m->u[left] - m->v[right];
        if (m->state[right] == 2 || (m->state[right] == 1 && cost >= m->distance[right])) {
            continue;
        }
        if (m->state[right] == 0) {
            m->state[right] = 1;
            m->touched[m->touched_count++] = right;
        }
        m->distance[right] = cost;
        m->from[right] = (uint32_t)e;
        push(m, cost, right);
    }
}

/* Turns the path to `right` around; the search's start ends up matched. `right` is left to the
 * path: what it was matched by has been dealt with. */
static void augment(struct matcher *m, uint32_t start, uint32_t right)
{
    for (;;) {
        uint32_t edge = m->from[right], left = m->edges[edge].left, before = m->matched[left];
        m->owner[right] = edge;
        m->matched[left] = edge;
        if (left == start) {
            return;
        }
        right = m->edges[before].right;
    }
}

/* Matches one more left: to a free right, or by leaving it or another left on the path alone. */
static void search(struct matcher *m, uint32_t start)
{
    double alone = -m->u[start]; /* least cost of ending by leaving a left alone */
    uint32_t dropped = start, end = SEGI_UNMATCHED;
    double length = 0;
    m->heap_count = m->touched_count = 0;
    relax(m, start, 0);
    while (m->heap_count) {
        struct entry next = pop(m);
        if (m->state[next.right] == 2 || next.distance > m->distance[next.right]) {
            continue;
        }
        if (next.distance >= alone) {
            break;
        }
        m->state[next.right] = 2;
        if (m->owner[next.right] == SEGI_UNMATCHED) {
            end = next.right;
            length = next.distance;
            break;
        }
        uint32_t left = m->edges[m->owner[next.right]].left;
        if (next.distance - m->u[left] < alone) {
            alone = next.distance - m->u[left];
            dropped = left;
        }
        relax(m, left, next.distance);
    }
    if (end == SEGI_UNMATCHED) {
        length = alone;
    }
    for (size_t i = 0; i < m->touched_count; i++) {
        uint32_t right = m->touched[i];
        if (m->state[right] == 2 && m->distance[right] < length) {
            double slack = length - m->distance[right];
            m->v[right] -= slack;
            m->u[m->edges[m->owner[right]].left] += slack;
        }
        m->state[right] = 0;
    }
    m->u[start] += length;
    if (end != SEGI_UNMATCHED) {
        augment(m, start, end);
    } else if (dropped != start) {
        uint32_t right = m->edges[m->matched[dropped]].right;
        m->matched[dropped] = SEGI_UNMATCHED;
        augment(m, start, right);
    }
}

int segi_assign(const struct segi_edge *edges, size_t edge_count, uint32_t lefts, uint32_t rights,
                uint32_t *matched)
{
    struct matcher m = {.edges = edges, .matched = matched};
    int status = SEG_NOMEM;
    if (edge_count >= SEGI_UNMATCHED) {
        return SEG_LIMIT;
    }
    m.first = calloc((size_t)lefts + 2, sizeof *m.first);
    m.owner = malloc(((size_t)rights + 1) * sizeof *m.owner);
    m.u = calloc((size_t)lefts + 1, sizeof *m.u);
    m.v = calloc((size_t)rights + 1, sizeof *m.v);
    m.distance = malloc(((size_t)rights + 1) * sizeof *m.distance);
    m.from = malloc(((size_t)rights + 1) * sizeof *m.from);
    m.state = calloc((size_t)rights + 1, 1);
    m.touched = malloc(((size_t)rights + 1) * sizeof *m.touched);
    m.heap = malloc((edge_count + 1) * sizeof *m.heap);
    if (!m.first || !m.owner || !m.u || !m.v || !m.distance || !m.from || !m.state || !m.touched ||
        !m.heap) {
        goto out;
    }
    for (size_t e = 0; e < edge_count; e++) {
        m.first[edges[e].left + 1]++;
    }
    for (uint32_t i = 0; i < lefts; i++) {
        m.first[i + 1] += m.first[i];
        matched[i] = SEGI_UNMATCHED;
    }
    for (uint32_t i = 0; i < rights; i++) {
        m.owner[i] = SEGI_UNMATCHED;
    }
    for (uint32_t i = 0; i < lefts; i++) {
        double most = 0; /* reduced costs must not be negative */
        for (size_t e = m.first[i]; e < m.first[i + 1]; e++) {
            most = fmax(most, edges[e].weight + m.v[edges[e].right]);
        }
        m.u[i] = -most;
        search(&m, i);
    }
    status = SEG_OK;
out:
    free(m.first);
    free(m.owner);
    free(m.u);
    free(m.v);
    free(m.distance);
    free(m.from);
    free(m.state);
    free(m.touched);
    free(m.heap);
    return status;
}
