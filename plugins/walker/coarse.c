/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notay, An aggregation-based algebraic multigrid method, Electronic Transactions on Numerical
 * Analysis 37, 2010: nodes are joined with the neighbour that they hang on most, twice in a row. So
 * a piece of the image that is all but cut off from the rest becomes one node, whose value a coarse
 * graph finds at once and no smoothing ever would. */
#include "coarse.h"

#include <math.h>
#include <string.h>

#define NONE   UINT32_MAX
#define DIRECT 200 /* nodes of a graph that is solved directly */
#define STRONG 0.5 /* of a node's heaviest edge: what it may be joined along */

/* Numbers pairs of nodes; returns how many there are. */
static uint32_t pair_nodes(const struct walker_graph *graph, uint32_t *parent)
{
    uint32_t count = 0;
    memset(parent, 255, graph->count * sizeof *parent);
    for (uint32_t i = 0; i < graph->count; i++) {
        uint32_t best = NONE;
        double heaviest = 0, weight = 0;
        if (parent[i] != NONE)
            continue;
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++) {
            heaviest = graph->weight[k] > heaviest ? graph->weight[k] : heaviest;
            if (parent[graph->to[k]] == NONE && graph->weight[k] > weight) {
                best = graph->to[k];
                weight = graph->weight[k];
            }
        }
        parent[i] = count;
        if (best != NONE && weight >= STRONG * heaviest)
            parent[best] = count;
        count++;
    }
    return count;
}

/* The graph of the pairs: weights between two of them are added up. */
static int contract(const struct common_env *env, const struct walker_graph *fine,
                    const uint32_t *parent, struct walker_graph *coarse)
{
    uint32_t *member, *place, edges = 0;
    size_t count = coarse->count;
    if (!COMMON_SCRATCH(env, member, 2 * count) || !COMMON_SCRATCH(env, place, count) ||
        !COMMON_SCRATCH(env, coarse->first, count + 1) ||
        !COMMON_SCRATCH(env, coarse->to, (size_t)fine->first[fine->count] + 1) ||
        !COMMON_SCRATCH(env, coarse->weight, (size_t)fine->first[fine->count] + 1) ||
        !COMMON_SCRATCH(env, coarse->ground, count))
        return common_nomem(env);
    memset(member, 255, 2 * count * sizeof *member);
    memset(place, 255, count * sizeof *place);
    for (uint32_t i = 0; i < fine->count; i++)
        member[2 * (size_t)parent[i] + (member[2 * (size_t)parent[i]] != NONE)] = i;
    for (uint32_t c = 0; c < count; c++) {
        coarse->first[c] = edges;
        coarse->ground[c] = 0;
        for (size_t m = 2 * (size_t)c; m < 2 * (size_t)c + 2 && member[m] != NONE; m++) {
            uint32_t i = member[m];
            coarse->ground[c] += fine->ground[i];
            for (uint32_t k = fine->first[i]; k < fine->first[i + 1]; k++) {
                uint32_t to = parent[fine->to[k]];
                if (to == c)
                    continue;
                if (place[to] == NONE || place[to] < coarse->first[c]) {
                    place[to] = edges++;
                    coarse->to[place[to]] = to;
                    coarse->weight[place[to]] = 0;
                }
                coarse->weight[place[to]] += fine->weight[k];
            }
        }
    }
    coarse->first[count] = edges;
    return SEG_OK;
}

static int finish(const struct common_env *env, struct walker_graph *graph)
{
    if (!COMMON_SCRATCH(env, graph->diagonal, graph->count) ||
        !COMMON_SCRATCH(env, graph->parent, graph->count) ||
        !COMMON_SCRATCH(env, graph->value, graph->count) ||
        !COMMON_SCRATCH(env, graph->rest, graph->count))
        return common_nomem(env);
    for (uint32_t i = 0; i < graph->count; i++) {
        graph->diagonal[i] = graph->ground[i];
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++)
            graph->diagonal[i] += graph->weight[k];
    }
    return SEG_OK;
}

