/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gaussian filtering of what lies scattered in a space of a few dimensions.
 *
 * Adams, Baek and Davis, Fast high-dimensional filtering using the permutohedral lattice,
 * Eurographics 2010: points hand their values to the corners of the simplex that they lie in, the
 * corners are blurred along each axis of the lattice, and the points take the result back. */
#ifndef REFINE_LATTICE_H
#define REFINE_LATTICE_H

#include "common/env.h"

#define LATTICE_DIMS 10

struct lattice {
    const struct common_env *env;
    int32_t dims;
    size_t points;
    uint32_t *corner; /* dims + 1 for each point: vertices, and their weights */
    float *weight;
    uint32_t *first; /* the same by vertex: entries first[v] .. first[v + 1] - 1 */
    uint32_t *point;
    float *share;
    uint32_t count;      /* of vertices */
    uint32_t *neighbour; /* two along each of dims + 1 axes, for each vertex; `count`: none */
};

/* `feature` writes the dims coordinates of a point, in standard deviations of the filter. */
int lattice_build(struct lattice *lattice, const struct common_env *env, int32_t dims,
                  size_t points, void (*feature)(const void *arg, size_t point, float *at),
                  const void *arg);

/* Filters `values` values of each point, from `in` to `out`; `room` is scratch memory of
 * lattice_room() floats. The weights of a point's neighbours do not sum to 1. */
size_t lattice_room(const struct lattice *lattice, int32_t values);
int lattice_filter(const struct lattice *lattice, int32_t values, const float *in, float *out,
                   float *room);

#endif
