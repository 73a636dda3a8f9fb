/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds and numbers extrema. */
#include "seeds.h"

#include "common/runs.h"
#include "common/sample.h"

int watershed_seeds(const struct common_env *env, const struct seg_view *plane,
                    const struct common_extrema *extrema, const struct seg_view *mask,
                    struct seg_view *markers, int32_t *count)
{
    struct seg_view flags;
    struct common_runs runs;
    int status = common_scratch_view(env, plane, SEG_U8, &flags);
    if (!status)
        status = common_scratch_view(env, plane, SEG_I32, markers);
    if (!status)
        status = common_extrema(env, plane, extrema, &flags);
    if (status)
        return status;
    for (int32_t y = 0; mask && y < flags.height; y++) {
        uint8_t *row = seg_row(&flags, 0, y);
        const uint8_t *in = seg_row(mask, 0, y);
        for (int32_t x = 0; x < flags.width; x++)
            row[x] &= in[x];
    }
    status = common_runs_find(env, &flags, true, &runs);
    if (!status)
        status = common_runs_label(env, &runs, extrema->connectivity, count);
    return status ? status : common_runs_paint(env, &runs, NULL, markers);
}
