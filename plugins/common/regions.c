/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds adjacent regions. */
#include "regions.h"

#include <string.h>

/* Pairs of regions by open addressing; 0: empty, as no region is its own neighbour. */
struct table {
    uint64_t *key;
    uint32_t *length;
    size_t size, used;
};

static int grow(const struct common_env *env, struct table *t);

static int count_pair(const struct common_env *env, struct table *t, uint64_t key, uint32_t length)
{
    if (2 * t->used >= t->size) {
        int status = grow(env, t);
        if (status)
            return status;
    }
    size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (t->size - 1);
    while (t->key[at] && t->key[at] != key)
        at = (at + 1) & (t->size - 1);
    t->used += !t->key[at];
    t->key[at] = key;
    t->length[at] += length;
    return SEG_OK;
}

static int grow(const struct common_env *env, struct table *t)
{
    const struct table old = *t;
    t->size = old.size ? 4 * old.size : 4096;
    t->used = 0;
    if (!COMMON_SCRATCH(env, t->key, t->size) || !COMMON_SCRATCH(env, t->length, t->size))
        return common_nomem(env);
    memset(t->key, 0, t->size * sizeof *t->key);
    memset(t->length, 0, t->size * sizeof *t->length);
    for (size_t i = 0; i < old.size; i++)
        if (old.key[i])
            count_pair(env, t, old.key[i], old.length[i]);
    return SEG_OK;
}

/* Neighbours to the right and below. */
static int find_pairs(const struct common_env *env, const struct seg_view *labels, struct table *t)
{
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        const int32_t *below = y + 1 < labels->height ? seg_row(labels, 0, y + 1) : row;
        for (int32_t x = 0; x < labels->width; x++) {
            const int32_t other[2] = {x + 1 < labels->width ? row[x + 1] : 0, below[x]};
            for (int i = 0; i < 2; i++) {
                int32_t a = row[x] < other[i] ? row[x] : other[i], b = row[x] ^ other[i] ^ a;
                if (a <= 0 || a == b)
                    continue;
                int status = count_pair(env, t, (uint64_t)a << 32 | (uint32_t)b, 1);
                if (status)
                    return status;
            }
        }
    }
    return SEG_OK;
}

/* From pairs to arcs by region. */
static int link_pairs(const struct common_env *env, const struct table *t, struct common_regions *r)
{
    r->arcs = (uint32_t)(2 * t->used);
    if (!COMMON_SCRATCH(env, r->first, r->count + 2) || !COMMON_SCRATCH(env, r->to, r->arcs + 1) ||
        !COMMON_SCRATCH(env, r->back, r->arcs + 1) || !COMMON_SCRATCH(env, r->length, r->arcs + 1))
        return common_nomem(env);
    memset(r->first, 0, ((size_t)r->count + 2) * sizeof *r->first);
    for (size_t i = 0; i < t->size; i++) {
        if (t->key[i]) {
            r->first[(t->key[i] >> 32) + 1]++;
            r->first[(uint32_t)t->key[i] + 1]++;
        }
    }
    for (uint32_t i = 1; i <= r->count + 1; i++)
        r->first[i] += r->first[i - 1];
    for (size_t i = 0; i < t->size; i++) {
        if (!t->key[i])
            continue;
        uint32_t a = (uint32_t)(t->key[i] >> 32), b = (uint32_t)t->key[i];
        uint32_t there = r->first[a]++, back = r->first[b]++;
        r->to[there] = b - 1;
        r->to[back] = a - 1;
        r->back[there] = back;
        r->back[back] = there;
        r->length[there] = r->length[back] = t->length[i];
    }
    /* first[label] is now the end of the region label - 1, so first[0] begins region 0 */
    return SEG_OK;
}

static int measure(const struct common_env *env, const struct seg_view *labels,
                   float *const *planes, int32_t plane_count, struct common_regions *r)
{
    double *sum;
    if (!COMMON_SCRATCH(env, r->area, r->count) || !COMMON_SCRATCH(env, sum, r->count) ||
        !COMMON_SCRATCH(env, r->mean, plane_count))
        return common_nomem(env);
    for (int32_t i = 0; i < plane_count; i++) {
        if (!COMMON_SCRATCH(env, r->mean[i], r->count))
            return common_nomem(env);
        memset(r->area, 0, r->count * sizeof *r->area);
        memset(sum, 0, r->count * sizeof *sum);
        for (int32_t y = 0; y < labels->height; y++) {
            const int32_t *row = seg_row(labels, 0, y);
            const float *samples = planes[i] + (size_t)y * (size_t)labels->width;
            for (int32_t x = 0; x < labels->width; x++) {
                if (row[x] > 0) {
                    r->area[row[x] - 1]++;
                    sum[row[x] - 1] += (double)samples[x];
                }
            }
        }
        for (uint32_t k = 0; k < r->count; k++)
            r->mean[i][k] = r->area[k] ? (float)(sum[k] / r->area[k]) : 0;
    }
    return SEG_OK;
}

int common_regions(const struct common_env *env, const struct seg_view *labels, const char *port,
                   float *const *planes, int32_t plane_count, struct common_regions *regions)
{
    struct table table = {0};
    int32_t most = 0;
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        for (int32_t x = 0; x < labels->width; x++)
            most = row[x] > most ? row[x] : most;
    }
    if (most == 0)
        return env->host->fail(env->call, SEG_STAGE, "input '%s': it has no region", port);
    if ((size_t)most > common_pixels(labels))
        return env->host->fail(env->call, SEG_STAGE,
                               "input '%s': label %d is larger than the number of pixels; "
                               "renumber with labels.relabel first",
                               port, most);
    *regions = (struct common_regions){.count = (uint32_t)most};
    int status = measure(env, labels, planes, plane_count, regions);
    if (!status)
        status = find_pairs(env, labels, &table);
    return status ? status : link_pairs(env, &table, regions);
}
