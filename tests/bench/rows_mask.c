/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_mask[] = {
    {"components", "mask", "mask.components"},
    {"components nuclei", "cells", "mask.components"},
    {"open disk 5", "mask", "mask.open radius=5"},
    {"fill holes", "cells", "mask.fill_holes"},
    {0},
};
