/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What maxflow.c and the searches for each number of directions share. */
#ifndef GRAPHCUT_MAXFLOW_INTERNAL_H
#define GRAPHCUT_MAXFLOW_INTERNAL_H

#include "maxflow.h"

/* A box of pixels, z, y, x: from..to-1. */
struct block {
    int32_t from[3], to[3];
    size_t first; /* how many pixels the blocks before this one have */
};

static inline bool block_holds(const struct block *block, const int32_t at[3], const int8_t step[3])
{
    for (int i = 0; i < 3; i++)
        if (at[i] + step[i] < block->from[i] || at[i] + step[i] >= block->to[i])
            return false;
    return true;
}

/* What the searches of a round came to. */
struct progress {
    int64_t flow;
    int64_t adoptions; /* how often a pixel lost its parent */
    int32_t limit[2];  /* the level up to which each forest has looked around */
};

/* Where a search begins. */
struct start {
    const int32_t *inner; /* the blocks of this size are solved; NULL: nothing is */
    bool keep;            /* go on with the forests of the inner blocks */
    int32_t limit[2];     /* theirs */
    bool whole;           /* the cut itself is wanted too */
};

/* Solves the problem inside a block. */
typedef int (*graphcut_block_solve)(const struct graphcut_grid *grid, const struct block *block,
                                    const struct start *start, struct progress *progress);

int graphcut_solve_4(const struct graphcut_grid *grid, const struct block *block,
                     const struct start *start, struct progress *progress);
int graphcut_solve_8(const struct graphcut_grid *grid, const struct block *block,
                     const struct start *start, struct progress *progress);
int graphcut_solve_6(const struct graphcut_grid *grid, const struct block *block,
                     const struct start *start, struct progress *progress);
int graphcut_solve_26(const struct graphcut_grid *grid, const struct block *block,
                      const struct start *start, struct progress *progress);

#endif
