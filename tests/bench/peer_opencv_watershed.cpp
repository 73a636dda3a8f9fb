/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

using namespace cv;

static Work flood(const Mats &in)
{
    Mat labels, colour;
    return [=]() mutable {
        in[1].copyTo(labels);
        cvtColor(in[0], colour, COLOR_GRAY2BGR);
        watershed(colour, labels);
    };
}

const Job opencv_watershed[] = {
    {"watershed", flood},
    {},
};
