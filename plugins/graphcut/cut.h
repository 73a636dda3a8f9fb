/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the stages on grids share: the graph of a call, slices, and numbers in whole units. */
#ifndef GRAPHCUT_CUT_H
#define GRAPHCUT_CUT_H

#include "common/env.h"
#include "maxflow.h"

enum { CUT_4, CUT_8, CUT_6, CUT_26, CUT_CONNECTIVITIES };
extern const struct seg_choice cut_connectivity[CUT_CONNECTIVITIES];

#define CUT_CONNECTIVITY_ROW(T, dflt)                                                              \
    {                                                                                              \
        SEG_P_CHOICE(T, connectivity, dflt, cut_connectivity, "which pixels are neighbours")       \
    }
#define CUT_SLICES_ROW(T)                                                                          \
    {                                                                                              \
        SEG_P_INT(T, slices, 1, 1, 65536, NULL,                                                    \
                  "how many pages of equal height the image holds, one below the other")           \
    }
#define CUT_SLICES_TEXT                                                                            \
    "A stack of pages is given as one image, page below page, with their number in 'slices'; "     \
    "with 'connectivity' 6 or 26 the pixels above each other in the stack are neighbours too, "    \
    "and with 4 or 8 pages are independent."

/* Makes the graph for an image of this size. */
int cut_open(const struct common_env *env, struct graphcut_grid *grid, const struct seg_view *image,
             int32_t connectivity, int32_t slices);

/* Solves; fails with a text. */
int cut_solve(const struct common_env *env, struct graphcut_grid *grid, int64_t *flow);

/* What a direction's step measures: 1, sqrt(2) or sqrt(3). */
double cut_distance(const struct graphcut_grid *grid, uint32_t direction);

/* The pixels x in from..to-1 of a row whose neighbour in this direction is in the grid; row is
 * counted over all slices. Empty: from == to. */
void cut_range(const struct graphcut_grid *grid, int32_t row, uint32_t direction, int32_t *from,
               int32_t *to);

/* A raster plane as packed floats in scratch memory. */
int cut_plane(const struct common_env *env, const struct seg_view *view, int32_t plane,
              float **floats);

#endif
