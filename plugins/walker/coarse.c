/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notay, An aggregation-based algebraic multigrid method, Electronic Transactions on Numerical
 * Analysis 37, 2010, with the bound of Napov and Notay, An algebraic multigrid method with
 * guaranteed convergence rate, SIAM Journal on Scientific Computing 34, 2012: nodes are joined with
 * the neighbour that they hang on most, several times in a row. So a piece of the image that is all
 * but cut off from the rest becomes one node, whose value a coarse graph finds at once and no
 * smoothing ever would. */
#include "coarse.h"

#include <math.h>
#include <string.h>

#define PASSES 3     /* of joining, from a graph to the next */
#define DIRECT 200   /* nodes of a graph that is solved directly */
#define DENSE  1000  /* more nodes than that are never solved directly */
#define STRONG 0.5f  /* of a node's heaviest edge: what it may be joined along */
#define BOUND  8.0f  /* on the sums of weights, as the smoother meets them, to the edge between */
#define LEAF   0.25f /* of a node's sum: an edge that makes it hang on what the other end is in */

/* What joining needs of memory, enough for the pixels. */
struct joining {
    const struct common_env *env;
    struct walker_graph graphs[2]; /* first to ground of what comes between two kept graphs */
    float *sums[2];                /* of the weights of what was joined, those within too */
    uint32_t *parent, *first, *member, *place;
};

static int open_graph(const struct common_env *env, struct walker_graph *graph, size_t count,
                      size_t edges)
{
    graph->count = (uint32_t)count;
    return COMMON_SCRATCH(env, graph->first, count + 1) &&
                   COMMON_SCRATCH(env, graph->edge, edges + 1) &&
                   COMMON_SCRATCH(env, graph->ground, count + 1)
               ? SEG_OK
               : common_nomem(env);
}

static int open_joining(struct joining *joining, const struct walker_graph *pixels)
{
    const struct common_env *env = joining->env;
    size_t count = pixels->count;
    int status = SEG_OK;
    for (int k = 0; k < 2 && !status; k++) {
        status = open_graph(env, &joining->graphs[k], count, pixels->first[count]);
        if (!status && !COMMON_SCRATCH(env, joining->sums[k], count + 1))
            status = common_nomem(env);
    }
    if (!status && (!COMMON_SCRATCH(env, joining->parent, count + 1) ||
                    !COMMON_SCRATCH(env, joining->first, count + 2) ||
                    !COMMON_SCRATCH(env, joining->member, count + 1) ||
                    !COMMON_SCRATCH(env, joining->place, count + 1)))
        status = common_nomem(env);
    return status;
}

static bool may_join(const float *sum, uint32_t i, const struct walker_edge *edge)
{
    const float a = sum[i], b = sum[edge->to];
    return edge->weight * BOUND * (a + b) >= 2 * a * b;
}

/* Numbers groups of nodes; returns how many there are. A node without edges is in none. */
static uint32_t group_nodes(const struct walker_graph *graph, const float *sum, uint32_t *parent)
{
    uint32_t count = 0;
    memset(parent, 255, graph->count * sizeof *parent);
    for (uint32_t i = 0; i < graph->count; i++) {
        uint32_t best = WALKER_NONE, held = WALKER_NONE;
        float heaviest = 0, weight = 0;
        if (parent[i] != WALKER_NONE)
            continue;
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++) {
            const struct walker_edge *edge = &graph->edge[k];
            if (edge->weight > heaviest) {
                heaviest = edge->weight;
                held = edge->to;
            }
            if (parent[edge->to] == WALKER_NONE && edge->weight > weight &&
                may_join(sum, i, edge)) {
                best = edge->to;
                weight = edge->weight;
            }
        }
        if (held == WALKER_NONE)
            continue;
        if (best != WALKER_NONE && weight >= STRONG * heaviest)
            parent[i] = parent[best] = count++;
        else if (parent[held] != WALKER_NONE && heaviest >= LEAF * sum[i])
            parent[i] = parent[held]; /* or hubs with many leaves would never become less */
        else
            parent[i] = count++;
    }
    return count;
}

/* Lists the nodes of each group. */
static void list_members(const struct walker_graph *fine, const uint32_t *parent, uint32_t count,
                         uint32_t *first, uint32_t *member)
{
    memset(first, 0, ((size_t)count + 2) * sizeof *first);
    for (uint32_t i = 0; i < fine->count; i++)
        if (parent[i] != WALKER_NONE)
            first[parent[i] + 2]++;
    for (uint32_t c = 0; c < count; c++)
        first[c + 2] += first[c + 1];
    for (uint32_t i = 0; i < fine->count; i++)
        if (parent[i] != WALKER_NONE)
            member[first[parent[i] + 1]++] = i;
}

/* Adds up the edges of a group; returns the end of those of the coarse graph. */
static uint32_t merge_edges(const struct walker_graph *fine, const uint32_t *parent, uint32_t node,
                            uint32_t group, struct walker_graph *coarse, uint32_t *place,
                            uint32_t end)
{
    for (uint32_t k = fine->first[node]; k < fine->first[node + 1]; k++) {
        const uint32_t to = parent[fine->edge[k].to];
        if (to == group)
            continue;
        if (place[to] == WALKER_NONE || place[to] < coarse->first[group]) {
            place[to] = end++;
            coarse->edge[place[to]] = (struct walker_edge){to, 0};
        }
        coarse->edge[place[to]].weight += fine->edge[k].weight;
    }
    return end;
}

