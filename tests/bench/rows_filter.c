/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_filter[] = {
    {"gaussian 1.5", "gray", "filter.gaussian sigma=1.5"},
    {"gaussian 5", "gray", "filter.gaussian sigma=5 truncate=3"},
    {"median 3", "gray", "filter.median size=3"},
    {"median 5", "gray", "filter.median size=5"},
    {0},
};
