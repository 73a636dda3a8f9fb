/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_markers[] = {
    {"distance", "mask", "markers.distance"},
    {"distance nuclei", "cells", "markers.distance"},
    {"peaks 7", "depth", "markers.peaks min_distance=7"},
    {0},
};
