/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All pairs of neighbouring pixels, in order of how much they differ. */
#ifndef COMMON_EDGES_H
#define COMMON_EDGES_H

#include "features.h"

#include <string.h>

enum {
    COMMON_SQUARES, /* the sum over channels of squared differences */
    COMMON_LARGEST  /* the largest difference of a channel */
};

struct common_edges {
    uint64_t *list; /* ascending by difference, then by place */
    size_t count;
    uint32_t step[4]; /* from a pixel to its neighbours of the four directions */
};

/* In scratch memory; `connectivity` is one of choices.h. Fails above 2^30 pixels. */
int common_edges(const struct common_env *env, const struct common_features *features,
                 int32_t connectivity, int measure, struct common_edges *edges);

/* Joins the sets of a forest of pixels across edges, in their order, where one is smaller than
 * `least` pixels. */
void common_edges_join_small(const struct common_edges *edges, int32_t *link, int32_t least);

static inline float common_edge_difference(uint64_t edge)
{
    uint32_t bits = (uint32_t)(edge >> 32);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void common_edge_ends(const struct common_edges *edges, uint64_t edge, uint32_t *a,
                                    uint32_t *b)
{
    *a = (uint32_t)edge >> 2;
    *b = *a + edges->step[edge & 3];
}

#endif
