/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.merge_small: joins small regions with the neighbour that they border on most. */
#include "common/heap.h"
#include "common/regions.h"
#include "keep.h"

#include <string.h>

struct params {
    int32_t min_area;
};

/* Regions are numbered from 0 by rising label. */
struct merging {
    struct common_regions graph;
    uint32_t count;
    uint32_t *into;   /* the region that took it in, or itself */
    uint32_t *next;   /* a ring of all that are one by now */
    uint64_t *area;   /* of those that took no part or took in */
    uint32_t *border; /* with each region while one looks for its neighbour, else 0 */
};

static uint32_t root(const struct merging *m, uint32_t region)
{
    while (m->into[region] != region)
        region = m->into[region] = m->into[m->into[region]];
    return region;
}

/* The neighbour with the longest common border, the first of equal ones; the region itself where it
 * has none. */
static uint32_t closest(const struct merging *m, uint32_t region)
{
    const struct common_regions *graph = &m->graph;
    uint32_t best = region, member = region;
    do {
        for (uint32_t i = graph->first[member]; i < graph->first[member + 1]; i++) {
            uint32_t other = root(m, graph->to[i]);
            if (other == region)
                continue;
            m->border[other] += graph->length[i];
            if (best == region || m->border[other] > m->border[best] ||
                (m->border[other] == m->border[best] && other < best))
                best = other;
        }
        member = m->next[member];
    } while (member != region);
    do { /* back to 0 */
        for (uint32_t i = graph->first[member]; i < graph->first[member + 1]; i++)
            m->border[root(m, graph->to[i])] = 0;
        member = m->next[member];
    } while (member != region);
    return best;
}

static void merge(struct merging *m, uint32_t region, uint32_t into)
{
    uint32_t next = m->next[region];
    m->next[region] = m->next[into];
    m->next[into] = next;
    m->into[region] = into;
    m->area[into] += m->area[region];
}

/* The smallest region goes first, of equally small ones that with the lowest label. */
static int merge_all(const struct common_env *env, struct merging *m, uint64_t min_area)
{
    struct common_heap heap = {.env = env};
    struct common_item item;
    int status = SEG_OK;
    for (uint32_t i = 0; i < m->count && !status; i++)
        if (m->area[i] < min_area)
            status = common_heap_push(&heap, (float)m->area[i], i, (uint32_t)m->area[i]);
    while (!status && common_heap_pop(&heap, &item)) {
        if (m->into[item.a] != item.a || m->area[item.a] != item.b)
            continue; /* it took part in another merger since */
        uint32_t into = closest(m, item.a);
        if (into == item.a)
            continue;
        merge(m, item.a, into);
        if (m->area[into] < min_area)
            status = common_heap_push(&heap, (float)m->area[into], into, (uint32_t)m->area[into]);
    }
    return status;
}

static int prepare(const struct common_env *env, const struct labels_keep *keep, struct merging *m)
{
    const struct common_ids *ids = &keep->ids;
    struct seg_view dense = keep->labels;
    m->count = (uint32_t)ids->count;
    int32_t *numbers, *samples;
    if (!COMMON_SCRATCH(env, numbers, (size_t)m->count + 1) ||
        !COMMON_SCRATCH(env, samples, common_pixels(&dense)) ||
        !COMMON_SCRATCH(env, m->into, m->count) || !COMMON_SCRATCH(env, m->next, m->count) ||
        !COMMON_SCRATCH(env, m->area, m->count) || !COMMON_SCRATCH(env, m->border, m->count))
        return common_nomem(env);
    memset(m->border, 0, m->count * sizeof *m->border);
    for (uint32_t i = 0; i <= m->count; i++)
        numbers[i] = (int32_t)i;
    for (uint32_t i = 0; i < m->count; i++) {
        m->into[i] = m->next[i] = i;
        m->area[i] = ids->area[i + 1];
    }
    dense.data = samples;
    dense.row_stride = dense.width * (ptrdiff_t)sizeof *samples;
    int status = common_ids_map(env, ids, numbers, &keep->labels, &dense);
    return status ? status : common_regions(env, &dense, "labels", NULL, 0, &m->graph);
}

static int process_merge_small(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct labels_keep keep;
    struct merging merging;
    uint32_t left = 0;
    int status = labels_keep_find(&env, &keep);
    if (status)
        return status;
    if (keep.ids.count) {
        status = prepare(&env, &keep, &merging);
        if (!status)
            status = merge_all(&env, &merging, (uint64_t)params->min_area);
        for (uint32_t i = 0; i < merging.count && !status; i++) {
            left += root(&merging, i) == i;
            keep.lut[i + 1] = keep.ids.sorted[root(&merging, i) + 1];
        }
    }
    if (!status)
        status = common_ids_map(&env, &keep.ids, keep.lut, &keep.labels, &keep.kept);
    if (!status)
        status = host->value(call, "regions", left);
    return status ? status : host->value(call, "merged", keep.ids.count - (int32_t)left);
}

static const struct seg_param merge_small_params[] = {
    {SEG_P_INT(struct params, min_area, 64, 0, INT32_MAX, "px", "smaller regions are merged")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {LABELS_OUTPUT("merged", "fewer regions")};

COMMON_STAGE(
    labels, merge_small, .summary = "merge small regions into a neighbour",
    .detail = "Regions of fewer than 'min_area' pixels become part of the neighbour with which "
              "they share the longest border, counted in pixel edges; of equally long ones the one "
              "with the lowest label. The smallest region goes first, and what grew by it is "
              "measured anew. Regions that have only background or void around them stay: "
              "labels.remove_small removes those. Reports 'regions', how many are left, and "
              "'merged'. region.merge goes by colour instead.");
