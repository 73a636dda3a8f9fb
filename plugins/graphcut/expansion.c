/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Labellings of low energy by moves that are minimum cuts.
 *
 * Y. Boykov, O. Veksler, R. Zabih, "Fast approximate energy minimization via graph cuts", IEEE PAMI
 * 23 (11), 2001; the arcs of a pair of pixels as in V. Kolmogorov, R. Zabih, "What energy functions
 * can be minimized via graph cuts?", IEEE PAMI 26 (2), 2004. */
#include "expansion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double pair_weight(const struct cut_labelling *l, uint32_t offset, size_t pixel)
{
    return l->pair ? (double)l->pair[offset][pixel] : l->weight;
}

static double difference(const struct cut_labelling *l, int32_t a, int32_t b)
{
    double apart = abs(a - b);
    return apart < l->truncation ? apart : l->truncation;
}

/* The range of a plane of costs; false: one is not finite. */
static bool plane_range(const float *cost, size_t count, double range[2], bool *whole)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(cost[i]))
            return false;
        range[0] = cost[i] < range[0] ? cost[i] : range[0];
        range[1] = cost[i] > range[1] ? cost[i] : range[1];
        *whole = *whole && cost[i] == rintf(cost[i]);
    }
    return true;
}

int cut_scale(const struct common_env *env, struct cut_labelling *l)
{
    double range[2] = {HUGE_VAL, -HUGE_VAL}, weights[2] = {l->weight, l->weight};
    bool whole = l->weight == rint(l->weight) && l->truncation == rint(l->truncation);
    for (uint32_t i = 0; i < l->labels; i++)
        if (!plane_range(l->unary[i], l->grid.count, range, &whole))
            return env->host->fail(env->call, SEG_STAGE,
                                   "input 'unary': a cost of label %u is not finite", i);
    for (uint32_t k = 0; l->pair && k < l->grid.directions / 2; k++)
        if (!plane_range(l->pair[k], l->grid.count, weights, &whole) || weights[0] < 0)
            return env->host->fail(env->call, SEG_STAGE,
                                   "input 'pairwise': a weight of offset %u is below 0 or not "
                                   "finite; such an energy has no cut",
                                   k);
    /* Around a pixel: its own cost, and for each neighbour an arc and what it adds to the cost. */
    double steps = l->labels < l->truncation ? l->labels : l->truncation;
    double most = range[1] - range[0] + 4 * l->grid.directions * weights[1] * steps;
    l->scale = most > 0 ? exp2(floor(log2(INT32_MAX / 2 / most))) : 1;
    if (!whole)
        return SEG_OK;
    if (l->scale < 1)
        return env->host->fail(env->call, SEG_LIMIT,
                               "whole costs of up to %g around a pixel do not fit 32 bits; divide "
                               "them all by the same number",
                               most);
    l->scale = 1;
    return SEG_OK;
}

double cut_energy(const struct cut_labelling *l)
{
    double energy = 0;
    for (size_t i = 0; i < l->grid.count; i++)
        energy += l->unary[l->label[i]][i];
    for (uint32_t k = 0; k < l->grid.directions; k += 2) {
        for (int32_t row = 0; row < l->grid.height * l->grid.depth; row++) {
            int32_t from, to;
            cut_range(&l->grid, row, k, &from, &to);
            size_t first = (size_t)row * (size_t)l->grid.width;
            for (size_t i = first + (size_t)from; i < first + (size_t)to; i++) {
                int32_t a = l->label[i], b = l->label[(ptrdiff_t)i + l->grid.offset[k]];
                if (a != b)
                    energy += pair_weight(l, k / 2, i) * difference(l, a, b);
            }
        }
    }
    return energy;
}

/* A move: each pixel keeps its label or takes `to`; where `from` >= 0 only pixels of that label and
 * of `to` may move, and to either. */
struct move {
    struct cut_labelling *l;
    int32_t to, from;
};

static bool may_move(const struct move *m, int32_t label)
{
    return m->from < 0 || label == m->from || label == m->to;
}

/* The label of a pixel that is not on the source's side. */
static int32_t stay(const struct move *m, int32_t label)
{
    return m->from < 0 || !may_move(m, label) ? label : m->from;
}

static int32_t units(const struct cut_labelling *l, double cost)
{
    return (int32_t)lrint(cost * l->scale);
}

/* The arcs between p and its neighbour q, and what the pair adds to the excess of each. */
static void join(const struct move *m, size_t p, uint32_t k)
{
    struct cut_labelling *l = m->l;
    size_t q = (size_t)((ptrdiff_t)p + l->grid.offset[k]);
    int32_t a = l->label[p], b = l->label[q];
    int32_t *excess = l->grid.excess, *arcs = l->grid.arcs,
            *back = &arcs[q * l->grid.directions + (k ^ 1)];
    bool p_moves = may_move(m, a), q_moves = may_move(m, b);
    double weight = pair_weight(l, k / 2, p);
    arcs[p * l->grid.directions + k] = *back = 0;
    if (!p_moves && !q_moves)
        return;
    a = stay(m, a);
    b = stay(m, b);
    int32_t both = units(l, weight * difference(l, a, b));
    int32_t first = units(l, weight * difference(l, m->to, b));
    int32_t second = units(l, weight * difference(l, a, m->to));
    if (!q_moves) {
        excess[p] += both - first;
    } else if (!p_moves) {
        excess[q] += both - second;
    } else {
        excess[p] += both - first;
        excess[q] += first;
        *back =
            first + second > both ? first + second - both : 0; /* rounding may break the metric */
    }
}

