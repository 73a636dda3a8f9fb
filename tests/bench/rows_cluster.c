/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

const struct bench_row bench_cluster[] = {
    {"kmeans 4", "rgb", "cluster.kmeans clusters=4 iterations=10 tolerance=1"},
    {"gmm 4", "rgb", "cluster.gmm clusters=4 iterations=10 tolerance=0"},
    {"meanshift 10 20", "rgb", "cluster.meanshift spatialr=10 ranger=20 maxiter=5 threshold=1"},
    {0},
};