/* Cholesky's factor of the last graph's matrix, rows of its lower half. */
static int factorize(struct walker_coarse *coarse)
{
    const struct walker_graph *graph = &coarse->graphs[coarse->count - 1];
    size_t n = graph->count;
    if (n > DIRECT)
        return SEG_OK;
    if (!COMMON_SCRATCH(coarse->env, coarse->factor, n * n + 1))
        return common_nomem(coarse->env);
    memset(coarse->factor, 0, n * n * sizeof *coarse->factor);
    for (size_t i = 0; i < n; i++) {
        double *row = coarse->factor + i * n;
        row[i] = graph->diagonal[i];
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++)
            row[graph->to[k]] = -graph->weight[k];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double *row = coarse->factor + i * n, *other = coarse->factor + j * n;
            for (size_t k = 0; k < j; k++)
                row[j] -= row[k] * other[k];
            if (j < i)
                row[j] /= other[j];
            else
                row[i] = sqrt(row[i] > 1e-30 ? row[i] : 1e-30);
        }
    return SEG_OK;
}

int walker_coarse_build(struct walker_coarse *coarse)
{
    const struct common_env *env = coarse->env;
    int status = finish(env, &coarse->graphs[0]);
    for (coarse->count = 1; !status && coarse->count < WALKER_GRAPHS; coarse->count++) {
        struct walker_graph *fine = &coarse->graphs[coarse->count - 1], *next = fine + 1,
                            half = {0};
        uint32_t *second;
        if (fine->count <= DIRECT)
            break;
        half.count = pair_nodes(fine, fine->parent);
        if (!COMMON_SCRATCH(env, second, half.count))
            return common_nomem(env);
        status = contract(env, fine, fine->parent, &half);
        if (status)
            break;
        next->count = pair_nodes(&half, second);
        for (uint32_t i = 0; i < fine->count; i++)
            fine->parent[i] = second[fine->parent[i]];
        if (next->count > fine->count / 10 * 9)
            break;
        status = contract(env, &half, second, next);
        if (!status)
            status = finish(env, next);
        if (!status)
            status = env->host->progress(env->call, -1);
    }
    return status ? status : factorize(coarse);
}

/* Gauss and Seidel's step for each node, in order or backwards. */
static void relax(const struct walker_graph *graph, bool backwards)
{
    for (uint32_t n = 0; n < graph->count; n++) {
        uint32_t i = backwards ? graph->count - 1 - n : n;
        double sum = graph->rest[i];
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++)
            sum += graph->weight[k] * graph->value[graph->to[k]];
        graph->value[i] = graph->diagonal[i] > 0 ? sum / graph->diagonal[i] : 0;
    }
}

/* Hands what is left over to the next graph, and begins there with 0. */
static void restrict_rest(const struct walker_graph *fine, const struct walker_graph *coarse)
{
    memset(coarse->rest, 0, coarse->count * sizeof *coarse->rest);
    memset(coarse->value, 0, coarse->count * sizeof *coarse->value);
    for (uint32_t i = 0; i < fine->count; i++) {
        double rest = fine->rest[i] - fine->diagonal[i] * fine->value[i];
        for (uint32_t k = fine->first[i]; k < fine->first[i + 1]; k++)
            rest += fine->weight[k] * fine->value[fine->to[k]];
        coarse->rest[fine->parent[i]] += rest;
    }
}

static void solve_last(const struct walker_coarse *coarse, const struct walker_graph *graph)
{
    size_t n = graph->count;
    for (size_t i = 0; i < n; i++) {
        const double *row = coarse->factor + i * n;
        graph->value[i] = graph->rest[i];
        for (size_t k = 0; k < i; k++)
            graph->value[i] -= row[k] * graph->value[k];
        graph->value[i] /= row[i];
    }
    for (size_t i = n; i-- > 0;) {
        graph->value[i] /= coarse->factor[i * n + i];
        for (size_t k = 0; k < i; k++)
            graph->value[k] -= coarse->factor[i * n + k] * graph->value[i];
    }
}

void walker_coarse_cycle(const struct walker_coarse *coarse, int32_t at)
{
    const struct walker_graph *graph = &coarse->graphs[at];
    if (at + 1 == coarse->count && coarse->factor) {
        solve_last(coarse, graph);
        return;
    }
    relax(graph, false);
    if (at + 1 < coarse->count) {
        restrict_rest(graph, graph + 1);
        walker_coarse_cycle(coarse, at + 1);
        walker_coarse_cycle(coarse, at + 1);
        for (uint32_t i = 0; i < graph->count; i++)
            graph->value[i] += WALKER_BOOST * graph[1].value[graph->parent[i]];
    }
    relax(graph, true);
}
