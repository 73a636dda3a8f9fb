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

template <int shape, int radius> static Work open(const Mats &in)
{
    Mat out, element = getStructuringElement(shape, Size(2 * radius + 1, 2 * radius + 1));
    return [=]() mutable { morphologyEx(in[0], out, MORPH_OPEN, element); };
}

static Work sobel(const Mats &in)
{
    Mat x, y, out;
    return [=]() mutable {
        Sobel(in[0], x, CV_32F, 1, 0);
        Sobel(in[0], y, CV_32F, 0, 1);
        magnitude(x, y, out);
    };
}

static Work laplacian(const Mats &in)
{
    Mat out;
    return [=]() mutable { Laplacian(in[0], out, CV_32F); };
}

static Work canny(const Mats &in)
{
    Mat out;
    return [=]() mutable { Canny(in[0], out, 100, 200); };
}

static Work lab(const Mats &in)
{
    Mat floats, out;
    return [=]() mutable {
        in[0].convertTo(floats, CV_32F, 1 / 255.0);
        cvtColor(floats, out, COLOR_BGR2Lab);
    };
}

const Job opencv_filter[] = {
    {"gaussian 1.5", gaussian<15>},
    {"gaussian 5", gaussian<50>},
    {"median 3", median<3>},
    {"median 5", median<5>},
    {"open gray disk 5", open<MORPH_ELLIPSE, 5>},
    {"open gray disk 25", open<MORPH_ELLIPSE, 25>},
    {"open gray square 25", open<MORPH_RECT, 25>},
    {"open f32 disk 25", open<MORPH_ELLIPSE, 25>},
    {"sobel", sobel},
    {"laplacian", laplacian},
    {"canny", canny},
    {"color lab", lab},
    {},
};
