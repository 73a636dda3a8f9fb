/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Floods one piece of the mask.
 *
 * Pixels leave the queue by value, and by age among equal values, so that plateaus are shared
 * evenly (Beucher and Meyer, The morphological approach to segmentation: the watershed
 * transformation, 1993). */
#include "basin.h"

#include "common/cpu.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define TAKEN WATERSHED_TAKEN
#define NONE  WATERSHED_NONE
#define OFTEN (1u << 20) /* pixels between two looks at cancel */

struct basin {
    const struct common_env *env;
    const struct watershed_state *state;
    struct watershed_queue *queue;
    const uint32_t *begin, *end; /* its runs */
    double low;                  /* of the relief, as it is flooded */
    bool first_owns;             /* a pixel belongs to the first that reaches it */
    bool exact;                  /* that holds, and levels are values */
};

struct span { /* a run */
    int32_t x, y, length;
};

static struct span span_of(const struct watershed_state *state, uint32_t run)
{
    const struct common_runs *runs = state->runs;
    uint32_t low = 0, high = (uint32_t)runs->height; /* row[low] <= run < row[high] */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (runs->row[middle] <= run)
            low = middle;
        else
            high = middle;
    }
    int32_t x = runs->edge[2 * (size_t)run];
    return (struct span){x, (int32_t)low, runs->edge[2 * (size_t)run + 1] - x};
}

static size_t level_index(const struct watershed_state *state, int32_t x, int32_t y)
{
    return ((size_t)y + 1) * state->level_stride + (size_t)x + 1;
}

static float height_at(const struct watershed_state *state, int32_t x, int32_t y)
{
    const void *row = seg_row(&state->relief, 0, y);
    float value = state->relief.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                  : state->relief.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                                   : ((const float *)row)[x];
    return state->flood->invert ? -value : value;
}

/* Floats as unsigned integers of the same order. NaN comes last; TAKEN is no float's. */
static uint32_t bits_of(float value)
{
    uint32_t bits;
    value = value == value ? value + 0.0f : INFINITY; /* no negative zero */
    memcpy(&bits, &value, sizeof bits);
    return bits ^ (bits >> 31 ? UINT32_MAX : UINT32_C(0x80000000));
}

static float value_of(uint32_t bits)
{
    float value;
    bits ^= bits >> 31 ? UINT32_C(0x80000000) : UINT32_MAX;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Chooses the levels. */
static int measure(struct basin *basin)
{
    const struct watershed_state *state = basin->state;
    const struct watershed_flood *flood = state->flood;
    float low = FLT_MAX, high = -FLT_MAX;
    uint64_t area = 0;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct span span = span_of(state, *run);
        area += (uint64_t)span.length;
        for (int32_t x = span.x; x < span.x + span.length; x++) {
            float height = height_at(state, x, span.y);
            low = height < low && height >= -FLT_MAX ? height : low;
            high = height > high && height <= FLT_MAX ? height : high;
        }
    }
    double values = high < low ? 1 : (double)high - low + 1;
    basin->low = high < low ? 0 : low;
    basin->first_owns = !flood->line && !(flood->compactness > 0);
    basin->exact =
        basin->first_owns && state->relief.dtype != SEG_F32 && values <= WATERSHED_LEVELS;
    uint32_t levels = area < 64 ? 64 : area > WATERSHED_LEVELS ? WATERSHED_LEVELS : (uint32_t)area;
    if (basin->exact)
        levels = (uint32_t)values;
    basin->queue->low = basin->low;
    basin->queue->scale = values > 1 ? levels / (values - 1) : 0;
    return watershed_queue_open(basin->queue, basin->env, levels, !basin->exact);
}

/* Lays out the pixels with their levels. Where the first to reach a pixel owns it, markers are
 * taken from the start; else the label says whose a pixel is. */
static void fill(const struct basin *basin)
{
    const struct watershed_state *state = basin->state;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct span span = span_of(state, *run);
        uint32_t *level = state->level + level_index(state, 0, span.y);
        const int32_t *markers = seg_row(&state->markers, 0, span.y);
        int32_t *labels = seg_row(&state->labels, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++) {
            float height = height_at(state, x, span.y);
            labels[x] = markers[x];
            if (markers[x] < 0 || (markers[x] && basin->first_owns))
                level[x] = TAKEN;
            else
                level[x] = basin->exact ? (uint32_t)((double)height - basin->low) : bits_of(height);
        }
    }
}

