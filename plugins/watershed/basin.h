/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connected piece of the mask, with several markers in it. */
#ifndef WATERSHED_BASIN_H
#define WATERSHED_BASIN_H

#include "common/runs.h"
#include "flood.h"
#include "queue.h"

#include <math.h>
#include <string.h>

/* What all pieces share. `cells` is a raster with a rim of 0. What it holds is up to the flooding;
 * 0 is where no water goes. */
struct watershed_state {
    const struct watershed_flood *flood;
    struct seg_view relief, markers, labels;
    const struct common_runs *runs;
    const int32_t *run_y;    /* the row of each run */
    const uint32_t *members; /* runs, piece by piece, in raster order */
    const uint32_t *first;   /* of piece i: members[first[i]] .. members[first[i + 1] - 1] */
    uint32_t *cells;
    struct watershed_site *sites; /* of watershed_late, instead of `cells` */
    size_t cell_stride;
    int32_t around[8]; /* from a cell to its neighbours: those at edges first */
};

/* The memory of one worker, used for one piece after another. */
struct watershed_worker {
    struct watershed_queue queue; /* of watershed_late */
    struct watershed_band *bands; /* of watershed_early, as the rest */
    uint64_t *sorted, *spare;     /* key of the height in the high half, cell in the low half */
    uint32_t *order, *label;
    uint64_t *bits;
    size_t room, band_room;
};

struct watershed_basin {
    const struct common_env *env;
    const struct watershed_state *state;
    struct watershed_worker *worker;
    const uint32_t *begin, *end; /* its runs */
    size_t area;
    float low, high; /* the least and largest finite height, as it is flooded; low > high: none */
};

struct watershed_span { /* a run */
    int32_t x, y, length;
};

static inline struct watershed_span watershed_span(const struct watershed_state *state,
                                                   uint32_t run)
{
    const int32_t *edge = state->runs->edge + 2 * (size_t)run;
    return (struct watershed_span){edge[0], state->run_y[run], edge[1] - edge[0]};
}

static inline size_t watershed_cell(const struct watershed_state *state, int32_t x, int32_t y)
{
    return ((size_t)y + 1) * state->cell_stride + (size_t)x + 1;
}

static inline float watershed_height(const struct watershed_state *state, int32_t x, int32_t y)
{
    const void *row = seg_row(&state->relief, 0, y);
    float value = state->relief.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                  : state->relief.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                                   : ((const float *)row)[x];
    return state->flood->invert ? -value : value;
}

/* Heights as unsigned integers above 0 of the same order; NaN is highest. */
static inline uint32_t watershed_key(float height)
{
    uint32_t bits;
    height = height == height ? height + 0.0f : INFINITY; /* no negative zero */
    memcpy(&bits, &height, sizeof bits);
    return bits ^ (bits >> 31 ? UINT32_MAX : UINT32_C(0x80000000));
}

/* Floods piece `i`. */
int watershed_basin(const struct common_env *env, const struct watershed_state *state,
                    struct watershed_worker *worker, size_t i);

/* A pixel belongs to the first that reaches it, or to a line. */
int watershed_early(const struct watershed_basin *basin);

static inline bool watershed_is_late(const struct watershed_flood *flood)
{
    return flood->compactness > 0;
}

/* It belongs to the first that leaves the queue there: for compact basins, with lines or without.
 */
int watershed_late(const struct watershed_basin *basin);

/* Scratch memory with the content of the old, which is given back with the rest. */
void *watershed_regrow(const struct common_env *env, const void *old, size_t count, size_t more,
                       size_t size);

#endif
