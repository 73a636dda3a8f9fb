/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_mask[] = {
    {"components", "mask", "mask.components"},
    {"components nuclei", "cells", "mask.components"},
    {"open disk 5", "mask", "mask.open radius=5"},
    {"open disk 25", "mask", "mask.open radius=25"},
    {"fill holes", "cells", "mask.fill_holes"},
    {"remove small", "mask", "mask.remove_small min_area=64"},
    {"remove small nuclei", "cells", "mask.remove_small min_area=64"},
    {"skeleton", "mask", "mask.skeleton"},
    {"convex hulls", "cells", "mask.convex_hull of=objects"},
    {"expand labels", "cells", "mask.components ! labels.expand distance=10"},
    {0},
};
