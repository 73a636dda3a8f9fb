/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

#include <opencv2/core.hpp>

using namespace cv;

static Work means(const Mats &in)
{
    Mat labels, centres, samples;
    return [=]() mutable {
        in[0].reshape(1, static_cast<int>(in[0].total())).convertTo(samples, CV_32F);
        theRNG().state = 1;
        kmeans(samples, 4, labels, TermCriteria(TermCriteria::COUNT + TermCriteria::EPS, 10, 1), 1,
               KMEANS_PP_CENTERS, centres);
    };
}

static Work shift(const Mats &in)
{
    Mat out;
    return [=]() mutable { pyrMeanShiftFiltering(in[0], out, 10, 20, 1); };
}

const Job opencv_cluster[] = {
    {"kmeans 4", means},
    {"meanshift 10 20", shift},
    {},
};
