/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laplace's equation on a weighted grid: each pixel is the mean of its four neighbours, weighed by
 * the edges to them and by one to the ground. */
#ifndef WALKER_GRID_H
#define WALKER_GRID_H

#include "coarse.h"

/* Rasters of `stride` columns; one column and one row more than the pixels, all 0. A weight of 0
 * is no edge; where a pixel has none at all its value is 0. */
struct walker_level {
    int32_t width, height;
    size_t stride, size;
    double *right, *down; /* the edge to the next pixel of the row, and of the column */
    double *ground;
    double *diagonal; /* the sum of a pixel's weights */
};

struct walker_grid {
    const struct common_env *env;
    struct walker_level level;
    struct walker_coarse coarse;
    const struct walker_graph *next; /* the first coarse graph */
    uint32_t *parent;                /* a pixel's node there; a raster */
    double *residue, *value;         /* of a cycle */
    double *direction, *product;     /* of the conjugate gradients */
    double *sums;                    /* by row */
};

/* A raster of 0 in scratch memory; NULL: there is none. */
double *walker_grid_raster(const struct common_env *env, const struct walker_level *level);

/* Makes room for an image; the caller fills in right, down and ground. */
int walker_grid_open(struct walker_grid *grid, const struct common_env *env, int32_t width,
                     int32_t height);

/* Makes the coarse graphs. */
int walker_grid_ready(struct walker_grid *grid);

/* Solves for the right-hand side `rest`, from `value` on (rasters, `rest` is lost),
 * until a cycle of the multigrid corrects no value by more than `tolerance`: residues say little
 * about the error where weights span ten decades. */
int walker_grid_solve(struct walker_grid *grid, double *value, double *rest, double tolerance,
                      int32_t *rounds);

#endif
