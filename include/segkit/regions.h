/* SPDX-License-Identifier: MIT */
/* Measuring regions: a service that the host offers to stages under SEG_REGIONS_SERVICE.
 *
 *     const struct seg_regions_api *regions = host->extension(call, SEG_REGIONS_SERVICE);
 *
 * It measures what `-o regions.csv` writes, by the same names. */
#ifndef SEGKIT_REGIONS_H
#define SEGKIT_REGIONS_H

#include <segkit/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEG_REGIONS_SERVICE "segkit.regions/1"

/* A region a row, by rising label; values[row * properties + k]. All of it is scratch memory. */
struct seg_region_table {
    uint32_t struct_size;
    size_t count;
    const int32_t *labels;
    const double *values;
};

struct seg_regions_api {
    uint32_t struct_size;

    /* [any] The name of property `index`; NULL: there are no more. */
    const char *(*name)(uint32_t index);

    /* [any] Whether it is one of the samples of an image. */
    int (*of_image)(uint32_t index);

    /* [stage] Measures `count` properties of the regions of labels, or of a mask as one region.
     * `image` may be NULL if no property needs it; only its plane `plane` is looked at. */
    int (*measure)(struct seg_call *call, const struct seg_view *labels,
                   const struct seg_view *image, int32_t plane, const uint32_t *properties,
                   uint32_t count, struct seg_region_table *table);

    /* [stage] For each row from the first run's to the last one's the pixels whose centre the
     * convex hull of the runs' pixels holds; a pixel reaches to the middles of its edges. `runs`
     * are sorted by y, then x; `count` is above 0. */
    int (*hull)(struct seg_call *call, const struct seg_run *runs, size_t count,
                struct seg_run *spans);
};

#ifdef __cplusplus
}
#endif

#endif
