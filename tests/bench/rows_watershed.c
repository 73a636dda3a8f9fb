/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_watershed[] = {
    {"watershed", "relief markers", "watershed.flood"},
    {"watershed compact", "relief markers", "watershed.flood compactness=1"},
    {"watershed line", "relief markers", "watershed.flood watershed_line=true"},
    {"split", "cells", "watershed.split"},
    {"waterpixels", "rgb", "watershed.waterpixels size=32"},
    {0},
};