static bool on_edge(const struct watershed_state *state, const uint32_t *level)
{
    for (int k = 0; k < state->flood->connectivity; k++)
        if (level[state->around_level[k]] != TAKEN)
            return true;
    return false;
}

/* Queues the markers' pixels. Those with no free neighbour have nothing to do. */
static int sow(const struct basin *basin)
{
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = basin->queue;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct span span = span_of(state, *run);
        size_t row = level_index(state, 0, span.y);
        const int32_t *markers = seg_row(&state->markers, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++) {
            size_t at = row + (size_t)x;
            if (markers[x] <= 0 || !on_edge(state, state->level + at))
                continue;
            uint32_t node = watershed_node_new(queue);
            if (node == NONE)
                return SEG_NOMEM;
            float height = height_at(state, x, span.y);
            queue->nodes[node] = (struct watershed_node){
                .at = (uint32_t)at, .to = span.y * state->label_stride + x, .label = markers[x]};
            if (basin->exact) {
                watershed_push_level(queue, node, (uint32_t)((double)height - basin->low));
                continue;
            }
            queue->extra[node] =
                (struct watershed_extra){value_of(bits_of(height)), x, span.y, x, span.y};
            int status = watershed_push_value(queue, node);
            if (status)
                return status;
        }
    }
    return SEG_OK;
}

static inline void prefetch(const struct watershed_state *state, const struct watershed_node *node)
{
    const uint32_t *level = state->level + node->at;
    const int32_t *labels = (const int32_t *)state->labels.data + node->to;
    for (int k = 0; k < 4; k += 3) { /* the pixels above and below; rows are what is far apart */
        __builtin_prefetch(level + state->around_level[k], 1);
        __builtin_prefetch(labels + state->around_label[k], 1);
    }
}

/* Looks some nodes ahead in the list of the lowest level. */
static inline void look_ahead(const struct watershed_state *state, struct watershed_queue *queue)
{
    if (queue->ahead == NONE) {
        uint32_t level = watershed_queue_seek(queue, queue->lowest);
        queue->ahead = level == queue->lowest ? queue->head[level] : NONE;
        for (int i = 0; i < 6 && queue->ahead != NONE; i++) {
            uint32_t next = queue->nodes[queue->ahead].next;
            if (next == NONE)
                break;
            queue->ahead = next;
            prefetch(state, &queue->nodes[next]);
        }
    } else if (queue->nodes[queue->ahead].next != NONE) {
        queue->ahead = queue->nodes[queue->ahead].next;
        prefetch(state, &queue->nodes[queue->ahead]);
    }
}

/* Levels are values, and a pixel belongs to the first that reaches it. */
COMMON_INLINE int flood_levels(const struct basin *basin, int connectivity)
{
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = basin->queue;
    uint32_t *levels = state->level;
    int32_t *labels = state->labels.data;
    for (uint32_t count = 1, node; (node = watershed_pop_level(queue)) != NONE; count++) {
        struct watershed_node from = queue->nodes[node];
        if (queue->ahead == node)
            queue->ahead = NONE;
        watershed_node_free(queue, node);
        look_ahead(state, queue);
        for (int k = 0; k < connectivity; k++) {
            uint32_t at = from.at + (uint32_t)state->around_level[k], level = levels[at];
            if (level == TAKEN)
                continue;
            levels[at] = TAKEN;
            int32_t to = from.to + state->around_label[k];
            labels[to] = from.label;
            uint32_t next = watershed_node_new(queue);
            if (next == NONE)
                return SEG_NOMEM;
            queue->nodes[next] = (struct watershed_node){0, at, to, from.label};
            watershed_push_level(queue, next, level);
        }
        if (count % OFTEN == 0) {
            int status = basin->env->host->progress(basin->env->call, -1);
            if (status)
                return status;
        }
    }
    return SEG_OK;
}

static int look_at_cancel(const struct basin *basin, uint32_t *count)
{
    return ++*count % OFTEN ? SEG_OK : basin->env->host->progress(basin->env->call, -1);
}

