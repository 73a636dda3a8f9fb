/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

#include <opencv2/photo.hpp>
#include <opencv2/ximgproc.hpp>

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

static Work bilateral(const Mats &in)
{
    Mat out;
    return [=]() mutable { bilateralFilter(in[0], out, 9, 30, 5); };
}

static Work nlmeans(const Mats &in)
{
    Mat out;
    return [=]() mutable { fastNlMeansDenoising(in[0], out, 10, 7, 21); };
}

static Work guided(const Mats &in)
{
    Mat out;
    return [=]() mutable { ximgproc::guidedFilter(in[0], in[0], out, 8, 0.006 * 65025); };
}

/* It takes colours alone: three times the work. */
static Work diffusion(const Mats &in)
{
    Mat colour, out;
    cvtColor(in[0], colour, COLOR_GRAY2BGR);
    return [=]() mutable { ximgproc::anisotropicDiffusion(colour, out, 0.125F, 0.02F, 10); };
}

static Work clahe(const Mats &in)
{
    Mat out;
    Ptr<CLAHE> job = createCLAHE(2);
    return [=]() mutable { job->apply(in[0], out); };
}

static Work equalize(const Mats &in)
{
    Mat out;
    return [=]() mutable { equalizeHist(in[0], out); };
}

static Work unsharp(const Mats &in)
{
    Mat blurred, out;
    return [=]() mutable {
        GaussianBlur(in[0], blurred, Size(), 2);
        addWeighted(in[0], 2, blurred, -1, 0, out);
    };
}

template <int percent, int method> static Work scale(const Mats &in)
{
    Mat out;
    return [=]() mutable { resize(in[0], out, Size(), percent / 100.0, percent / 100.0, method); };
}

const Job opencv_filter[] = {
    {"gaussian 1.5", gaussian<15>},
    {"gaussian 5", gaussian<50>},
    {"gaussian 1.5 f32", gaussian<15>},
    {"gaussian 5 f32", gaussian<50>},
    {"gaussian 25 recursive", gaussian<250>},
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
    {"median 7", median<7>},
    {"median 3 f32", median<3>},
    {"median 5 u16", median<5>},
    {"bilateral 9", bilateral},
    {"bilateral 9 rgb", bilateral},
    {"nlmeans", nlmeans},
    {"guided 8", guided},
    {"guided 8 rgb", guided},
    {"diffusion 10", diffusion},
    {"clahe", clahe},
    {"equalize", equalize},
    {"unsharp", unsharp},
    {"resize area", scale<40, INTER_AREA>},
    {"resize bilinear", scale<170, INTER_LINEAR>},
    {"resize cubic", scale<170, INTER_CUBIC>},
    {},
};
