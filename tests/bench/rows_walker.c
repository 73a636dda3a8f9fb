/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_walker[] = {
    {"random_walker", "gray scribbles", "walker.random_walker beta=130"},
    {0},
};
