/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outlines of regions along pixel edges: they enclose exactly the region's pixels. */
#ifndef SEGI_OUTLINE_H
#define SEGI_OUTLINE_H

#include "regions.h"

/* A corner of pixels: pixel (x, y) lies between the corners (x, y) and (x + 1, y + 1). */
struct segi_corner {
    int32_t x, y;
};

/* A closed line, its first corner not repeated, no three corners in a row. Outer ones run clockwise
 * as seen on the screen, holes the other way. No ring touches itself. */
struct segi_ring {
    size_t first, count; /* of the outline's corners */
    uint32_t part;
    bool hole;
};

struct segi_outline {
    const struct segi_mem *mem;
    struct segi_corner *corners;
    size_t corner_count, corner_capacity;
    struct segi_ring *rings; /* part after part, its outer ring first */
    size_t ring_count, ring_capacity;
    uint32_t parts; /* that connect by pixel edges */
};

/* Replaces what the outline holds; it starts with `mem` set and the rest zero. False: no memory. */
bool segi_outline_trace(struct segi_outline *outline, const struct segi_region *region);
void segi_outline_end(struct segi_outline *outline);

#endif
