/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of regions, by the names and definitions of scikit-image's regionprops. */
#ifndef SEGI_REGIONS_H
#define SEGI_REGIONS_H

#include "layer.h"

struct segi_intensity {
    double mean, min, max;
};

struct segi_region {
    int32_t label;
    const struct seg_run *runs; /* sorted by row, then column; borrowed from the table */
    size_t run_count;
    double area;
    int32_t box[4];     /* min_row, min_col, max_row, max_col; the last two are one past the end */
    double centroid[2]; /* row, column */
    double perimeter, convex_area, solidity, extent;
    double euler_number; /* holes subtracted from parts, corners connecting */
    double equivalent_diameter, major_axis_length, minor_axis_length, eccentricity, orientation;
    struct segi_intensity *intensity; /* of each plane of the image; NULL without one */
};

struct segi_regions {
    const struct segi_mem *mem;
    struct segi_region *list; /* by rising label */
    size_t count;
    int32_t planes; /* of the image; 0 without one */
    struct seg_run *runs;
    struct segi_intensity *intensity;
};

/* Only label, runs, run_count, area and box of each region of a mask (label 1), labels (those above
 * 0) or instances (their ids, in their order). */
int segi_regions_find(seg_context *context, const seg_layer *layer, struct segi_regions *regions,
                      struct seg_error *err);

/* All of it. `image` (may be NULL) must be as large as the layer. */
int segi_regions_measure(seg_context *context, const seg_layer *layer, const seg_layer *image,
                         struct segi_regions *regions, struct seg_error *err);

void segi_regions_end(struct segi_regions *regions); /* frees it; may be all zero */

#endif
