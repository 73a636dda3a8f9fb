/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What OpenCV does for the rows of each family. */
#ifndef BENCH_PEER_OPENCV_H
#define BENCH_PEER_OPENCV_H

#include <functional>
#include <opencv2/imgproc.hpp>
#include <vector>

/* Does it once. Results that a program would keep are kept from round to round, so that only the
 * first pays for memory. */
using Work = std::function<void()>;
/* Colours are interleaved and in OpenCV's order, blue first. */
using Mats = std::vector<cv::Mat>;

struct Job {
    const char *row;
    Work (*prepare)(const Mats &in);
};

/* Ended by a job without a row. */
extern const Job opencv_cluster[], opencv_filter[], opencv_frequency[], opencv_markers[],
    opencv_mask[], opencv_pipeline[], opencv_superpixel[], opencv_threshold[], opencv_watershed[];

void opencv_fill_holes(const cv::Mat &mask, cv::Mat &out);

#endif
