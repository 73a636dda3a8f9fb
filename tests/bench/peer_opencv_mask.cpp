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

static Work remove_small(const Mats &in)
{
    Mat out, labels, stats, centres;
    return [=]() mutable {
        int count = connectedComponentsWithStats(in[0], labels, stats, centres, 8, CV_32S);
        std::vector<uchar> keep(size_t(count), 0);
        for (int i = 1; i < count; i++)
            keep[size_t(i)] = stats.at<int>(i, CC_STAT_AREA) >= 64;
        out.create(in[0].size(), CV_8U);
        for (int y = 0; y < out.rows; y++) {
            const int *from = labels.ptr<int>(y);
            uchar *to = out.ptr<uchar>(y);
            for (int x = 0; x < out.cols; x++)
                to[x] = keep[size_t(from[x])];
        }
    };
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
    {"open disk 25", morphology<MORPH_OPEN, 25>},
    {"fill holes", fill_holes},
    {"remove small", remove_small},
    {"remove small nuclei", remove_small},
    {},
};
