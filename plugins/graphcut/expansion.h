/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Labellings of low energy: unary costs, and a cost for neighbours that differ. */
#ifndef GRAPHCUT_EXPANSION_H
#define GRAPHCUT_EXPANSION_H

#include "cut.h"

/* energy = sum of unary[label(p)][p] + sum over offsets k and pixels p of
 * weight_k(p) * min(|label(p) - label(q)|, truncation), q = p + offset k. */
struct cut_labelling {
    struct graphcut_grid grid;
    uint32_t labels;
    float **unary; /* [label][pixel] */
    float **pair;  /* [offset][pixel]; NULL: `weight` for all */
    double weight;
    double truncation; /* 1: Potts */
    int32_t *label;    /* [pixel]: the result */
    double scale;      /* whole units a unit of cost */
};

/* Says with which numbers the costs become whole ones; fails on costs that are not finite, weights
 * below 0 and sums that 32 bits do not hold. */
int cut_scale(const struct common_env *env, struct cut_labelling *labelling);

double cut_energy(const struct cut_labelling *labelling);

/* Starts with label 0 everywhere and gives label 1 to the pixels that are better with it: exact for
 * two labels. `flow`: the largest flow, in units of the costs. */
int cut_two(const struct common_env *env, struct cut_labelling *labelling, double *flow);

/* From `label` on, until no move of a round over all labels lowers the energy or `rounds` are
 * done: expansion of each label, or swaps of each pair. */
int cut_expand(const struct common_env *env, struct cut_labelling *labelling, int32_t rounds);
int cut_swap(const struct common_env *env, struct cut_labelling *labelling, int32_t rounds);

/* Each pixel's label of the least unary cost. */
void cut_least(struct cut_labelling *labelling);

#endif
