/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How well boundaries agree, by each convention in use. */
#ifndef SEGI_BOUNDARY_H
#define SEGI_BOUNDARY_H

#include <stddef.h>
#include <stdint.h>

/* Precision, recall and their harmonic mean. */
struct segi_boundary_score {
    double precision, recall, f;
};

/* Boundary pixels of a label image, as both DAVIS and BSDS draw them: a pixel whose right, lower or
 * lower right neighbour has another label. */
void segi_boundary_map(const int32_t *labels, int32_t width, int32_t height, uint8_t *map);

/* DAVIS (Perazzi et al. 2016): boundary pixels that have one of the other within `radius`. One map
 * empty: F is 0; both: 1. SEG_OK or SEG_NOMEM. */
int segi_boundary_davis(const uint8_t *truth, const uint8_t *pred, int32_t width, int32_t height,
                        double radius, struct segi_boundary_score *score);

/* BSDS (Martin, Fowlkes and Malik 2004): one-to-one matching of boundary pixels at most `radius`
 * apart; the maximum matching, exactly. NaN where there is nothing to match. */
struct segi_boundary_match {
    int64_t truth, pred, matched;
};
int segi_boundary_bsds(const uint8_t *truth, const uint8_t *pred, int32_t width, int32_t height,
                       double radius, struct segi_boundary_match *match);
struct segi_boundary_score segi_boundary_match_score(const struct segi_boundary_match *match);

/* Cellpose: objects' outer outlines, both made thick by `scale` times the median diameter of the
 * true objects, then compared by area. */
int segi_boundary_thick(const int32_t *truth, const int32_t *pred, int32_t width, int32_t height,
                        double scale, struct segi_boundary_score *score);

/* Boundary IoU (Cheng et al. 2021): the pixels of a mask within `distance` (chessboard) of its
 * outside, the image's edge being outside. Into `band`, which may be `mask`. SEG_OK or SEG_NOMEM.
 */
int segi_boundary_band(const uint8_t *mask, int32_t width, int32_t height, int32_t distance,
                       uint8_t *band);
/* `ratio` of the diagonal in whole pixels, at least 1: 0.02 for COCO, 0.005 for Cityscapes. */
int32_t segi_boundary_distance(int32_t width, int32_t height, double ratio);

/* Sets pixels that have a set one within `distance` (chessboard). SEG_OK or SEG_NOMEM. */
int segi_dilate_square(const uint8_t *set, int32_t width, int32_t height, int32_t distance,
                       uint8_t *out);

#endif
