/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flooding where a pixel belongs to the first that reaches it.
 *
 * Pixels are taken by height, and in order of arrival among equal heights, so that plateaus are
 * shared evenly (Beucher and Meyer, The morphological approach to segmentation: the watershed
 * transformation, 1993). Every pixel arrives once and waits at its own height, so that how many
 * will ever wait at each is known beforehand: the queue is one array with a band for each height.
 *
 * A cell holds FREE and the number of its band until it is taken, then the label.
 *
 * Where lines are wanted a pixel's fate is decided when its turn comes: it is a line's if there are
 * two basins beside it by then, and else of the one that first reached it, which is noted beside
 * the pixel in the queue. Its cell meanwhile says WAITING. */
#include "basin.h"
#include "common/cpu.h"

#include <float.h>
#include <string.h>

#define FREE    UINT32_C(0x80000000)
#define NONE    UINT32_MAX
#define WAITING UINT32_MAX /* FREE and a band that is none */
#define OFTEN   (1u << 20) /* pixels between two looks at cancel */
#define AHEAD   6          /* how far ahead memory is asked for */
#define WIDE    65536u     /* integers of a wider range are sorted, as floats are */

struct watershed_band {
    uint32_t head, tail; /* of those that wait; after the tail comes what is still to arrive */
};

struct early {
    const struct watershed_basin *basin;
    struct watershed_band *bands;
    uint32_t *cells, *order;
    uint32_t *label; /* with lines: of what lies at the same place in `order`, but for markers */
    uint32_t count;  /* of bands */
    uint64_t *bits, *groups,
        *supers; /* a bit a band, a word of bits, and a word of groups: something waits */
};

static size_t words(size_t bits)
{
    return (bits + 63) / 64;
}

/* Memory for so many pixels and bands; what is there is kept if it is enough. */
static int make_room(struct early *early, size_t pixels, size_t bands, bool sort)
{
    struct watershed_worker *worker = early->basin->worker;
    const struct common_env *env = early->basin->env;
    if (worker->room < pixels) {
        worker->sorted = worker->spare = NULL;
        if (!COMMON_SCRATCH(env, worker->order, pixels) ||
            (early->basin->state->flood->line && !COMMON_SCRATCH(env, worker->label, pixels)))
            return common_nomem(env);
        worker->room = pixels;
    }
    if (sort && !worker->sorted &&
        (!COMMON_SCRATCH(env, worker->sorted, worker->room) ||
         !COMMON_SCRATCH(env, worker->spare, worker->room)))
        return common_nomem(env);
    if (worker->band_room < bands) {
        size_t all = words(bands) + words(words(bands)) + words(words(words(bands)));
        if (!COMMON_SCRATCH(env, worker->bands, bands) || !COMMON_SCRATCH(env, worker->bits, all))
            return common_nomem(env);
        worker->band_room = bands;
    }
    return SEG_OK;
}

static void lay_bands(struct early *early, uint32_t count)
{
    struct watershed_worker *worker = early->basin->worker;
    size_t first = words(count), second = words(first), third = words(second);
    early->order = worker->order;
    early->label = worker->label;
    early->bands = worker->bands;
    early->count = count;
    early->bits = worker->bits;
    early->groups = early->bits + first;
    early->supers = early->groups + second;
    memset(early->bits, 0, (first + second + third) * sizeof *early->bits);
}

/* Marks what is taken from the start. */
static void take_markers(const struct early *early)
{
    const struct watershed_basin *basin = early->basin;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(basin->state, *run);
        uint32_t *cells = early->cells + watershed_cell(basin->state, 0, span.y);
        const int32_t *markers = seg_row(&basin->state->markers, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++)
            cells[x] = markers[x] == 0 ? FREE : markers[x] > 0 ? (uint32_t)markers[x] : 0;
    }
}

/* Whether a pixel will wait: it is free, or a marker's with a free neighbour, or any marker's where
 * one may become part of a line. */
static inline bool waits(const struct early *early, size_t at)
{
    const struct watershed_state *state = early->basin->state;
    const uint32_t *cell = early->cells + at;
    if (*cell & FREE || !*cell || state->flood->line)
        return *cell != 0;
    for (int k = 0; k < state->flood->connectivity; k++)
        if (cell[state->around[k]] & FREE)
            return true;
    return false;
}

static inline void arrive(const struct early *early, uint32_t at, uint32_t band)
{
    struct watershed_band *to = &early->bands[band];
    if (to->head == to->tail) {
        early->bits[band / 64] |= UINT64_C(1) << band % 64;
        early->groups[band / 4096] |= UINT64_C(1) << band / 64 % 64;
        early->supers[band / 262144] |= UINT64_C(1) << band / 4096 % 64;
    }
    early->order[to->tail++] = at;
}

