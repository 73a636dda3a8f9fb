/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Coarser and coarser graphs of a weighted graph, for correcting what varies slowly in it. */
#ifndef WALKER_COARSE_H
#define WALKER_COARSE_H

#include "common/env.h"

#define WALKER_NONE   UINT32_MAX
#define WALKER_GRAPHS 32

struct walker_edge {
    uint32_t to;
    float weight;
};

/* Of node i: edges first[i] .. first[i + 1] - 1, each listed at both its ends, and one to the
 * ground. */
struct walker_graph {
    uint32_t count;
    uint32_t *first;
    struct walker_edge *edge;
    float *ground;
    float *inverse;      /* of the sum of a node's weights; 0 of nothing */
    uint32_t *parent;    /* its node in the next graph, or WALKER_NONE where it has no edges */
    float *value, *rest; /* of a cycle: rest is the right-hand side */
};

struct walker_coarse {
    const struct common_env *env;
    struct walker_graph graphs[WALKER_GRAPHS];
    int32_t count;
    float *factor; /* of the last one's matrix, or NULL */
};

/* Fills in the graphs. `pixels` gives count to ground and gets `parent`, its node in the first;
 * first and edge are taken (alloc). */
int walker_coarse_build(struct walker_coarse *coarse, struct walker_graph *pixels);

/* How to correct a graph by graph `next`: so many cycles there one after the other, and what they
 * give this many times. */
int walker_coarse_cycles(const struct walker_coarse *coarse, int32_t next);
float walker_coarse_boost(const struct walker_coarse *coarse, int32_t next);

/* Improves the value of a graph, from what it is; the same symmetric operation every time. */
void walker_coarse_cycle(const struct walker_coarse *coarse, int32_t at);

#endif
