/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenCV's side of tests/bench/maxflow. */
#ifndef MAXFLOW_PEER_H
#define MAXFLOW_PEER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Builds and solves the graph of cv::grabCut: weights[k][pixel] for the offsets right, down,
 * down-right, down-left. Returns the flow. */
double peer_maxflow(int32_t width, int32_t height, int32_t directions, const int32_t *excess,
                    const int32_t *const *weights);

/* cv::grabCut of an interleaved RGB image from a box, five iterations, on one thread. */
void peer_grabcut(int32_t width, int32_t height, const uint8_t *rgb, const int32_t box[4]);

#ifdef __cplusplus
}
#endif
#endif
