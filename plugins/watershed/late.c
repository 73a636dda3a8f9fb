/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flooding where a pixel is decided when it leaves the queue, not when it enters: compact basins
 * (Neubert and Protzel, Compact watershed and preemptive SLIC, ICPR 2014), with lines or without.
 *
 * All that is asked of a pixel lies in its site. One that nothing more may claim, as it has a
 * label, water never goes there, or it is the rim, has the least of all values for its best. */
#include "basin.h"

#include <math.h>

#define OFTEN (1u << 20) /* pixels between two looks at cancel */

static const int32_t step_x[] = {0, -1, 1, 0, -1, 1, -1, 1};
static const int32_t step_y[] = {-1, 0, 0, 1, -1, -1, 1, 1};

/* Lays out the piece and queues its markers. */
static int sow(const struct watershed_basin *basin)
{
    const struct watershed_state *state = basin->state;
    int status = SEG_OK;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        size_t row = watershed_cell(state, 0, span.y);
        const int32_t *markers = seg_row(&state->markers, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length && !status; x++) {
            float height = watershed_height(state, x, span.y);
            struct watershed_site *site = &state->sites[row + (size_t)x];
            *site = (struct watershed_site){.best = markers[x] ? -INFINITY : INFINITY,
                                            .height = height == height ? height : INFINITY,
                                            .label = markers[x]};
            struct watershed_node node = {
                .value = site->height, .cell = (uint32_t)(row + (size_t)x), .label = markers[x]};
            if (markers[x] < 0)
                site->height = NAN;
            else if (markers[x] > 0)
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
        const struct watershed_site *site = &state->sites[node->cell + (uint32_t)state->around[k]];
        if (isnan(site->height))
            continue;
        if (site->label && found && found != site->label)
            return true;
        found = site->label ? site->label : found;
    }
    return false;
}

/* Queues the free neighbours of a pixel, unless they wait with no larger a value already; a nearer
 * source may overtake it yet. */
static int spread(const struct watershed_basin *basin, const struct watershed_node *from)
{
    const struct watershed_state *state = basin->state;
    const double compactness = state->flood->compactness;
    int status = SEG_OK;
    for (int k = 0; k < state->flood->connectivity && !status; k++) {
        uint32_t cell = from->cell + (uint32_t)state->around[k];
        struct watershed_site *site = &state->sites[cell];
        double value = (double)site->height;
        if (!(value < site->best)) /* distance only adds to it */
            continue;
        struct watershed_node next = {.cell = cell,
                                      .label = from->label,
                                      .dx = from->dx + step_x[k],
                                      .dy = from->dy + step_y[k]};
        if (compactness > 0)
            value += compactness * sqrt((double)next.dx * next.dx + (double)next.dy * next.dy);
        if (value >= site->best)
            continue;
        next.value = site->best = value;
        status = watershed_queue_push(&basin->worker->queue, &next);
    }
    return status;
}

static void write_labels(const struct watershed_basin *basin)
{
    const struct watershed_state *state = basin->state;
    for (const uint32_t *run = basin->begin; run < basin->end; run++) {
        struct watershed_span span = watershed_span(state, *run);
        const struct watershed_site *sites = state->sites + watershed_cell(state, 0, span.y);
        int32_t *labels = seg_row(&state->labels, 0, span.y);
        for (int32_t x = span.x; x < span.x + span.length; x++)
            labels[x] = sites[x].label;
    }
}

int watershed_late(const struct watershed_basin *basin)
{
    const struct watershed_state *state = basin->state;
    struct watershed_queue *queue = &basin->worker->queue;
    struct watershed_node node;
    queue->sites = state->sites;
    queue->stride = state->cell_stride;
    double high = basin->high + state->flood->compactness * sqrt((double)basin->area);
    int status = watershed_queue_open(queue, basin->env, basin->low, high, basin->area);
    if (!status)
        status = sow(basin);
    for (uint32_t count = 1; !status; count++) {
        status = watershed_queue_pop(queue, &node);
        if (status)
            break;
        struct watershed_site *site = &state->sites[node.cell];
        bool marker = !node.dx && !node.dy;
        if (!marker && node.value > site->best)
            continue; /* it was overtaken */
        site->best = -INFINITY;
        if (state->flood->line && between(state, &node)) {
            site->height = NAN;
            continue;
        }
        site->label = node.label;
        status = spread(basin, &node);
        if (!status && count % OFTEN == 0)
            status = basin->env->host->progress(basin->env->call, -1);
    }
    if (status == SEG_ABSENT)
        write_labels(basin);
    return status == SEG_ABSENT ? SEG_OK : status;
}