/* Small integers are bands themselves: counts them, then lets the markers arrive. */
static int bands_by_count(struct early *early)
{
    const struct watershed_basin *basin = early->basin;
    const struct watershed_state *state = basin->state;
    uint32_t count = (uint32_t)(basin->high - basin->low) + 1, sum = 0;
    int status = make_room(early, basin->area, count, false);
    if (status)
        return status;
    lay_bands(early, count);
    memset(early->bands, 0, count * sizeof *early->bands);
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        size_t row = watershed_cell(state, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++) {
            uint32_t *cell = early->cells + row + x;
            uint32_t band = (uint32_t)(watershed_height(state, x, span.y) - basin->low);
            if (!waits(early, row + (size_t)x))
                continue;
            early->bands[band].tail++;
            *cell |= *cell & FREE ? band : 0;
        }
    }
    for (uint32_t band = 0; band < count; band++) {
        uint32_t waiting = early->bands[band].tail;
        early->bands[band] = (struct watershed_band){sum, sum};
        sum += waiting;
    }
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        size_t row = watershed_cell(state, 0, span.y);
        const int32_t *markers = seg_row(&state->markers, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++)
            if (markers[x] > 0 && waits(early, row + (size_t)x))
                arrive(early, (uint32_t)(row + (size_t)x),
                       (uint32_t)(watershed_height(state, x, span.y) - basin->low));
    }
    return SEG_OK;
}

/* Sorts by the high half, stably; passes whose digits are all the same are left out. */
static void radix_sort(struct watershed_worker *worker, size_t count)
{
    for (int shift = 32; shift < 64; shift += 8) {
        size_t start[256] = {0}, sum = 0;
        for (size_t i = 0; i < count; i++)
            start[worker->sorted[i] >> shift & 255]++;
        if (start[worker->sorted[0] >> shift & 255] == count)
            continue;
        for (size_t d = 0; d < 256; d++) {
            size_t here = start[d];
            start[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            worker->spare[start[worker->sorted[i] >> shift & 255]++] = worker->sorted[i];
        uint64_t *swap = worker->sorted;
        worker->sorted = worker->spare;
        worker->spare = swap;
    }
}

/* Any heights: each that occurs gets a band. */
static int bands_by_sort(struct early *early)
{
    const struct watershed_basin *basin = early->basin;
    const struct watershed_state *state = basin->state;
    struct watershed_worker *worker = basin->worker;
    size_t count = 0;
    int status = make_room(early, basin->area, basin->area, true);
    if (status)
        return status;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        size_t row = watershed_cell(state, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++)
            if (waits(early, row + (size_t)x))
                worker->sorted[count++] =
                    (uint64_t)watershed_key(watershed_height(state, x, span.y)) << 32 |
                    (row + (size_t)x);
    }
    if (!count)
        return SEG_OK;
    radix_sort(worker, count);
    uint32_t bands = 1;
    for (size_t i = 1; i < count; i++)
        bands += worker->sorted[i] >> 32 != worker->sorted[i - 1] >> 32;
    lay_bands(early, bands);
    uint32_t band = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = (uint32_t)worker->sorted[i];
        bool fresh = !i || worker->sorted[i] >> 32 != worker->sorted[i - 1] >> 32;
        band += i && fresh;
        if (fresh)
            early->bands[band] = (struct watershed_band){(uint32_t)i, (uint32_t)i};
        if (early->cells[at] & FREE)
            early->cells[at] = FREE | band;
        else
            arrive(early, at, band);
    }
    return SEG_OK;
}

