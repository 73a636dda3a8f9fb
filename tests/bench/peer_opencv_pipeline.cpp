/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer_opencv.h"

using namespace cv;

struct Nuclei {
    Mat smooth, mask, filled, depth, most, peaks, markers, relief, colour, labels;
    void once(const Mat &image);
};

void Nuclei::once(const Mat &image)
{
    GaussianBlur(image, smooth, Size(), 1.5);
    threshold(smooth, mask, 0, 255, THRESH_BINARY | THRESH_OTSU);
    opencv_fill_holes(mask, filled);
    distanceTransform(filled, depth, DIST_L2, DIST_MASK_PRECISE);
    dilate(depth, most, getStructuringElement(MORPH_RECT, Size(15, 15)));
    compare(depth, most, peaks, CMP_GE);
    peaks &= filled;
    connectedComponents(peaks, markers, 8, CV_32S);
    markers += 1;
    markers.setTo(0, (markers == 1) & filled);
    double peak;
    minMaxLoc(depth, nullptr, &peak);
    depth.convertTo(relief, CV_8U, -255 / std::max(peak, 1.0), 255);
    cvtColor(relief, colour, COLOR_GRAY2BGR);
    watershed(colour, markers);
    int count = 0;
    for (int y = 0; y < markers.rows; y++)
        for (int x = 0; x < markers.cols; x++)
            count = std::max(count, markers.at<int>(y, x));
    std::vector<int> area(static_cast<size_t>(count) + 1);
    for (int y = 0; y < markers.rows; y++) {
        const int *row = markers.ptr<int>(y);
        for (int x = 0; x < markers.cols; x++)
            if (row[x] > 1)
                area[static_cast<size_t>(row[x])]++;
    }
    labels.create(markers.size(), CV_32S);
    for (int y = 0; y < markers.rows; y++) {
        const int *row = markers.ptr<int>(y);
        int *to = labels.ptr<int>(y);
        for (int x = 0; x < markers.cols; x++)
            to[x] = row[x] > 1 && area[static_cast<size_t>(row[x])] >= 30 ? row[x] : 0;
    }
}

static Work nuclei(const Mats &in)
{
    Nuclei work;
    return [=]() mutable { work.once(in[0]); };
}

const Job opencv_pipeline[] = {
    {"nuclei", nuclei},
    {},
};
