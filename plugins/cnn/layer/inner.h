/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fully connected layer as it is loaded. */
#ifndef CNN_INNER_H
#define CNN_INNER_H

#include "layer/op.h"

struct cnn_inner {
    int32_t num_output, num_input;
    struct cnn_weights weights, bias_weights, scale_weights;
    const float *bias, *scales;
    float in_scale;
    const int8_t *int8; /* NULL: computed in floats */
    int8_t *owned;
    struct cnn_act act;
};

#endif
