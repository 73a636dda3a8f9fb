/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_contour[] = {
    {"chan_vese 20", "gray", "contour.chan_vese iterations=20 tolerance=0"},
    {"morph_chan_vese 20", "gray", "contour.morph_chan_vese iterations=20"},
    {"morph_gac 20", "gray", "contour.morph_gac iterations=20 balloon=1"},
    {0},
};