/* As flood_levels, in order of value within a level too. */
static int flood_values(const struct basin *basin)
{
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = basin->queue;
    int32_t *labels = state->labels.data;
    uint32_t count = 0, node;
    int status;
    while (!(status = watershed_pop_value(queue, &node)) && node != NONE) {
        struct watershed_node from = queue->nodes[node];
        watershed_node_free(queue, node);
        for (int k = 0; k < state->flood->connectivity; k++) {
            uint32_t at = from.at + (uint32_t)state->around_level[k], level = state->level[at];
            if (level == TAKEN)
                continue;
            state->level[at] = TAKEN;
            int32_t to = from.to + state->around_label[k];
            labels[to] = from.label;
            uint32_t next = watershed_node_new(queue);
            if (next == NONE)
                return SEG_NOMEM;
            queue->nodes[next] = (struct watershed_node){0, at, to, from.label};
            queue->extra[next].value = value_of(level);
            status = watershed_push_value(queue, next);
            if (status)
                return status;
        }
        status = look_at_cancel(basin, &count);
        if (status)
            return status;
    }
    return status;
}

/* Whether a pixel that leaves the queue lies between two basins. */
static bool between(const struct watershed_state *state, const struct watershed_node *node)
{
    const int32_t *labels = state->labels.data;
    int32_t found = 0;
    for (int k = 0; k < state->flood->connectivity; k++) {
        if (state->level[node->at + (uint32_t)state->around_level[k]] == TAKEN)
            continue;
        int32_t label = labels[node->to + state->around_label[k]];
        if (label && found && found != label)
            return true;
        found = label ? label : found;
    }
    return false;
}

/* Puts the free neighbours of a pixel into the queue; a nearer source may overtake it yet. */
static int spread(const struct basin *basin, const struct watershed_node *from,
                  const struct watershed_extra *source)
{
    static const int32_t dx[] = {0, -1, 1, 0, -1, 1, -1, 1}, dy[] = {-1, 0, 0, 1, -1, -1, 1, 1};
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = basin->queue;
    const int32_t *labels = state->labels.data;
    for (int k = 0; k < state->flood->connectivity; k++) {
        uint32_t at = from->at + (uint32_t)state->around_level[k], level = state->level[at];
        int32_t to = from->to + state->around_label[k];
        if (level == TAKEN || labels[to])
            continue;
        uint32_t next = watershed_node_new(queue);
        if (next == NONE)
            return SEG_NOMEM;
        int32_t x = source->x + dx[k], y = source->y + dy[k];
        double away = state->flood->compactness;
        if (away > 0)
            away *= hypot((double)x - source->source_x, (double)y - source->source_y);
        queue->nodes[next] = (struct watershed_node){0, at, to, from->label};
        queue->extra[next] = (struct watershed_extra){(double)value_of(level) + away, x, y,
                                                      source->source_x, source->source_y};
        int status = watershed_push_value(queue, next);
        if (status)
            return status;
    }
    return SEG_OK;
}

/* Compact basins (Neubert and Protzel, Compact watershed and preemptive SLIC, ICPR 2014) and
 * watershed lines: a pixel is decided when it leaves the queue, not when it enters. */
static int flood_late(const struct basin *basin)
{
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = basin->queue;
    int32_t *labels = state->labels.data;
    uint32_t count = 0, node;
    int status;
    while (!(status = watershed_pop_value(queue, &node)) && node != NONE) {
        struct watershed_node from = queue->nodes[node];
        struct watershed_extra source = queue->extra[node];
        bool marker = source.x == source.source_x && source.y == source.source_y;
        watershed_node_free(queue, node);
        if ((labels[from.to] && !marker) || state->level[from.at] == TAKEN)
            continue;
        if (state->flood->line && between(state, &from)) {
            state->level[from.at] = TAKEN;
            continue;
        }
        labels[from.to] = from.label;
        status = spread(basin, &from, &source);
        if (!status)
            status = look_at_cancel(basin, &count);
        if (status)
            return status;
    }
    return status;
}

int watershed_basin(const struct common_env *env, const struct watershed_state *state,
                    struct watershed_queue *queue, size_t i)
{
    struct basin basin = {.env = env,
                          .state = state,
                          .queue = queue,
                          .begin = state->members + state->first[i],
                          .end = state->members + state->first[i + 1]};
    int status = measure(&basin);
    if (status)
        return status;
    fill(&basin);
    status = sow(&basin);
    if (status)
        return status;
    if (!basin.first_owns)
        return flood_late(&basin);
    if (!basin.exact)
        return flood_values(&basin);
    return state->flood->connectivity == 4 ? flood_levels(&basin, 4) : flood_levels(&basin, 8);
}
