/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The labels that occur in a raster of labels, numbered in ascending order. */
#ifndef COMMON_IDS_H
#define COMMON_IDS_H

#include "env.h"

struct common_ids {
    int32_t count;   /* of labels above 0 */
    int32_t max;     /* the largest, 0 when there is none */
    int32_t *place;  /* of label id: its place 1..count, or 0; NULL where ids are too far apart */
    int32_t *sorted; /* sorted[1..count], ascending */
    uint64_t *area;  /* area[1..count]: how many pixels have each */
};

int common_ids_find(const struct common_env *env, const struct seg_view *labels,
                    struct common_ids *ids);

static inline int32_t common_ids_place(const struct common_ids *ids, int32_t id)
{
    if (id <= 0 || id > ids->max)
        return 0;
    if (ids->place)
        return ids->place[id];
    int32_t low = 1, high = ids->count + 1; /* sorted[low] <= id < sorted[high] */
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (ids->sorted[middle] <= id)
            low = middle;
        else
            high = middle;
    }
    return ids->count && ids->sorted[low] == id ? low : 0;
}

/* Copies labels; those above 0 become lut[place]. */
int common_ids_map(const struct common_env *env, const struct common_ids *ids, const int32_t *lut,
                   const struct seg_view *from, const struct seg_view *to);

#endif