/* The lowest band from `band` on where something waits. */
static uint32_t seek(const struct early *early, uint32_t band)
{
    size_t word = band / 64, group, supers = words(words(words(early->count)));
    uint64_t left = early->bits[word] >> band % 64;
    if (left)
        return band + (uint32_t)__builtin_ctzll(left);
    group = ++word / 64;
    if (word >= words(early->count))
        return NONE;
    left = early->groups[group] >> word % 64 << word % 64;
    if (!left) {
        size_t super = ++group / 64;
        if (group >= words(words(early->count)))
            return NONE;
        left = early->supers[super] >> group % 64 << group % 64;
        while (!left) {
            if (++super >= supers)
                return NONE;
            left = early->supers[super];
        }
        group = super * 64 + (size_t)__builtin_ctzll(left);
        left = early->groups[group];
    }
    word = group * 64 + (size_t)__builtin_ctzll(left);
    return (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(early->bits[word]);
}

static void forget(const struct early *early, uint32_t band)
{
    if ((early->bits[band / 64] &= ~(UINT64_C(1) << band % 64)))
        return;
    if ((early->groups[band / 4096] &= ~(UINT64_C(1) << band / 64 % 64)))
        return;
    early->supers[band / 262144] &= ~(UINT64_C(1) << band / 4096 % 64);
}

/* Asks for the memory around a cell. */
COMMON_INLINE void fetch(const uint32_t *soon, int32_t stride)
{
    __builtin_prefetch(soon, 1);
    __builtin_prefetch(soon - stride, 1);
    __builtin_prefetch(soon + stride, 1);
}

COMMON_INLINE int drain(const struct early *given, int connectivity)
{
    const struct early early = *given; /* a copy that no store can be thought to change */
    uint32_t *cells = early.cells, *order = early.order, count = 0;
    int32_t around[8], stride = (int32_t)early.basin->state->cell_stride;
    memcpy(around, early.basin->state->around, sizeof around);
    for (uint32_t band = seek(&early, 0); band != NONE; band = seek(&early, band)) {
        struct watershed_band *from = &early.bands[band];
        uint32_t lowest = band;
        while (from->head < from->tail && lowest == band) {
            uint32_t at = order[from->head++];
            if (from->head + AHEAD < from->tail)
                fetch(cells + order[from->head + AHEAD], stride);
            uint32_t label = cells[at];
            for (int k = 0; k < connectivity; k++) {
                uint32_t next = at + (uint32_t)around[k], cell = cells[next];
                if (!(cell & FREE))
                    continue;
                cells[next] = label;
                cell &= ~FREE;
                arrive(&early, next, cell);
                lowest = cell < lowest ? cell : lowest;
            }
            if (++count % OFTEN == 0) {
                int status = early.basin->env->host->progress(early.basin->env->call, -1);
                if (status)
                    return status;
            }
        }
        if (from->head == from->tail)
            forget(&early, band);
        band = lowest;
    }
    return SEG_OK;
}

/* Whether there are two basins beside a pixel. */
COMMON_INLINE bool between(const uint32_t *cell, const int32_t *around, int connectivity)
{
    uint32_t found = 0;
    for (int k = 0; k < connectivity; k++) {
        const uint32_t label = cell[around[k]];
        if (label & FREE || !label)
            continue;
        if (found && found != label)
            return true;
        found = label;
    }
    return false;
}

/* The same with lines, whose cells are as those where no water goes. */
COMMON_INLINE int drain_lines(const struct early *given, int connectivity)
{
    const struct early early = *given;
    uint32_t *cells = early.cells, *order = early.order, count = 0;
    int32_t around[8], stride = (int32_t)early.basin->state->cell_stride;
    memcpy(around, early.basin->state->around, sizeof around);
    for (uint32_t band = seek(&early, 0); band != NONE; band = seek(&early, band)) {
        struct watershed_band *from = &early.bands[band];
        uint32_t lowest = band;
        while (from->head < from->tail && lowest == band) {
            const uint32_t place = from->head++, at = order[place];
            if (from->head + AHEAD < from->tail)
                fetch(cells + order[from->head + AHEAD], stride);
            if (++count % OFTEN == 0) {
                int status = early.basin->env->host->progress(early.basin->env->call, -1);
                if (status)
                    return status;
            }
            const uint32_t label = cells[at] == WAITING ? early.label[place] : cells[at];
            cells[at] = between(cells + at, around, connectivity) ? 0 : label;
            for (int k = 0; k < connectivity && cells[at]; k++) {
                const uint32_t next = at + (uint32_t)around[k], cell = cells[next];
                if (!(cell & FREE) || cell == WAITING)
                    continue;
                const uint32_t to = cell & ~FREE;
                cells[next] = WAITING;
                early.label[early.bands[to].tail] = label;
                arrive(&early, next, to);
                lowest = to < lowest ? to : lowest;
            }
        }
        if (from->head == from->tail)
            forget(&early, band);
        band = lowest;
    }
    return SEG_OK;
}

static int drain_all(const struct early *early)
{
    const struct watershed_flood *flood = early->basin->state->flood;
    if (flood->line)
        return flood->connectivity == 4 ? drain_lines(early, 4) : drain_lines(early, 8);
    return flood->connectivity == 4 ? drain(early, 4) : drain(early, 8);
}

static void write_labels(const struct early *early)
{
    const struct watershed_basin *basin = early->basin;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(basin->state, *run);
        const uint32_t *cells = early->cells + watershed_cell(basin->state, 0, span.y);
        const int32_t *markers = seg_row(&basin->state->markers, 0, span.y);
        int32_t *labels = seg_row(&basin->state->labels, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++)
            labels[x] = markers[x] ? markers[x] : cells[x] & FREE ? 0 : (int32_t)cells[x];
    }
}

int watershed_early(const struct watershed_basin *basin)
{
    struct early early = {.basin = basin, .cells = basin->state->cells};
    take_markers(&early);
    bool narrow =
        basin->state->relief.dtype != SEG_F32 && basin->high - basin->low < WIDE &&
        (basin->high - basin->low < 256 || basin->high - basin->low < 4 * (float)basin->area);
    int status = narrow ? bands_by_count(&early) : bands_by_sort(&early);
    if (!status && early.count)
        status = drain_all(&early);
    if (!status)
        write_labels(&early);
    return status;
}
