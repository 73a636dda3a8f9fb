/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

#include <opencv2/ximgproc/seeds.hpp>
#include <opencv2/ximgproc/segmentation.hpp>
#include <opencv2/ximgproc/slic.hpp>

using namespace cv;
using namespace cv::ximgproc;

template <int algorithm> static Work slic(const Mats &in)
{
    Mat lab, labels;
    return [=]() mutable {
        cvtColor(in[0], lab, COLOR_BGR2Lab);
        auto work = createSuperpixelSLIC(lab, algorithm, 20, 10);
        work->iterate(10);
        work->enforceLabelConnectivity(25);
        work->getLabels(labels);
    };
}

static Work seeds(const Mats &in)
{
    Mat lab, labels;
    return [=]() mutable {
        cvtColor(in[0], lab, COLOR_BGR2Lab);
        auto work = createSuperpixelSEEDS(lab.cols, lab.rows, 3,
                                          static_cast<int>(lab.total()) / 400, 4, 2, 5);
        work->iterate(lab, 5);
        work->getLabels(labels);
    };
}

static Work graph(const Mats &in)
{
    Mat labels;
    return [=]() mutable {
        ximgproc::segmentation::createGraphSegmentation(0.5, 300, 100)->processImage(in[0], labels);
    };
}

const Job opencv_superpixel[] = {
    {"slic 20", slic<SLIC>},   {"slic_zero 20", slic<SLICO>}, {"seeds 20", seeds},
    {"felzenszwalb 4", graph}, {"felzenszwalb 8", graph},     {},
};
