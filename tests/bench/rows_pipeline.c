/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toolbox.h"

/* The steps of examples/pipelines/nuclei.yaml. */
const struct bench_row bench_pipeline[] = {
    {"nuclei", "nuclei",
     "filter.gaussian sigma=1.5 ! threshold.otsu ! mask.fill_holes out=cells ! markers.distance "
     "out=depth ! markers.peaks min_distance=7 ! watershed.flood image=depth invert=true "
     "mask=cells ! labels.remove_small min_area=30"},
    {0},
};
