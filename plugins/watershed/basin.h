/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connected piece of the mask, with several markers in it. */
#ifndef WATERSHED_BASIN_H
#define WATERSHED_BASIN_H

#include "common/runs.h"
#include "flood.h"
#include "queue.h"

#define WATERSHED_TAKEN UINT32_MAX

/* What all pieces share. `level` is a raster with a rim: of each pixel that water may still reach
 * its value (the integer, or the bits of the float in order of value); WATERSHED_TAKEN elsewhere.
 */
struct watershed_state {
    const struct watershed_flood *flood;
    struct seg_view relief, markers, labels;
    const struct common_runs *runs;
    const uint32_t *members; /* runs, piece by piece, in raster order */
    const uint32_t *first;   /* of piece i: members[first[i]] .. members[first[i + 1] - 1] */
    uint32_t *level;
    size_t level_stride;
    int32_t label_stride;
    int32_t around_level[8], around_label[8]; /* from a pixel to its neighbours */
};

/* Floods piece `i` with a queue that it may use alone. */
int watershed_basin(const struct common_env *env, const struct watershed_state *state,
                    struct watershed_queue *queue, size_t i);

#endif
