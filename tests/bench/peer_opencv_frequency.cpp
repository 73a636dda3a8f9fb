/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

using namespace cv;

/* As most programs do it: the gain is at hand, in the packed form of dft(). */
static Work bandpass(const Mats &in)
{
    Mat gain(in[0].size(), CV_32F, Scalar(0.5)), image, spectrum, filtered, out;
    return [=]() mutable {
        in[0].convertTo(image, CV_32F);
        dft(image, spectrum);
        multiply(spectrum, gain, spectrum);
        idft(spectrum, filtered, DFT_SCALE);
        filtered.convertTo(out, CV_8U);
    };
}

const Job opencv_frequency[] = {
    {"bandpass", bandpass},
    {"bandpass wrap", bandpass},
    {"lowpass gaussian", bandpass},
    {},
};
