/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_filter[] = {
    {"gaussian 1.5", "gray", "filter.gaussian sigma=1.5"},
    {"gaussian 5", "gray", "filter.gaussian sigma=5 truncate=3"},
    {"median 3", "gray", "filter.median size=3"},
    {"median 5", "gray", "filter.median size=5"},
    {"open gray disk 5", "gray", "filter.open radius=5"},
    {"open gray disk 25", "gray", "filter.open radius=25"},
    {"open gray square 25", "gray", "filter.open shape=square radius=25"},
    {"open f32 disk 25", "gray_f32", "filter.open radius=25"},
    {"area_open 64", "gray", "filter.area_open"},
    {"reconstruct h 20", "gray", "filter.reconstruct h=20"},
    {"sobel", "gray", "filter.sobel"},
    {"laplacian", "gray", "filter.laplacian"},
    {"gradient 2", "gray", "filter.gradient sigma=2"},
    {"canny", "gray", "filter.canny sigma=0 method=sectors norm=l1 low=100 high=200"},
    {"canny 1.4", "gray", "filter.canny sigma=1.4"},
    {"rolling ball 15", "gray", "filter.background radius=15"},
    {"color lab", "rgb", "filter.color to=lab"},
    {"stain hed", "rgb", "filter.stain"},
    {"sato", "gray", "filter.sato"},
    {0},
};
