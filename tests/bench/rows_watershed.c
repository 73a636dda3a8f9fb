/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_watershed[] = {
    {"watershed", "relief markers", "watershed.flood"},
    {0},
};
