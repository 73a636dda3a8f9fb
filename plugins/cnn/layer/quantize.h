/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Floats to eight bits. */
#ifndef CNN_QUANTIZE_H
#define CNN_QUANTIZE_H

#include <math.h>
#include <stdint.h>

/* Half away from zero, -127 to 127. */
static inline int8_t cnn_quantize(float value)
{
    float rounded = roundf(value);
    if (!(rounded > -127.0f)) /* NaN too */
        return -127;
    return rounded > 127.0f ? 127 : (int8_t)rounded;
}

#endif
