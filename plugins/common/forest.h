/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disjoint sets of pixels that grow together. R. E. Tarjan, Efficiency of a good but not linear set
 * union algorithm, Journal of the ACM 22 (2), 1975. */
#ifndef COMMON_FOREST_H
#define COMMON_FOREST_H

#include "env.h"

/* link[i] is i's parent, or less than 0 for a root: minus the size of its set. NULL: no memory. */
int32_t *common_forest(const struct common_env *env, size_t count);

static inline uint32_t common_root(int32_t *link, uint32_t at)
{
    while (link[at] >= 0) {
        int32_t parent = link[at], above = link[parent];
        if (above < 0)
            return (uint32_t)parent;
        link[at] = above;
        at = (uint32_t)above;
    }
    return at;
}

/* Joins the sets of two roots; returns the root of both, that of the larger one. */
static inline uint32_t common_join(int32_t *link, uint32_t a, uint32_t b)
{
    uint32_t root = link[b] < link[a] ? b : a, other = root == a ? b : a;
    link[root] += link[other];
    link[other] = (int32_t)root;
    return root;
}

/* Writes which set each pixel of the dense raster belongs to, numbered 1..count by their first
 * pixels. */
int common_forest_labels(const struct common_env *env, int32_t *link, const struct seg_view *labels,
                         int32_t *count);

#endif
