/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads regions, and how deep each pixel lies in its own. */
#include "regions.h"

#include "common/region_distance.h"
#include "common/runs.h"
#include "common/sample.h"

static int label_mask(const struct common_env *env, const struct seg_view *mask,
                      struct seg_view *labels)
{
    struct common_runs runs;
    int32_t count;
    int status = common_scratch_view(env, mask, SEG_I32, labels);
    if (!status)
        status = common_runs_find(env, mask, true, &runs);
    if (!status)
        status = common_runs_label(env, &runs, 8, &count);
    return status ? status : common_runs_paint(env, &runs, NULL, labels);
}

int markers_regions_open(const struct common_env *env, struct markers_regions *regions,
                         struct seg_view *markers)
{
    struct seg_view in;
    int status = common_open(env, &in, markers);
    if (status)
        return status;
    regions->labels = in;
    if (in.kind == SEG_MASK)
        status = label_mask(env, &in, &regions->labels);
    if (!status)
        status = common_ids_find(env, &regions->labels, &regions->ids);
    if (!status)
        status = common_scratch_view(env, &in, SEG_F32, &regions->distance);
    if (!status)
        status = common_region_distance(env, &regions->labels, &regions->distance);
    if (status)
        return status;
    regions->depth = common_region_depth(env, &regions->labels, &regions->ids, &regions->distance);
    return regions->depth ? SEG_OK : common_nomem(env);
}

int markers_regions_background(const struct common_env *env, const struct markers_regions *regions,
                               double gap, const struct seg_view *markers)
{
    if (gap > 0 && regions->ids.max == INT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT,
                               "no number is left for the background after label %d", INT32_MAX);
    for (int32_t y = 0; y < markers->height && gap > 0; y++) {
        const int32_t *label = seg_row(&regions->labels, 0, y);
        const float *distance = seg_row(&regions->distance, 0, y);
        int32_t *to = seg_row(markers, 0, y);
        for (int32_t x = 0; x < markers->width; x++)
            if (label[x] == 0 && (double)distance[x] > gap)
                to[x] = regions->ids.max + 1;
    }
    return env->host->value(env->call, "markers", regions->ids.count);
}
