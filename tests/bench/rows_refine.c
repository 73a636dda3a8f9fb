/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_refine[] = {
    {"dense_crf", "rgb cells", "refine.dense_crf scores=cells"},
    {"guided", "rgb cells", "refine.guided alpha=cells image=input"},
    {"majority", "superpixels cells", "refine.majority labels=cells superpixels=input"},
    {"snap", "gray cells", "refine.snap labels=cells image=input"},
    {0},
};
