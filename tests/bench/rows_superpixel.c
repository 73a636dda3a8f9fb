/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_superpixel[] = {
    {"slic 20", "rgb", "superpixel.slic size=20"},
    {"slic_zero 20", "rgb", "superpixel.slic_zero size=20"},
    {"snic 20", "rgb", "superpixel.snic size=20"},
    {"seeds 20", "rgb", "superpixel.seeds size=20"},
    {"felzenszwalb 4", "rgb",
     "superpixel.felzenszwalb scale=300 sigma=0.5 min_size=100 connectivity=4"},
    {"felzenszwalb 8", "rgb", "superpixel.felzenszwalb scale=300 sigma=0.5 min_size=100"},
    {"quickshift", "rgb", "superpixel.quickshift kernel_size=3 max_dist=6 ratio=0.5"},
    {0},
};
