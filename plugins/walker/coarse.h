/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Coarser and coarser graphs of a weighted graph, for correcting what varies slowly in it. */
#ifndef WALKER_COARSE_H
#define WALKER_COARSE_H

#include "common/env.h"

#define WALKER_GRAPHS 32
#define WALKER_BOOST                                                                               \
    1.4 /* constant pieces correct too little; the best of 1 to 1.8 on pictures                    \
         */

/* Of node i: edges first[i] .. first[i + 1] - 1 to nodes `to`, each listed at both its ends, and
 * one to the ground. */
struct walker_graph {
    uint32_t count;
    uint32_t *first, *to;
    double *weight, *ground;
    double *diagonal;     /* the sum of a node's weights */
    uint32_t *parent;     /* its node in the next graph */
    double *value, *rest; /* of a cycle: rest is the right-hand side */
};

struct walker_coarse {
    const struct common_env *env;
    struct walker_graph graphs[WALKER_GRAPHS]; /* the first one is the caller's */
    int32_t count;
    double *factor; /* of the last one's matrix */
};

/* Fills in the graphs from the first one on, of which the caller gives count to ground. */
int walker_coarse_build(struct walker_coarse *coarse);

/* Improves the value of a graph, from what it is; the same symmetric operation every time. */
void walker_coarse_cycle(const struct walker_coarse *coarse, int32_t at);

#endif
