/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects, counts and maps labels, a run of equal ones at a time. */
#include "ids.h"

#include "cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct pass {
    const struct common_ids *ids;
    struct seg_view from, to;
    int32_t *most; /* for each worker */
    int32_t *list; /* of the labels of runs; `length` of them */
    atomic_size_t length;
    _Atomic uint64_t *areas; /* by id, or by place where ids are too far apart */
    const int32_t *lut;
};

/* The end of the run of equal labels that begins at `x`. */
COMMON_INLINE int32_t run_end(const int32_t *row, int32_t x, int32_t width)
{
    const int32_t label = row[x++];
    for (; x + 16 <= width; x += 16) {
        int32_t change = 0;
        for (int k = 0; k < 16; k++)
            change |= row[x + k] ^ label;
        if (change)
            break;
    }
    while (x < width && row[x] == label)
        x++;
    return x;
}

COMMON_INLINE int32_t row_max_body(const int32_t *row, int32_t width, int32_t most)
{
    for (int32_t x = 0; x < width; x++)
        most = row[x] > most ? row[x] : most;
    return most;
}

COMMON_AVX2 static int32_t row_max_avx2(const int32_t *row, int32_t width, int32_t most)
{
    return row_max_body(row, width, most);
}

static int find_max(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    bool avx2 = common_cpu_avx2();
    for (size_t y = begin; y < end; y++)
        pass->most[worker] = (avx2 ? row_max_avx2 : row_max_body)(
            seg_row(&pass->from, 0, (int32_t)y), pass->from.width, pass->most[worker]);
    return SEG_OK;
}

static int add_areas(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    int32_t width = pass->from.width;
    for (size_t y = begin; y < end; y++) {
        const int32_t *row = seg_row(&pass->from, 0, (int32_t)y);
        for (int32_t x = 0, next; x < width; x = next) {
            next = run_end(row, x, width);
            int32_t at =
                pass->ids->place || row[x] <= 0 ? row[x] : common_ids_place(pass->ids, row[x]);
            if (at > 0)
                atomic_fetch_add_explicit(&pass->areas[at], (uint64_t)(next - x),
                                          memory_order_relaxed);
        }
    }
    return SEG_OK;
}

static int list_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    struct pass *pass = arg;
    for (size_t y = begin; y < end; y++) {
        const int32_t *row = seg_row(&pass->from, 0, (int32_t)y);
        for (int32_t x = 0; x < pass->from.width; x = run_end(row, x, pass->from.width))
            if (row[x] > 0)
                pass->list[atomic_fetch_add(&pass->length, 1)] = row[x];
    }
    return SEG_OK;
}

static int ascending(const void *a, const void *b)
{
    const int32_t *p = a, *q = b;
    return *p < *q ? -1 : *p > *q;
}

/* Counts by id, then moves the counts of those that occur together. */
static int find_dense(const struct common_env *env, struct pass *pass, struct common_ids *ids)
{
    size_t size = (size_t)ids->max + 1, height = (size_t)pass->from.height;
    if (!COMMON_SCRATCH(env, ids->area, size) || !COMMON_SCRATCH(env, ids->place, size) ||
        !COMMON_SCRATCH(env, ids->sorted, size))
        return common_nomem(env);
    memset(ids->area, 0, size * sizeof *ids->area);
    pass->areas = (_Atomic uint64_t *)(void *)ids->area;
    int status = common_parallel(env, height, common_grain(pass->from.width), add_areas, pass);
    if (status)
        return status;
    ids->place[0] = 0;
    for (size_t id = 1; id < size; id++) {
        ids->place[id] = ids->area[id] ? ++ids->count : 0;
        if (ids->area[id]) {
            ids->sorted[ids->count] = (int32_t)id;
            ids->area[ids->count] = ids->area[id];
        }
    }
    return SEG_OK;
}

static int find_sparse(const struct common_env *env, struct pass *pass, struct common_ids *ids)
{
    if (!COMMON_SCRATCH(env, pass->list, common_pixels(&pass->from) + 1))
        return common_nomem(env);
    pass->length = 1; /* list[0] is not used */
    int status = common_parallel(env, (size_t)pass->from.height, common_grain(pass->from.width),
                                 list_rows, pass);
    if (status)
        return status;
    size_t length = pass->length;
    qsort(pass->list + 1, length - 1, sizeof *pass->list, ascending);
    for (size_t i = 1; i < length; i++)
        if (!ids->count || pass->list[ids->count] != pass->list[i])
            pass->list[++ids->count] = pass->list[i];
    ids->sorted = pass->list;
    if (!COMMON_SCRATCH(env, ids->area, (size_t)ids->count + 1))
        return common_nomem(env);
    memset(ids->area, 0, ((size_t)ids->count + 1) * sizeof *ids->area);
    pass->areas = (_Atomic uint64_t *)(void *)ids->area;
    return common_parallel(env, (size_t)pass->from.height, common_grain(pass->from.width),
                           add_areas, pass);
}

int common_ids_find(const struct common_env *env, const struct seg_view *labels,
                    struct common_ids *ids)
{
    unsigned workers = env->host->workers(env->call);
    struct pass pass = {.ids = ids, .from = *labels};
    *ids = (struct common_ids){0};
    if (!COMMON_SCRATCH(env, pass.most, workers))
        return common_nomem(env);
    memset(pass.most, 0, workers * sizeof *pass.most);
    int status =
        common_parallel(env, (size_t)labels->height, common_grain(labels->width), find_max, &pass);
    if (status)
        return status;
    for (unsigned w = 0; w < workers; w++)
        ids->max = pass.most[w] > ids->max ? pass.most[w] : ids->max;
    bool dense = (uint64_t)ids->max <= 4 * (uint64_t)common_pixels(labels) + 65536;
    return dense ? find_dense(env, &pass, ids) : find_sparse(env, &pass, ids);
}

static int map_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    int32_t width = pass->from.width;
    for (size_t y = begin; y < end; y++) {
        const int32_t *from = seg_row(&pass->from, 0, (int32_t)y);
        int32_t *to = seg_row(&pass->to, 0, (int32_t)y);
        for (int32_t x = 0, next; x < width; x = next) {
            int32_t id = from[x], label = id > 0 ? pass->lut[common_ids_place(pass->ids, id)] : id;
            next = run_end(from, x, width);
            if (from == to && id == label)
                continue;
            for (int32_t i = x; i < next; i++)
                to[i] = label;
        }
    }
    return SEG_OK;
}

int common_ids_map(const struct common_env *env, const struct common_ids *ids, const int32_t *lut,
                   const struct seg_view *from, const struct seg_view *to)
{
    struct pass pass = {.ids = ids, .lut = lut, .from = *from, .to = *to};
    return common_parallel(env, (size_t)from->height, common_grain(from->width), map_rows, &pass);
}
