/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cycle of the coarse graphs.
 *
 * Pieces that have one value each correct too little, so what a coarse graph gives is taken BOOST
 * times. Let e be what a cycle leaves there of the best correction; two of them leave e^2 and with
 * the boost 1 - BOOST (1 - e^2), which stays above -1 all the way up, so that the whole is positive
 * definite, as conjugate gradients need it. After a single cycle that would not hold; hence small
 * graphs, which get one, go without the boost. */
#include "coarse.h"

#include <string.h>

#define BOOST 1.6f
#define SMALL 1000 /* nodes: a second cycle of such graphs, time and again, does not pay */

int walker_coarse_cycles(const struct walker_coarse *coarse, int32_t next)
{
    return coarse->graphs[next].count > SMALL ? 2 : 1;
}

float walker_coarse_boost(const struct walker_coarse *coarse, int32_t next)
{
    return coarse->graphs[next].count > SMALL ? BOOST : 1;
}

/* Gauss and Seidel's step for each node, in order or backwards. */
static void relax(const struct walker_graph *graph, bool backwards)
{
    for (uint32_t n = 0; n < graph->count; n++) {
        const uint32_t i = backwards ? graph->count - 1 - n : n;
        float sum = graph->rest[i];
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++)
            sum += graph->edge[k].weight * graph->value[graph->edge[k].to];
        graph->value[i] = sum * graph->inverse[i];
    }
}

/* Hands what is left over to the next graph, and begins there with 0. Of differences, so that what
 * rounding adds at one end of an edge is taken at the other: ties to a piece may be 1e-10 of those
 * within. */
static void restrict_rest(const struct walker_graph *fine, const struct walker_graph *coarse)
{
    memset(coarse->rest, 0, coarse->count * sizeof *coarse->rest);
    memset(coarse->value, 0, coarse->count * sizeof *coarse->value);
    for (uint32_t i = 0; i < fine->count; i++) {
        const float value = fine->value[i];
        float rest = fine->rest[i] - fine->ground[i] * value;
        if (fine->parent[i] == WALKER_NONE)
            continue;
        for (uint32_t k = fine->first[i]; k < fine->first[i + 1]; k++)
            rest += fine->edge[k].weight * (fine->value[fine->edge[k].to] - value);
        coarse->rest[fine->parent[i]] += rest;
    }
}

static void solve_last(const struct walker_coarse *coarse, const struct walker_graph *graph)
{
    const size_t n = graph->count;
    for (size_t i = 0; i < n; i++) {
        const float *row = coarse->factor + i * n;
        float sum = graph->rest[i];
        for (size_t k = 0; k < i; k++)
            sum -= row[k] * graph->value[k];
        graph->value[i] = sum * row[i];
    }
    for (size_t i = n; i-- > 0;) {
        const float *row = coarse->factor + i * n;
        graph->value[i] *= row[i];
        for (size_t k = 0; k < i; k++)
            graph->value[k] -= row[k] * graph->value[i];
    }
}

void walker_coarse_cycle(const struct walker_coarse *coarse, int32_t at)
{
    const struct walker_graph *graph = &coarse->graphs[at], *next = graph + 1;
    if (at + 1 == coarse->count && coarse->factor) {
        solve_last(coarse, graph);
        return;
    }
    relax(graph, false);
    if (at + 1 < coarse->count) {
        const float boost = walker_coarse_boost(coarse, at + 1);
        restrict_rest(graph, next);
        for (int k = walker_coarse_cycles(coarse, at + 1); k > 0; k--)
            walker_coarse_cycle(coarse, at + 1);
        for (uint32_t i = 0; i < graph->count; i++)
            if (graph->parent[i] != WALKER_NONE)
                graph->value[i] += boost * next->value[graph->parent[i]];
    }
    relax(graph, true);
}
