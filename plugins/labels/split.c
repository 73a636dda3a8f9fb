/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.split: gives the parts of a region labels of their own. */
#include "common/choices.h"
#include "common/runs.h"
#include "keep.h"

#include <string.h>

struct params {
    int32_t connectivity;
};

/* What each component is to be called: of the parts of a region the largest keeps the label. */
static int name_parts(const struct common_env *env, const struct common_ids *ids,
                      const struct common_runs *runs, int32_t count, int32_t *name)
{
    struct common_stat *stats;
    int32_t *value, *largest;
    if (!COMMON_SCRATCH(env, stats, (size_t)count + 1) ||
        !COMMON_SCRATCH(env, value, (size_t)count + 1) ||
        !COMMON_SCRATCH(env, largest, (size_t)ids->count + 1))
        return common_nomem(env);
    common_runs_measure(runs, count, stats);
    for (uint32_t i = 0; i < runs->count; i++)
        value[runs->label[i]] = runs->value[i];
    memset(largest, 0, ((size_t)ids->count + 1) * sizeof *largest);
    for (int32_t k = 1; k <= count; k++) {
        int32_t *best = &largest[common_ids_place(ids, value[k])];
        if (!*best || stats[k].area > stats[*best].area)
            *best = k;
    }
    int32_t next = ids->max;
    for (int32_t k = 1; k <= count; k++) {
        bool keeps = value[k] <= 0 || largest[common_ids_place(ids, value[k])] == k;
        if (!keeps && next == INT32_MAX)
            return env->host->fail(env->call, SEG_LIMIT,
                                   "no label is left above %d; insert 'labels.relabel'", next);
        name[k] = keeps ? value[k] : ++next;
    }
    return env->host->value(env->call, "regions", ids->count + (next - ids->max));
}

static int process_split(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    struct common_runs runs;
    struct common_ids ids;
    int32_t count, *name;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = common_ids_find(&env, &in, &ids);
    if (!status)
        status = common_runs_of_labels(&env, &in, &runs);
    if (!status)
        status =
            common_runs_label(&env, &runs, params->connectivity == COMMON_EIGHT ? 8 : 4, &count);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, name, (size_t)count + 1))
        return common_nomem(&env);
    status = name_parts(&env, &ids, &runs, count, name);
    return status ? status : common_runs_paint(&env, &runs, name, &out);
}

static const struct seg_param split_params[] = {
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {LABELS_OUTPUT("parts", "connected regions")};

COMMON_STAGE(labels, split, .summary = "give disconnected parts labels of their own",
             .detail = "Of each region the largest connected part keeps the label, the first one "
                       "of equally large ones; the others get new labels after the largest, in the "
                       "order of their first pixels, row by row. Background and void (-1) stay. "
                       "Reports 'regions', how many there are then.");
