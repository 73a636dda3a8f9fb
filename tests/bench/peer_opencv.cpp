/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenCV as a program would use it. Results are kept from run to run, so that only the first one
 * pays for memory. */
#include "peer.h"

#include <opencv2/imgproc.hpp>

using namespace cv;

static Mat wrap(const struct seg_view *view)
{
    int type = view->dtype == SEG_U8 ? CV_8U : view->dtype == SEG_I32 ? CV_32S : CV_32F;
    return Mat(view->height, view->width, type, view->data, static_cast<size_t>(view->row_stride));
}

static void fill_holes(const Mat &mask, Mat &out)
{
    Mat padded;
    copyMakeBorder(mask, padded, 1, 1, 1, 1, BORDER_CONSTANT, 0);
    floodFill(padded, Point(0, 0), 255);
    Mat outside = padded(Rect(1, 1, mask.cols, mask.rows)) == 255;
    bitwise_not(outside, outside);
    bitwise_or(mask, outside, out);
}

/* The steps of examples/pipelines/nuclei.yaml. */
static void nuclei(const Mat &image)
{
    static Mat smooth, mask, filled, depth, most, peaks, markers, relief, colour, labels, stats,
        centres;
    GaussianBlur(image, smooth, Size(), 1.5);
    threshold(smooth, mask, 0, 255, THRESH_BINARY | THRESH_OTSU);
    fill_holes(mask, filled);
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

bool peer_run(enum peer_job job, const struct seg_view *view, const struct seg_view *seeds)
{
    static Mat out, labels, stats, centres, colour;
    setNumThreads(1);
    Mat image = wrap(view);
    switch (job) {
    case PEER_GAUSSIAN:
        GaussianBlur(image, out, Size(), 1.5);
        break;
    case PEER_GAUSSIAN_5:
        GaussianBlur(image, out, Size(), 5);
        break;
    case PEER_MEDIAN_3:
        medianBlur(image, out, 3);
        break;
    case PEER_MEDIAN_5:
        medianBlur(image, out, 5);
        break;
    case PEER_OTSU:
        threshold(image, out, 0, 255, THRESH_BINARY | THRESH_OTSU);
        break;
    case PEER_COMPONENTS:
        connectedComponentsWithStats(image, labels, stats, centres, 8, CV_32S);
        break;
    case PEER_DISTANCE:
        distanceTransform(image, out, DIST_L2, DIST_MASK_PRECISE);
        break;
    case PEER_OPEN:
        morphologyEx(image, out, MORPH_OPEN, getStructuringElement(MORPH_ELLIPSE, Size(11, 11)));
        break;
    case PEER_FILL:
        fill_holes(image, out);
        break;
    case PEER_WATERSHED:
        wrap(seeds).copyTo(labels);
        cvtColor(image, colour, COLOR_GRAY2BGR);
        watershed(colour, labels);
        break;
    case PEER_NUCLEI:
        nuclei(image);
        break;
    case PEER_NONE:
        return false;
    }
    return true;
}

const char *peer_name(void)
{
    return "OpenCV " CV_VERSION;
}
