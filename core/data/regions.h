/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of regions, by the names and definitions of scikit-image's regionprops. */
#ifndef SEGI_REGIONS_H
#define SEGI_REGIONS_H

#include "layer.h"

struct segi_intensity {
    double mean, min, max;
    double centroid[2]; /* row, column; weighted by the samples */
};

struct segi_region {
    int32_t label;
    const struct seg_run *runs; /* sorted by row, then column; borrowed from the table */
    size_t run_count;
    double area;
    int32_t box[4];     /* min_row, min_col, max_row, max_col; the last two are one past the end */
    double centroid[2]; /* row, column */
    double perimeter, perimeter_8;                 /* borders have a neighbour outside: 4, or 8 */
    double perimeter_crofton, perimeter_crofton_2; /* of four directions, of two */
    double euler_number, euler_number_4;           /* parts less holes; corners connect, do not */
    double convex_area, solidity, feret_diameter_max;
    double bbox_area, filled_area, extent, circularity;
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

/* What takes more than a look at each run. */
enum segi_measures {
    SEGI_MEASURE_BORDER = 1,
    SEGI_MEASURE_HULL = 2,
    SEGI_MEASURE_FILLED = 4,
    SEGI_MEASURE_INTENSITY = 8,
    SEGI_MEASURE_ALL = 15
};

/* All of it, or all but some `measures`. `image` (may be NULL) must be as large as the layer. */
int segi_regions_measure(seg_context *context, const seg_layer *layer, const seg_layer *image,
                         unsigned measures, struct segi_regions *regions, struct seg_error *err);

/* A property by name. */
struct segi_property {
    const char *name;
    unsigned measures; /* what it needs */
    size_t offset;     /* in the region, or in an intensity */
    bool integer;      /* int32_t and not double */
};

/* In the order of scikit-image's table, then our own. */
extern const struct segi_property segi_properties[];
extern const size_t segi_property_count;

/* `plane` matters for intensities. */
double segi_region_value(const struct segi_region *region, const struct segi_property *property,
                         int32_t plane);

void segi_regions_end(struct segi_regions *regions); /* frees it; may be all zero */

#endif
