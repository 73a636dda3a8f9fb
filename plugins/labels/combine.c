/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.combine: one layer of two. */
#include "keep.h"

#include <stdlib.h>

enum { FILL, APPEND, JOIN };

struct params {
    int32_t mode;
};

struct pass {
    struct seg_view labels, other, combined;
    int32_t shift; /* of the other's labels */
};

static int fill_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    for (size_t y = begin; y < end; y++) {
        const int32_t *a = seg_row(&pass->labels, 0, (int32_t)y);
        const int32_t *b = seg_row(&pass->other, 0, (int32_t)y);
        int32_t *to = seg_row(&pass->combined, 0, (int32_t)y);
        for (int32_t x = 0; x < pass->labels.width; x++)
            to[x] = a[x] ? a[x] : b[x] > 0 ? b[x] + pass->shift : b[x];
    }
    return SEG_OK;
}

static int append(const struct common_env *env, struct pass *pass, bool shift)
{
    struct common_ids ids, others;
    int status = common_ids_find(env, &pass->labels, &ids);
    if (!status)
        status = common_ids_find(env, &pass->other, &others);
    if (status)
        return status;
    if (shift && others.max > INT32_MAX - ids.max)
        return env->host->fail(env->call, SEG_LIMIT,
                               "the labels %d and %d add up to more than %d; insert "
                               "'labels.relabel'",
                               ids.max, others.max, INT32_MAX);
    pass->shift = shift ? ids.max : 0;
    return common_parallel(env, (size_t)pass->labels.height, common_grain(pass->labels.width),
                           fill_rows, pass);
}

/* -- join ------------------------------------------------------------------------------------- */

static uint64_t pair_of(int32_t a, int32_t b)
{
    return (uint64_t)(uint32_t)a << 32 | (uint32_t)b;
}

static int ascending(const void *a, const void *b)
{
    uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return (p > q) - (p < q);
}

/* The pairs of two rows, one for each run of equal ones. */
static size_t list_row(const struct pass *pass, int32_t y, uint64_t *list)
{
    const int32_t *a = seg_row(&pass->labels, 0, y), *b = seg_row(&pass->other, 0, y);
    size_t count = 0;
    for (int32_t x = 0; x < pass->labels.width; x++) {
        uint64_t pair = pair_of(a[x], b[x]);
        if (a[x] >= 0 && b[x] >= 0 && pair && (!count || list[count - 1] != pair))
            list[count++] = pair;
    }
    return count;
}

static size_t sort_unique(uint64_t *list, size_t count)
{
    size_t kept = 0;
    qsort(list, count, sizeof *list, ascending);
    for (size_t i = 0; i < count; i++)
        if (!kept || list[kept - 1] != list[i])
            list[kept++] = list[i];
    return kept;
}

struct join {
    const struct pass *pass;
    const uint64_t *pairs;
    size_t count;
};

static int join_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct join *join = arg;
    const struct pass *pass = join->pass;
    for (size_t y = begin; y < end; y++) {
        const int32_t *a = seg_row(&pass->labels, 0, (int32_t)y);
        const int32_t *b = seg_row(&pass->other, 0, (int32_t)y);
        int32_t *to = seg_row(&pass->combined, 0, (int32_t)y), label = 0;
        uint64_t last = 0;
        for (int32_t x = 0; x < pass->labels.width; x++) {
            uint64_t pair = pair_of(a[x], b[x]);
            bool unknown = a[x] < 0 || b[x] < 0;
            if (!unknown && pair && pair != last) {
                const uint64_t *at =
                    bsearch(&pair, join->pairs, join->count, sizeof pair, ascending);
                label = (int32_t)(at - join->pairs) + 1;
                last = pair;
            }
            to[x] = unknown ? -1 : pair ? label : 0;
        }
    }
    return SEG_OK;
}

static int join_layers(const struct common_env *env, const struct pass *pass)
{
    struct join join = {.pass = pass};
    uint64_t *list;
    if (!COMMON_SCRATCH(env, list, common_pixels(&pass->labels)))
        return common_nomem(env);
    for (int32_t y = 0; y < pass->labels.height; y++)
        join.count += list_row(pass, y, list + join.count);
    join.count = sort_unique(list, join.count);
    join.pairs = list;
    return common_parallel(env, (size_t)pass->labels.height, common_grain(pass->labels.width),
                           join_rows, &join);
}

static int process_combine(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct pass pass = {.other = SEG_VIEW};
    int status = common_open(&env, &pass.labels, &pass.combined);
    if (!status)
        status = host->input(call, 1, &pass.other);
    if (status)
        return status;
    return params->mode == JOIN ? join_layers(&env, &pass)
                                : append(&env, &pass, params->mode == APPEND);
}

static const struct seg_choice modes[] = {
    [FILL] = {"fill", "other's regions where there is background, with their own labels"},
    [APPEND] = {"append", "the same, their labels counted on from the largest"},
    [JOIN] = {"join", "a region for each pair of labels that meet"},
};

static const struct seg_param combine_params[] = {
    {SEG_P_CHOICE(struct params, mode, APPEND, modes, "how the two become one")},
};

static const struct seg_port inputs[] = {
    LABELS_INPUT,
    {.name = "other", .summary = "further regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "combined", .summary = "regions of both", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

COMMON_STAGE(
    labels, combine, .summary = "make one layer of labels out of two",
    .detail =
        "'fill' and 'append' keep 'labels' and put the regions of 'other' into its background; "
        "with 'fill' equal labels of both are one region. 'join' cuts each layer's regions by the "
        "other's, as scikit-image's join_segmentations, and numbers the pieces by the labels they "
        "come from; background is what is background in both, and void (-1) what is void in "
        "either.");
