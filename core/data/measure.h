/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of measuring regions. */
#ifndef SEGI_MEASURE_H
#define SEGI_MEASURE_H

#include "regions.h"

/* In half pixels. */
struct segi_point {
    int64_t y, x;
};

/* How many of them a hull of so many rows needs. */
size_t segi_hull_points(size_t rows);

/* For each row from the first run's to the last one's the pixels whose centre the hull of the runs
 * holds, its edge included. */
void segi_hull_spans(const struct seg_run *runs, size_t count, struct segi_point *points,
                     struct seg_run *spans);

/* The largest distance between edges of the pixels of a hull. */
double segi_hull_feret(const struct seg_run *spans, size_t rows, struct segi_point *points);

/* The length of the border, of which a pixel is part that misses a neighbour at an edge, or also at
 * a corner. `bytes` are segi_region_lines() rows, each as wide as the region and 2 more. */
double segi_region_perimeter(const struct segi_region *region, uint8_t *bytes, bool corners);
size_t segi_region_lines(void);

/* The Euler numbers and Crofton's perimeters. */
void segi_region_topology(struct segi_region *region);

/* Pixels of a row between runs, in a forest. */
struct segi_gap {
    int32_t begin, end;
    size_t parent;
};

/* The area with all holes; a hole may not lead out across a corner. `gaps` has room for one more
 * than runs and rows. */
double segi_region_filled(const struct segi_region *region, struct segi_gap *gaps);

#endif