/* The graph of the groups, and the sums of theirs. */
static void contract(const struct joining *joining, const struct walker_graph *fine,
                     const float *sum, struct walker_graph *coarse, float *coarse_sum)
{
    const uint32_t count = coarse->count, *first = joining->first, *member = joining->member;
    uint32_t end = 0;
    list_members(fine, joining->parent, count, joining->first, joining->member);
    memset(joining->place, 255, count * sizeof *joining->place);
    for (uint32_t c = 0; c < count; c++) {
        coarse->first[c] = end;
        coarse->ground[c] = coarse_sum[c] = 0;
        for (uint32_t m = first[c]; m < first[c + 1]; m++) {
            coarse->ground[c] += fine->ground[member[m]];
            coarse_sum[c] += sum[member[m]];
            end = merge_edges(fine, joining->parent, member[m], c, coarse, joining->place, end);
        }
    }
    coarse->first[count] = end;
}

static void sum_weights(const struct walker_graph *graph, float *sum)
{
    for (uint32_t i = 0; i < graph->count; i++) {
        sum[i] = graph->ground[i];
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++)
            sum[i] += graph->edge[k].weight;
    }
}

/* Makes the graph that follows one. */
static int coarsen(struct joining *joining, struct walker_graph *fine, struct walker_graph *next)
{
    const struct walker_graph *from = fine;
    int status = SEG_OK;
    sum_weights(fine, joining->sums[0]);
    for (int pass = 0; pass < PASSES && !status; pass++) {
        struct walker_graph *to = pass == PASSES - 1 ? next : &joining->graphs[pass % 2];
        const float *sum = joining->sums[pass % 2];
        to->count = group_nodes(from, sum, joining->parent);
        for (uint32_t i = 0; i < fine->count; i++)
            if (!pass || fine->parent[i] != WALKER_NONE)
                fine->parent[i] = joining->parent[pass ? fine->parent[i] : i];
        if (to == next)
            status = open_graph(joining->env, next, next->count, from->first[from->count]);
        if (!status)
            contract(joining, from, sum, to, joining->sums[(pass + 1) % 2]);
        from = to;
    }
    return status;
}

/* What a cycle needs of a graph. */
static int finish(const struct common_env *env, struct walker_graph *graph)
{
    const size_t count = (size_t)graph->count + 1;
    if (!COMMON_SCRATCH(env, graph->inverse, count) || !COMMON_SCRATCH(env, graph->parent, count) ||
        !COMMON_SCRATCH(env, graph->value, count) || !COMMON_SCRATCH(env, graph->rest, count))
        return common_nomem(env);
    sum_weights(graph, graph->inverse);
    for (uint32_t i = 0; i < graph->count; i++)
        graph->inverse[i] = graph->inverse[i] > 0 ? 1 / graph->inverse[i] : 0;
    return SEG_OK;
}

/* Cholesky's factor of the last graph's matrix, rows of its lower half; its diagonal is inverted.
 */
static int factorize(struct walker_coarse *coarse)
{
    const struct walker_graph *graph = &coarse->graphs[coarse->count - 1];
    const size_t n = graph->count;
    double *matrix;
    if (n > DENSE)
        return SEG_OK;
    if (!COMMON_SCRATCH(coarse->env, coarse->factor, n * n + 1) ||
        !COMMON_SCRATCH(coarse->env, matrix, n * n + 1))
        return common_nomem(coarse->env);
    memset(matrix, 0, n * n * sizeof *matrix);
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n, sum = (double)graph->ground[i];
        for (uint32_t k = graph->first[i]; k < graph->first[i + 1]; k++) {
            row[graph->edge[k].to] = -(double)graph->edge[k].weight;
            sum += (double)graph->edge[k].weight;
        }
        row[i] = sum;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double *row = matrix + i * n, *other = matrix + j * n;
            for (size_t k = 0; k < j; k++)
                row[j] -= row[k] * other[k];
            if (j < i)
                row[j] *= other[j];
            else
                row[i] = 1 / sqrt(row[i] > 1e-30 ? row[i] : 1e-30);
            coarse->factor[i * n + j] = (float)row[j];
        }
    return SEG_OK;
}

int walker_coarse_build(struct walker_coarse *coarse, struct walker_graph *pixels)
{
    struct joining joining = {.env = coarse->env};
    struct walker_graph *fine = pixels, *next = coarse->graphs;
    int status = open_joining(&joining, pixels);
    while (!status && coarse->count < WALKER_GRAPHS) {
        status = coarsen(&joining, fine, next);
        if (!status)
            status = finish(coarse->env, next);
        if (!status)
            status = coarse->env->host->progress(coarse->env->call, -1);
        coarse->count++;
        if (next->count <= DIRECT || next->count > fine->count / 10 * 9)
            break;
        fine = next++;
    }
    return status ? status : factorize(coarse);
}
