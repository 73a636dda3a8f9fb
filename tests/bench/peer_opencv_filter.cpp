/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

using namespace cv;

template <int tenths> static Work gaussian(const Mats &in)
{
    Mat out;
    return [=]() mutable { GaussianBlur(in[0], out, Size(), tenths / 10.0); };
}

template <int size> static Work median(const Mats &in)
{
    Mat out;
    return [=]() mutable { medianBlur(in[0], out, size); };
}

const Job opencv_filter[] = {
    {"gaussian 1.5", gaussian<15>},
    {"gaussian 5", gaussian<50>},
    {"median 3", median<3>},
    {"median 5", median<5>},
    {},
};
