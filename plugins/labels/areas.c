/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.remove_small, remove_large and keep_largest. */
#include "keep.h"

#include <stdlib.h>

struct params {
    int32_t min_area, max_area, count;
};

static int process_remove_small(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct labels_keep keep;
    int status = labels_keep_find(&env, &keep);
    if (status)
        return status;
    for (int32_t i = 1; i <= keep.ids.count; i++)
        if (keep.ids.area[i] < (uint64_t)params->min_area)
            keep.lut[i] = 0;
    return labels_keep_write(&env, &keep);
}

static int process_remove_large(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct labels_keep keep;
    int status = labels_keep_find(&env, &keep);
    if (status)
        return status;
    for (int32_t i = 1; i <= keep.ids.count; i++)
        if (keep.ids.area[i] > (uint64_t)params->max_area)
            keep.lut[i] = 0;
    return labels_keep_write(&env, &keep);
}

struct ranked {
    uint64_t area;
    int32_t place;
};

/* The largest first; of equal ones the lower label. */
static int by_area(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->area != q->area)
        return p->area > q->area ? -1 : 1;
    return (p->place > q->place) - (p->place < q->place);
}

static int process_keep_largest(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct labels_keep keep;
    struct ranked *ranked;
    int status = labels_keep_find(&env, &keep);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, ranked, (size_t)keep.ids.count + 1))
        return common_nomem(&env);
    for (int32_t i = 1; i <= keep.ids.count; i++)
        ranked[i - 1] = (struct ranked){keep.ids.area[i], i};
    qsort(ranked, (size_t)keep.ids.count, sizeof *ranked, by_area);
    for (int32_t i = params->count; i < keep.ids.count; i++)
        keep.lut[ranked[i].place] = 0;
    return labels_keep_write(&env, &keep);
}

static const struct seg_param remove_small_params[] = {
    {SEG_P_INT(struct params, min_area, 64, 0, INT32_MAX, "px", "smaller regions are removed")},
};

static const struct seg_param remove_large_params[] = {
    {SEG_P_INT(struct params, max_area, 0, 0, INT32_MAX, "px", "larger regions are removed"),
     .flags = SEG_PARAM_REQUIRED},
};

static const struct seg_param keep_largest_params[] = {
    {SEG_P_INT(struct params, count, 1, 0, INT32_MAX, NULL, "how many regions stay")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {LABELS_OUTPUT("kept", "the regions that stay")};

COMMON_STAGE(labels, remove_small, .summary = "remove small regions",
             .detail = "Regions of fewer than 'min_area' pixels become background; a region is all "
                       "pixels of one label, connected or not." LABELS_KEEP_TEXT);

COMMON_STAGE(labels, remove_large, .summary = "remove large regions",
             .detail = "Regions of more than 'max_area' pixels become background; a region is all "
                       "pixels of one label, connected or not." LABELS_KEEP_TEXT);

COMMON_STAGE(labels, keep_largest, .summary = "keep the largest regions",
             .detail = "All regions but the 'count' largest become background; of equally large "
                       "ones the lower label stays." LABELS_KEEP_TEXT);
