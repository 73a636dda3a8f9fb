/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laplace's equation on a weighted grid: each pixel is the mean of its four neighbours, weighed by
 * the edges to them, but for those whose value is given.
 *
 * Pixels are kept by the colours of a chessboard, black ones (x + y even) and red ones, each in a
 * raster of its own: `stride` columns, of which one is no pixel, and a row above and one below. */
#ifndef WALKER_GRID_H
#define WALKER_GRID_H

#include "coarse.h"
#include "star.h"

enum { WALKER_BLACK, WALKER_RED };
enum { WALKER_UP, WALKER_DOWN, WALKER_BESIDE, WALKER_ACROSS }; /* neighbours of a black pixel */

enum { WALKER_CLOSED, WALKER_FREE, WALKER_GIVEN }; /* nothing passes; to be solved for; given */

struct walker_grid {
    const struct common_env *env;
    int32_t width, height;
    size_t stride, size, half; /* half: columns of a colour */
    bool avx2;
    uint8_t *state[2];
    float *edge[4];    /* of the black pixels; 0: there is none, or it ends where nothing passes */
    float *inverse[2]; /* of a pixel's sum of weights; 0: its value is given, or it has none */
    double *value[2];
    struct walker_coarse coarse;
    uint32_t *parent[2];                       /* a pixel's node in the first coarse graph */
    uint32_t *first, *member;                  /* the black pixels of each of those */
    double *rest, *direction, *product, *mean; /* of the conjugate gradients, on the black pixels;
                                                  but mean on the red ones, of the direction */
    float *black, *red, *residue;              /* of a cycle */
    double *sums, *peaks;                      /* by row */
};

static inline int walker_color(int32_t x, int32_t y)
{
    return (x + y) & 1;
}

static inline size_t walker_at(const struct walker_grid *grid, int32_t x, int32_t y)
{
    return (size_t)y * grid->stride + (size_t)x / 2;
}

/* From a pixel of a row to the neighbour at its side that is not in the same column. */
static inline ptrdiff_t walker_across(int color, int32_t y)
{
    return walker_color(color, y) ? 1 : -1;
}

/* A raster of 0 in scratch memory, of elements of this size; NULL: there is none. */
void *walker_grid_raster(const struct walker_grid *grid, size_t size);

/* Makes room for an image; the caller fills in states and edges. */
int walker_grid_open(struct walker_grid *grid, const struct common_env *env, int32_t width,
                     int32_t height);

/* Makes the coarse graphs. */
int walker_grid_ready(struct walker_grid *grid);

/* Solves for the free values, from what they are, until a cycle of the multigrid corrects none
 * by more than `tolerance`: residues say little about the error where weights span ten decades. */
int walker_grid_solve(struct walker_grid *grid, double tolerance, int32_t *rounds);

/* The neighbours of a row of a colour. */
struct walker_star walker_grid_star(const struct walker_grid *grid, int color, size_t y);

#endif
