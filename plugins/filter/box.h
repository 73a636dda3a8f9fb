/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Means over square windows, in a time that hardly depends on their size. */
#ifndef FILTER_BOX_H
#define FILTER_BOX_H

#include "common/env.h"

#define FILTER_BOX_MOST 13 /* images at a time */

/* Images that are made row by row, and whose means are taken row by row. Windows end at the border
 * of the image, where fewer samples count. */
struct filter_box {
    int32_t width, height, radius;
    unsigned count; /* of images */
    /* Points rows[k] to row `y` of image k: into memory of its own, or to where rows[k] points when
     * it is called, which has room for one row. */
    void (*make)(const void *arg, int32_t y, const float **rows, float *const *room);
    void (*take)(const void *arg, int32_t y, const float *const *means, unsigned worker);
    const void *arg;
};

/* to[x] = the sum of `side` samples of `from` from x on. `from` holds width + side - 1 and is
 * overwritten, `spare` has room for as many. */
void filter_slide(float *from, float *spare, size_t side, size_t width, float *to);

int filter_box(const struct common_env *env, const struct filter_box *box);

#endif
