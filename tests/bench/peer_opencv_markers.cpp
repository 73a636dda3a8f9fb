/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

using namespace cv;

static Work distance(const Mats &in)
{
    Mat out;
    return [=]() mutable { distanceTransform(in[0], out, DIST_L2, DIST_MASK_PRECISE); };
}

const Job opencv_markers[] = {
    {"distance", distance},
    {"distance nuclei", distance},
    {},
};
