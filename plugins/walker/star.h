/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of a weighted grid whose pixels are kept by the colours of a chessboard: each pixel has its
 * four neighbours in the other colour, and those of a row lie in a row. */
#ifndef WALKER_STAR_H
#define WALKER_STAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* To the neighbours of a row's first pixel: where the edge's weight is, and the neighbour in the
 * other colour. Those of the pixels that follow are next to them. */
struct walker_star {
    const float *weight[4];
    ptrdiff_t at[4];
    const float *inverse; /* of the sum of a pixel's weights; 0: its value is given */
    size_t count;
};

/* edge = exp(factor * edge) + 1e-10, or 0 where either end's state is 0. */
void walker_star_weigh(const uint8_t *own, const uint8_t *other, float factor, size_t count,
                       float *edge, bool avx2);

/* out = sum of weight * other */
void walker_star_pull(const struct walker_star *star, const float *other, float *out, bool avx2);

/* out = (rest + sum of weight * other) * inverse; rest may be NULL. */
void walker_star_relax(const struct walker_star *star, const float *other, const float *rest,
                       float *out, bool avx2);

/* out = the mean of the others, weighed; where it is given it stays. */
void walker_star_mean(const struct walker_star *star, const double *other, double *out, bool avx2);

/* out = sum of weight * (value - other), what flows away from a pixel; 0 where its value is given.
 * A difference: ties to a piece of the image may be 1e-10 of those within. */
void walker_star_flow(const struct walker_star *star, const double *other, const double *value,
                      double *out, bool avx2);

#endif
