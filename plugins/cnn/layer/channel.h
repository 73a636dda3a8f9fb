/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the layers with numbers for each channel hold, as the graph folds them into a convolution.
 */
#ifndef CNN_CHANNEL_H
#define CNN_CHANNEL_H

#include "layer/op.h"

struct cnn_channel_numbers {
    const float *scale, *bias; /* x * scale + bias; PReLU: scale is the slope below 0 */
    int32_t count;
    bool prelu;
};

/* False where the numbers are an input. */
bool cnn_channel_numbers(const struct cnn_layer *layer, struct cnn_channel_numbers *numbers);

#endif
