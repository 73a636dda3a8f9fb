/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How good superpixels are: Stutz, Hermans and Leibe, "Superpixels: an evaluation of the
 * state-of-the-art", 2018, whose definitions these are. */
#ifndef SEGI_SUPERPIXEL_H
#define SEGI_SUPERPIXEL_H

#include "table.h"

#include <stdbool.h>

struct segi_superpixel {
    double ue_min;   /* undersegmentation error: pixels outside the best region, over all */
    double ue_np;    /* Neubert and Protzel 2012 */
    double ue_levin; /* Levinshtein et al. 2009 */
    double oversegmentation;
    double asa; /* achievable segmentation accuracy, Liu et al. 2011 */
};
int segi_superpixel_overlap(const struct segi_table *t, struct segi_superpixel *s);

/* Pixels of a region's inner boundary: a 4-neighbour has another label. */
void segi_region_boundary(const int32_t *labels, int32_t width, int32_t height, uint8_t *map);

/* Boundary recall and precision in a square of `radius` around. */
struct segi_superpixel_boundary {
    double recall, precision, density;
};
int segi_superpixel_boundary(const int32_t *truth, const int32_t *pred, int32_t width,
                             int32_t height, int32_t radius, struct segi_superpixel_boundary *b);

/* Schick, Fischer and Stiefelhagen 2012; regions by label, connected or not. */
int segi_compactness(const int32_t *labels, int32_t width, int32_t height, double *value);

/* Moore et al. 2008, and the intra-cluster variation, over `planes` of samples. `single`: in single
 * precision, as the authors' tool sums. */
struct segi_variation {
    double explained, within;
};
int segi_explained_variation(const int32_t *labels, size_t n, const uint8_t *const *planes,
                             int32_t plane_count, bool single, struct segi_variation *value);

#endif
