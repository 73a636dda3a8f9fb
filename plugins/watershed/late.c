/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flooding where a pixel is decided when it leaves the queue, not when it enters: compact basins
 * (Neubert and Protzel, Compact watershed and preemptive SLIC, ICPR 2014) and watershed lines.
 *
 * A cell holds the key of its height, or 0 once no water may go there; whose it is says the
 * label. */
#include "basin.h"

#include <math.h>

#define OFTEN (1u << 20) /* pixels between two looks at cancel */

static const int32_t step_x[] = {0, -1, 1, 0, -1, 1, -1, 1};
static const int32_t step_y[] = {-1, 0, 0, 1, -1, -1, 1, 1};

static int32_t *label_at(const struct watershed_state *state, int32_t x, int32_t y)
{
    return (int32_t *)seg_row(&state->labels, 0, y) + x;
}

/* Lays out the piece and queues its markers. */
static int sow(const struct watershed_basin *basin)
{
    const struct watershed_state *state = basin->state;
    int status = SEG_OK;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        uint32_t *cells = state->cells + watershed_cell(state, 0, span.y);
        const int32_t *markers = seg_row(&state->markers, 0, span.y);
        int32_t *labels = seg_row(&state->labels, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length && !status; x++) {
            uint32_t key = watershed_key(watershed_height(state, x, span.y));
            cells[x] = markers[x] < 0 ? 0 : key;
            state->best[cells + x - state->cells] = INFINITY;
            labels[x] = markers[x];
            struct watershed_node node = {.value = watershed_key_height(key),
                                          .cell = (uint32_t)(cells + x - state->cells),
                                          .label = markers[x],
                                          .x = x,
                                          .y = span.y,
                                          .source_x = x,
                                          .source_y = span.y};
            if (markers[x] > 0)
                status = watershed_queue_push(&basin->worker->queue, &node);
        }
    }
    return status;
}

/* Whether a pixel that leaves the queue lies between two basins. */
static bool between(const struct watershed_state *state, const struct watershed_node *node)
{
    int32_t found = 0;
    for (int k = 0; k < state->flood->connectivity; k++) {
        if (!state->cells[node->cell + (uint32_t)state->around[k]])
            continue;
        int32_t label = *label_at(state, node->x + step_x[k], node->y + step_y[k]);
        if (label && found && found != label)
            return true;
        found = label ? label : found;
    }
    return false;
}

/* Queues the free neighbours of a pixel, unless they wait with no larger a value already; a nearer
 * source may overtake it yet. */
static int spread(const struct watershed_basin *basin, const struct watershed_node *from)
{
    const struct watershed_state *state = basin->state;
    int status = SEG_OK;
    for (int k = 0; k < state->flood->connectivity && !status; k++) {
        uint32_t cell = from->cell + (uint32_t)state->around[k];
        if (!state->cells[cell] || *label_at(state, from->x + step_x[k], from->y + step_y[k]))
            continue;
        struct watershed_node next = *from;
        next.cell = cell;
        next.x += step_x[k];
        next.y += step_y[k];
        next.value = watershed_key_height(state->cells[next.cell]);
        if (state->flood->compactness > 0) {
            double dx = (double)next.x - next.source_x, dy = (double)next.y - next.source_y;
            next.value += state->flood->compactness * sqrt(dx * dx + dy * dy);
        }
        if (next.value >= state->best[next.cell])
            continue;
        state->best[next.cell] = next.value;
        status = watershed_queue_push(&basin->worker->queue, &next);
    }
    return status;
}

int watershed_late(const struct watershed_basin *basin)
{
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = &basin->worker->queue;
    struct watershed_node node;
    double high = basin->high + state->flood->compactness * sqrt((double)basin->area);
    int status = watershed_queue_open(queue, basin->env, basin->low, high, basin->area);
    if (!status)
        status = sow(basin);
    for (uint32_t count = 1; !status; count++) {
        status = watershed_queue_pop(queue, &node);
        if (status)
            break;
        int32_t *label = label_at(state, node.x, node.y);
        bool marker = node.x == node.source_x && node.y == node.source_y;
        if ((*label && !marker) || !state->cells[node.cell])
            continue;
        if (state->flood->line && between(state, &node)) {
            state->cells[node.cell] = 0;
            continue;
        }
        *label = node.label;
        status = spread(basin, &node);
        if (!status && count % OFTEN == 0)
            status = basin->env->host->progress(basin->env->call, -1);
    }
    return status == SEG_ABSENT ? SEG_OK : status;
}
