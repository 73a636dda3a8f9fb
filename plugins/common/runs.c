/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the runs of a mask or of labels: counts them row by row, then writes them. */
#include "runs.h"

#include "bits.h"

struct search {
    struct seg_view mask;
    struct common_runs *runs;
    uint64_t flip;
};

/* Visits the edges of one row, 64 pixels at a time. With `edge` NULL it only counts them. */
COMMON_INLINE uint32_t scan_row_body(const struct search *search, int32_t y, int32_t *edge,
                                     uint64_t (*bits64)(const uint8_t *))
{
    const uint8_t *row = seg_row(&search->mask, 0, y);
    int32_t width = search->mask.width;
    uint64_t before = 0;
    uint32_t count = 0;
    for (int32_t x = 0; x < width; x += 64) {
        int32_t left = width - x;
        uint64_t bits = left >= 64 ? bits64(row + x) : common_bits_tail(row + x, left);
        bits ^= search->flip;
        if (left < 64)
            bits &= (UINT64_C(1) << left) - 1;
        uint64_t change = bits ^ (bits << 1 | before);
        before = bits >> 63;
        if (!edge)
            count += (uint32_t)__builtin_popcountll(change);
        else
            for (; change; change &= change - 1)
                edge[count++] = x + __builtin_ctzll(change);
    }
    if (before) { /* the last run ends with the row */
        if (edge)
            edge[count] = width;
        count++;
    }
    return count;
}

static uint32_t scan_row(const struct search *search, int32_t y, int32_t *edge)
{
    return scan_row_body(search, y, edge, common_bits64);
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static uint32_t scan_row_avx2(const struct search *search, int32_t y, int32_t *edge)
{
    return scan_row_body(search, y, edge, common_bits64_avx2);
}
#else
#define scan_row_avx2 scan_row
#endif

static int count_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct search *search = arg;
    bool avx2 = common_cpu_avx2();
    for (size_t y = begin; y < end; y++)
        search->runs->row[y + 1] = (avx2 ? scan_row_avx2 : scan_row)(search, (int32_t)y, NULL) / 2;
    return SEG_OK;
}

static int find_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct search *search = arg;
    bool avx2 = common_cpu_avx2();
    for (size_t y = begin; y < end; y++) {
        int32_t *edge = search->runs->edge + 2 * (size_t)search->runs->row[y];
        (avx2 ? scan_row_avx2 : scan_row)(search, (int32_t)y, edge);
    }
    return SEG_OK;
}

/* Sums up the runs of the rows, and makes room for all. */
static int make_room(const struct common_env *env, struct common_runs *runs)
{
    uint64_t sum = runs->row[0] = 0;
    for (size_t y = 0; y < (size_t)runs->height; y++) {
        sum += runs->row[y + 1];
        if (sum > INT32_MAX)
            return env->host->fail(env->call, SEG_LIMIT, "the mask has more than %d runs",
                                   INT32_MAX);
        runs->row[y + 1] = (uint32_t)sum;
    }
    runs->count = (uint32_t)sum;
    if (!COMMON_SCRATCH(env, runs->edge, 2 * sum + 1) || !COMMON_SCRATCH(env, runs->label, sum + 1))
        return common_nomem(env);
    return SEG_OK;
}

int common_runs_find(const struct common_env *env, const struct seg_view *mask, bool value,
                     struct common_runs *runs)
{
    *runs = (struct common_runs){.width = mask->width, .height = mask->height};
    size_t height = (size_t)mask->height, grain = 4 * common_grain(mask->width);
    struct search search = {*mask, runs, value ? 0 : UINT64_MAX};
    if (!COMMON_SCRATCH(env, runs->row, height + 1))
        return common_nomem(env);
    int status = common_parallel(env, height, grain, count_rows, &search);
    if (!status)
        status = make_room(env, runs);
    return status ? status : common_parallel(env, height, grain, find_rows, &search);
}

static int count_label_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct search *search = arg;
    for (size_t y = begin; y < end; y++) {
        const int32_t *row = seg_row(&search->mask, 0, (int32_t)y);
        uint32_t count = 1;
        for (int32_t x = 1; x < search->mask.width; x++)
            count += row[x] != row[x - 1];
        search->runs->row[y + 1] = count;
    }
    return SEG_OK;
}

static int find_label_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct search *search = arg;
    const struct common_runs *runs = search->runs;
    for (size_t y = begin; y < end; y++) {
        const int32_t *row = seg_row(&search->mask, 0, (int32_t)y);
        size_t i = runs->row[y];
        for (int32_t x = 0, next; x < runs->width; x = next, i++) {
            for (next = x + 1; next < runs->width && row[next] == row[x];)
                next++;
            runs->edge[2 * i] = x;
            runs->edge[2 * i + 1] = next;
            runs->value[i] = row[x];
        }
    }
    return SEG_OK;
}

int common_runs_of_labels(const struct common_env *env, const struct seg_view *labels,
                          struct common_runs *runs)
{
    *runs = (struct common_runs){.width = labels->width, .height = labels->height};
    size_t height = (size_t)labels->height, grain = common_grain(labels->width);
    struct search search = {*labels, runs, 0};
    if (!COMMON_SCRATCH(env, runs->row, height + 1))
        return common_nomem(env);
    int status = common_parallel(env, height, grain, count_label_rows, &search);
    if (!status)
        status = make_room(env, runs);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, runs->value, (size_t)runs->count + 1))
        return common_nomem(env);
    return common_parallel(env, height, grain, find_label_rows, &search);
}
