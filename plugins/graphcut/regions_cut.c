/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Minimum cuts of graphs of regions.
 *
 * E. A. Dinic, "Algorithm for solution of a problem of maximum flow in networks with power
 * estimation", Soviet Mathematics Doklady 11, 1970: flow along shortest paths only, all of one
 * length at a time. */
#include "regions.h"

#include <math.h>
#include <string.h>

struct flow {
    const struct common_regions *r;
    double *excess, *capacity;
    uint32_t *level; /* steps from an excess; UINT32_MAX: not reached */
    uint32_t *next;  /* the arc to try next */
    uint32_t *queue, *path;
};

/* Numbers regions by their distance from an excess. Is a deficit reached? */
static bool spread(struct flow *f)
{
    uint32_t head = 0, tail = 0;
    bool found = false;
    for (uint32_t v = 0; v < f->r->count; v++) {
        f->level[v] = f->excess[v] > 0 ? 0 : UINT32_MAX;
        f->next[v] = f->r->first[v];
        if (f->excess[v] > 0)
            f->queue[tail++] = v;
    }
    while (head < tail) {
        uint32_t u = f->queue[head++];
        found = found || f->excess[u] < 0;
        for (uint32_t arc = f->r->first[u]; arc < f->r->first[u + 1]; arc++) {
            uint32_t v = f->r->to[arc];
            if (f->capacity[arc] > 0 && f->level[v] == UINT32_MAX) {
                f->level[v] = f->level[u] + 1;
                f->queue[tail++] = v;
            }
        }
    }
    return found;
}

/* Sends flow along path[0..length-1] from `root` to `end`. */
static void send(struct flow *f, uint32_t root, uint32_t end, uint32_t length)
{
    double amount = fmin(f->excess[root], -f->excess[end]);
    for (uint32_t i = 0; i < length; i++)
        amount = fmin(amount, f->capacity[f->path[i]]);
    for (uint32_t i = 0; i < length; i++) {
        f->capacity[f->path[i]] -= amount;
        f->capacity[f->r->back[f->path[i]]] += amount;
    }
    f->excess[root] -= amount;
    f->excess[end] += amount;
}

/* All flow from one region along arcs to the next level. */
static void drain(struct flow *f, uint32_t root)
{
    uint32_t length = 0, u = root;
    while (f->excess[root] > 0) {
        if (f->excess[u] < 0) {
            send(f, root, u, length);
            length = 0;
            u = root;
            continue;
        }
        uint32_t arc = f->next[u];
        if (arc == f->r->first[u + 1]) { /* nothing more this way */
            if (length == 0)
                return;
            u = f->r->to[f->r->back[f->path[--length]]];
            f->next[u]++;
        } else if (f->capacity[arc] > 0 && f->level[f->r->to[arc]] == f->level[u] + 1) {
            f->path[length++] = arc;
            u = f->r->to[arc];
        } else {
            f->next[u]++;
        }
    }
}

int regions_cut(const struct common_env *env, const struct common_regions *regions, double *excess,
                double *capacity, uint8_t *source)
{
    struct flow f = {.r = regions, .excess = excess, .capacity = capacity};
    if (!COMMON_SCRATCH(env, f.level, regions->count) ||
        !COMMON_SCRATCH(env, f.next, regions->count) ||
        !COMMON_SCRATCH(env, f.queue, regions->count) ||
        !COMMON_SCRATCH(env, f.path, regions->count))
        return common_nomem(env);
    while (spread(&f)) {
        for (uint32_t v = 0; v < regions->count; v++)
            drain(&f, v);
        int status = env->host->progress(env->call, -1);
        if (status)
            return status;
    }
    for (uint32_t v = 0; v < regions->count; v++)
        source[v] = f.level[v] != UINT32_MAX;
    return SEG_OK;
}
