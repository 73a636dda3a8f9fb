/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The weights of fully connected layers: for each block of 8 outputs bias, then [input][lane]. */
#include "kernel/inner.h"

bool inner_fits(const struct cnn_conv *conv, const struct cnn_geometry *geometry)
{
    (void)geometry;
    return conv->kind == CNN_INNER;
}

size_t inner_packed_size(const struct cnn_conv *conv)
{
    size_t bytes = SIZE_PRODUCT((size_t)conv->in + 1, 8 * blocks_of(conv->out), sizeof(float));
    return bytes > PTRDIFF_MAX ? 0 : bytes;
}

void inner_prepare(const struct cnn_conv *conv, void *packed)
{
    float *to = packed;
    size_t in = (size_t)conv->in, out = (size_t)conv->out;
    for (size_t first = 0; first < out; first += 8) {
        for (size_t o = first; o < first + 8; o++)
            *to++ = o < out && conv->bias ? conv->bias[o] : 0.0f;
        for (size_t i = 0; i < in; i++)
            for (size_t o = first; o < first + 8; o++)
                *to++ = o < out ? conv->weights[o * in + i] : 0.0f;
    }
}
