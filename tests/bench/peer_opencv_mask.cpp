/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

using namespace cv;

void opencv_fill_holes(const Mat &mask, Mat &out)
{
    Mat padded;
    copyMakeBorder(mask, padded, 1, 1, 1, 1, BORDER_CONSTANT, 0);
    floodFill(padded, Point(0, 0), 255);
    Mat outside = padded(Rect(1, 1, mask.cols, mask.rows)) == 255;
    bitwise_not(outside, outside);
    bitwise_or(mask, outside, out);
}

static Work components(const Mats &in)
{
    Mat labels, stats, centres;
    return
        [=]() mutable { connectedComponentsWithStats(in[0], labels, stats, centres, 8, CV_32S); };
}

template <int operation, int radius> static Work morphology(const Mats &in)
{
    Mat out, disk = getStructuringElement(MORPH_ELLIPSE, Size(2 * radius + 1, 2 * radius + 1));
    return [=]() mutable { morphologyEx(in[0], out, operation, disk); };
}

static Work fill_holes(const Mats &in)
{
    Mat out;
    return [=]() mutable { opencv_fill_holes(in[0], out); };
}

const Job opencv_mask[] = {
    {"components", components},
    {"components nuclei", components},
    {"open disk 5", morphology<MORPH_OPEN, 5>},
    {"fill holes", fill_holes},
    {},
};
