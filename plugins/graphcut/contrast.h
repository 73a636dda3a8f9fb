/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weights between neighbours that fall where the image has an edge. */
#ifndef GRAPHCUT_CONTRAST_H
#define GRAPHCUT_CONTRAST_H

#include "cut.h"

/* All planes of an image as packed floats, [plane][pixel], in units in which 8-bit samples are what
 * they are: 16 bits are divided by 257, floating point is stretched to 0..255. Fails on samples
 * that are not finite. */
int contrast_planes(const struct common_env *env, const struct seg_view *image, float ***planes);

/* weight of offset k at pixel p: smoothness / distance * exp(-contrast * d^2 / (2 mean d^2)), where
 * d is the difference of the two pixels' samples over all planes. [offset][pixel]. */
int contrast_weights(const struct common_env *env, const struct graphcut_grid *grid,
                     float *const *planes, int32_t count, double smoothness, double contrast,
                     float ***weights);

/* Sets the arcs of a two-label problem from the weights, in both directions. */
int contrast_arcs(const struct common_env *env, struct graphcut_grid *grid, float *const *weights,
                  double scale);

#endif