static void build(const struct move *m)
{
    struct cut_labelling *l = m->l;
    const struct graphcut_grid *grid = &l->grid;
    for (size_t i = 0; i < grid->count; i++) {
        int32_t label = l->label[i];
        grid->excess[i] =
            may_move(m, label)
                ? units(l, (double)l->unary[stay(m, label)][i] - (double)l->unary[m->to][i])
                : 0;
    }
    memset(grid->arcs, 0, grid->count * grid->directions * sizeof *grid->arcs);
    for (int32_t row = 0; row < grid->height * grid->depth; row++) {
        size_t first = (size_t)row * (size_t)grid->width;
        for (uint32_t k = 0; k < grid->directions; k += 2) {
            int32_t from, to;
            cut_range(grid, row, k, &from, &to);
            for (size_t i = first + (size_t)from; i < first + (size_t)to; i++)
                join(m, i, k);
        }
    }
}

/* Makes the best move. `gain`: by how many units the energy falls. */
static int move(const struct common_env *env, const struct move *m, int64_t *gain)
{
    struct cut_labelling *l = m->l;
    int64_t most = 0, flow = 0;
    build(m);
    for (size_t i = 0; i < l->grid.count; i++)
        most += l->grid.excess[i] > 0 ? l->grid.excess[i] : 0;
    int status = cut_solve(env, &l->grid, &flow);
    if (status)
        return status;
    for (size_t i = 0; i < l->grid.count; i++)
        if (may_move(m, l->label[i]))
            l->label[i] = graphcut_grid_source(&l->grid, i) ? m->to : stay(m, l->label[i]);
    *gain = most - flow;
    return SEG_OK;
}

int cut_two(const struct common_env *env, struct cut_labelling *l, double *flow)
{
    const struct move m = {l, 1, -1};
    int64_t gain;
    double before = 0;
    memset(l->label, 0, l->grid.count * sizeof *l->label);
    for (size_t i = 0; i < l->grid.count; i++)
        before += l->unary[0][i];
    int status = move(env, &m, &gain);
    /* With label 0 everywhere the energy is the unary costs; the cut takes the gain off. */
    *flow = before - (double)gain / l->scale;
    return status;
}

int cut_expand(const struct common_env *env, struct cut_labelling *l, int32_t rounds)
{
    uint32_t idle = 0;
    double energy = cut_energy(l);
    int32_t *before;
    if (!COMMON_SCRATCH(env, before, l->grid.count))
        return common_nomem(env);
    for (int64_t i = 0; i < (int64_t)rounds * l->labels && idle < l->labels; i++) {
        const struct move m = {l, (int32_t)(i % l->labels), -1};
        int64_t gain;
        memcpy(before, l->label, l->grid.count * sizeof *before);
        int status = move(env, &m, &gain);
        if (!status)
            status = env->host->progress(env->call, -1);
        if (status)
            return status;
        double after = cut_energy(l);
        if (after < energy) {
            energy = after;
            idle = 0;
        } else { /* nothing, or no more than rounding */
            memcpy(l->label, before, l->grid.count * sizeof *before);
            idle++;
        }
    }
    return SEG_OK;
}

int cut_swap(const struct common_env *env, struct cut_labelling *l, int32_t rounds)
{
    double energy = cut_energy(l), last;
    int32_t *before;
    if (!COMMON_SCRATCH(env, before, l->grid.count))
        return common_nomem(env);
    do {
        last = energy;
        for (uint32_t pair = 0; pair < l->labels * l->labels; pair++) {
            const struct move m = {l, (int32_t)(pair / l->labels), (int32_t)(pair % l->labels)};
            int64_t gain;
            if (m.from <= m.to)
                continue;
            memcpy(before, l->label, l->grid.count * sizeof *before);
            int status = move(env, &m, &gain);
            if (!status)
                status = env->host->progress(env->call, -1);
            if (status)
                return status;
            double after = cut_energy(l);
            if (after < energy)
                energy = after;
            else
                memcpy(l->label, before, l->grid.count * sizeof *before);
        }
    } while (energy < last && --rounds > 0);
    return SEG_OK;
}

void cut_least(struct cut_labelling *l)
{
    for (size_t i = 0; i < l->grid.count; i++) {
        int32_t best = 0;
        for (uint32_t k = 1; k < l->labels; k++)
            if (l->unary[k][i] < l->unary[best][i])
                best = (int32_t)k;
        l->label[i] = best;
    }
}
