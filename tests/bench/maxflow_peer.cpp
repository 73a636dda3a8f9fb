/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenCV's side of tests/bench/maxflow. */
#include "maxflow_peer.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/imgproc/detail/gcgraph.hpp>

double peer_maxflow(int32_t width, int32_t height, int32_t directions, const int32_t *excess,
                    const int32_t *const *weights)
{
    const int pixels = width * height;
    cv::detail::GCGraph<double> graph(static_cast<unsigned>(pixels),
                                      static_cast<unsigned>(pixels * directions));
    for (int i = 0; i < pixels; i++) {
        const int x = i % width, y = i / width, v = graph.addVtx();
        graph.addTermWeights(v, std::max(excess[i], 0), std::max(-excess[i], 0));
        const int back[4] = {1, width, width + 1, width - 1};
        const bool there[4] = {x > 0, y > 0, x > 0 && y > 0, x + 1 < width && y > 0};
        for (int k = 0; k < directions / 2; k++)
            if (there[k])
                graph.addEdges(v, v - back[k], weights[k][i - back[k]], weights[k][i - back[k]]);
    }
    return graph.maxFlow();
}

void peer_grabcut(int32_t width, int32_t height, const uint8_t *rgb, const int32_t box[4])
{
    const cv::Mat image(height, width, CV_8UC3, const_cast<uint8_t *>(rgb));
    cv::Mat mask, background, object;
    cv::setNumThreads(1);
    cv::theRNG() = cv::RNG(0);
    cv::grabCut(image, mask, cv::Rect(box[0], box[1], box[2], box[3]), background, object, 5,
                cv::GC_INIT_WITH_RECT);
}
