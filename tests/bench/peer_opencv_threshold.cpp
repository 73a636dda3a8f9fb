/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

#include <opencv2/ximgproc.hpp>

using namespace cv;

template <int type> static Work global(const Mats &in)
{
    Mat out;
    return [=]() mutable { threshold(in[0], out, 0, 255, THRESH_BINARY | type); };
}

template <int method> static Work adaptive(const Mats &in)
{
    Mat out;
    return [=]() mutable { adaptiveThreshold(in[0], out, 255, method, THRESH_BINARY, 51, 5); };
}

template <int method, int sign> static Work niblack(const Mats &in)
{
    Mat out;
    return [=]() mutable {
        ximgproc::niBlackThreshold(in[0], out, 255, THRESH_BINARY, 51, sign * 0.2, method);
    };
}

const Job opencv_threshold[] = {
    {"otsu", global<THRESH_OTSU>},
    {"triangle", global<THRESH_TRIANGLE>},
    {"local_mean 51", adaptive<ADAPTIVE_THRESH_MEAN_C>},
    {"local_gaussian 51", adaptive<ADAPTIVE_THRESH_GAUSSIAN_C>},
    {"niblack 51", niblack<ximgproc::BINARIZATION_NIBLACK, -1>},
    {"sauvola 51", niblack<ximgproc::BINARIZATION_SAUVOLA, 1>},
    {"wolf 51", niblack<ximgproc::BINARIZATION_WOLF, 1>},
    {"nick 51", niblack<ximgproc::BINARIZATION_NICK, -1>},
    {},
};
