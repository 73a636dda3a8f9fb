/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Means over square windows, in a time that hardly depends on their size. */
#ifndef COMMON_BOX_H
#define COMMON_BOX_H

#include "env.h"

#define COMMON_BOX_MOST 19 /* images at a time */

/* Images that are made row by row, and whose means are taken row by row. Windows end at the border
 * of the image, where fewer samples count. */
struct common_box {
    int32_t width, height, radius;
    unsigned count; /* of images */
    /* Points rows[k] to row `y` of image k: to memory of its own, or to room[k], a row long. All
     * samples are finite. */
    void (*make)(const void *arg, int32_t y, const float **rows, float *const *room);
    void (*take)(const void *arg, int32_t y, const float *const *means, unsigned worker);
    const void *arg;
};

int common_box(const struct common_env *env, const struct common_box *box);

/* to[x] = the sum of `side` samples of `from` from x on. `from` holds width + side - 1 and is
 * overwritten, `spare` has room for as many. */
void common_slide(float *from, float *spare, size_t side, size_t width, float *to);

#endif
