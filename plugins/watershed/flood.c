/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts a flooding into pieces that do not touch.
 *
 * Water stays within a connected component of the mask, so components are flooded one by one, in
 * any order, each with what it needs close together in memory. One with a single marker need not
 * be flooded at all. */
#include "flood.h"

#include "basin.h"

#include <string.h>

enum { EMPTY = 0, MANY = -1 }; /* instead of the only label of a run or component */

struct work {
    const struct common_env *env;
    struct watershed_state state;
    int32_t *only; /* of each run */
    int32_t *run_y;
    uint32_t *members; /* see struct watershed_state */
    uint32_t *first;
    size_t pieces;
    struct watershed_worker *workers;
    bool whole; /* there is no mask */
};

static int32_t add_label(int32_t only, int32_t label)
{
    return label == EMPTY || label == only ? only : only == EMPTY && label > 0 ? label : MANY;
}

static int scan_markers(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    const struct common_runs *runs = work->state.runs;
    for (size_t y = begin; y < end; y++) {
        const int32_t *row = seg_row(&work->state.markers, 0, (int32_t)y);
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            int32_t only = EMPTY;
            for (int32_t x = runs->edge[2 * i]; x < runs->edge[2 * i + 1]; x++)
                only = row[x] ? add_label(only, row[x]) : only;
            work->only[i] = only;
            work->run_y[i] = (int32_t)y;
        }
    }
    return SEG_OK;
}

/* Without a mask every row is one run, and all of them one component. */
static int whole_image(const struct common_env *env, const struct seg_view *view,
                       struct common_runs *runs)
{
    size_t height = (size_t)view->height;
    *runs = (struct common_runs){
        .width = view->width, .height = view->height, .count = (uint32_t)height};
    if (!COMMON_SCRATCH(env, runs->row, height + 1) ||
        !COMMON_SCRATCH(env, runs->edge, 2 * height) || !COMMON_SCRATCH(env, runs->label, height))
        return common_nomem(env);
    for (size_t y = 0; y < height; y++) {
        runs->row[y] = (uint32_t)y;
        runs->edge[2 * y] = 0;
        runs->edge[2 * y + 1] = view->width;
        runs->label[y] = 1;
    }
    runs->row[height] = (uint32_t)height;
    return SEG_OK;
}

/* Finds each component's label, paints those that have one or none, and lists the runs of the
 * others. */
static int sort_pieces(const struct common_env *env, struct work *work, int32_t components)
{
    const struct common_runs *runs = work->state.runs;
    int32_t *lut, *piece;
    if (!COMMON_SCRATCH(env, lut, (size_t)components + 1) ||
        !COMMON_SCRATCH(env, piece, (size_t)components + 1))
        return common_nomem(env);
    memset(lut, 0, ((size_t)components + 1) * sizeof *lut);
    for (uint32_t i = 0; i < runs->count; i++)
        lut[runs->label[i]] = work->only[i] == MANY || lut[runs->label[i]] == MANY
                                  ? MANY
                                  : add_label(lut[runs->label[i]], work->only[i]);
    for (int32_t k = 1; k <= components; k++)
        if (lut[k] == MANY)
            piece[k] = (int32_t)work->pieces++;
    if (!COMMON_SCRATCH(env, work->first, work->pieces + 2) ||
        !COMMON_SCRATCH(env, work->members, (size_t)runs->count + 1))
        return common_nomem(env);
    memset(work->first, 0, (work->pieces + 2) * sizeof *work->first);
    for (uint32_t i = 0; i < runs->count; i++) /* counted two places on, summed, then filled in */
        if (lut[runs->label[i]] == MANY)
            work->first[piece[runs->label[i]] + 2]++;
    for (size_t k = 2; k < work->pieces + 2; k++)
        work->first[k] += work->first[k - 1];
    for (uint32_t i = 0; i < runs->count; i++)
        if (lut[runs->label[i]] == MANY)
            work->members[work->first[piece[runs->label[i]] + 1]++] = i;
    for (int32_t k = 1; k <= components; k++)
        lut[k] = lut[k] == MANY ? 0 : lut[k];
    return work->whole && work->pieces ? SEG_OK /* it will be filled */
                                       : common_runs_paint(env, runs, lut, &work->state.labels);
}

static int clear_cells(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    memset(work->state.cells + begin, 0, (end - begin) * sizeof(uint32_t));
    return SEG_OK;
}

static int clear_sites(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct work *work = arg;
    for (size_t i = begin; i < end; i++)
        work->state.sites[i] = (struct watershed_site){-INFINITY, NAN, 0};
    return SEG_OK;
}

static int flood_pieces(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *work = arg;
    int status = SEG_OK;
    for (size_t i = begin; i < end && !status; i++)
        status = watershed_basin(work->env, &work->state, &work->workers[worker], i);
    return status;
}

static int flood_all(const struct common_env *env, struct work *work)
{
    struct watershed_state *state = &work->state;
    int32_t stride = (int32_t)state->cell_stride;
    size_t cells = ((size_t)state->labels.height + 2) * state->cell_stride + 2;
    unsigned workers = env->host->workers(env->call);
    bool late = watershed_is_late(state->flood);
    if (!(late ? (void *)COMMON_SCRATCH(env, state->sites, cells)
               : (void *)COMMON_SCRATCH(env, state->cells, cells)) ||
        !COMMON_SCRATCH(env, work->workers, workers))
        return common_nomem(env);
    memset(work->workers, 0, workers * sizeof *work->workers);
    state->members = work->members;
    state->first = work->first;
    memcpy(state->around,
           (int32_t[]){-stride, -1, 1, stride, -stride - 1, -stride + 1, stride - 1, stride + 1},
           sizeof state->around);
    int status = common_parallel(env, cells, 1 << 16, late ? clear_sites : clear_cells, work);
    return status ? status : common_parallel(env, work->pieces, 1, flood_pieces, work);
}

int watershed_flood(const struct common_env *env, const struct watershed_flood *flood,
                    const struct seg_view *relief, const struct seg_view *markers,
                    const struct seg_view *mask, const struct seg_view *labels)
{
    struct common_runs runs;
    struct work work = {.env = env, .whole = !mask};
    struct watershed_state *state = &work.state;
    int32_t components = 1;
    state->flood = flood;
    state->relief = *relief;
    state->markers = *markers;
    state->labels = *labels;
    state->runs = &runs;
    state->cell_stride = (size_t)labels->width + 1; /* one column serves both sides as a rim */
    if (((uint64_t)labels->height + 2) * state->cell_stride + 2 > INT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT,
                               "%d x %d pixels are too many; at most 2^31 can be flooded",
                               labels->width, labels->height);
    int status = mask ? common_runs_find(env, mask, true, &runs) : whole_image(env, relief, &runs);
    if (!status && mask)
        status = common_runs_label(env, &runs, flood->connectivity, &components);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, work.only, (size_t)runs.count + 1) ||
        !COMMON_SCRATCH(env, work.run_y, (size_t)runs.count + 1))
        return common_nomem(env);
    state->run_y = work.run_y;
    status =
        common_parallel(env, (size_t)runs.height, common_grain(runs.width), scan_markers, &work);
    if (!status)
        status = sort_pieces(env, &work, components);
    return status || !work.pieces ? status : flood_all(env, &work);
}
