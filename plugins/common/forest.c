/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes sets, and labels of them. */
#include "forest.h"

#include <string.h>

int32_t *common_forest(const struct common_env *env, size_t count)
{
    int32_t *link;
    if (COMMON_SCRATCH(env, link, count))
        memset(link, -1, count * sizeof *link);
    return link;
}

int common_forest_labels(const struct common_env *env, int32_t *link, const struct seg_view *labels,
                         int32_t *count)
{
    size_t width = (size_t)labels->width;
    int32_t *number;
    if (!COMMON_SCRATCH(env, number, common_pixels(labels)))
        return common_nomem(env);
    memset(number, 0, common_pixels(labels) * sizeof *number);
    *count = 0;
    for (int32_t y = 0; y < labels->height; y++) {
        int32_t *row = seg_row(labels, 0, y);
        for (size_t x = 0; x < width; x++) {
            uint32_t root = common_root(link, (uint32_t)((size_t)y * width + x));
            if (!number[root])
                number[root] = ++*count;
            row[x] = number[root];
        }
    }
    return SEG_OK;
}
