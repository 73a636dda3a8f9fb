/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Powers of two that compilers can turn into vector code. */
#ifndef FILTER_EXP2_H
#define FILTER_EXP2_H

#include "common/cpu.h"

#include <stdint.h>
#include <string.h>

/* 2^x for x <= 0, to 4e-6 of it; below -126, and for NaN, 2^-126. */
COMMON_INLINE float filter_exp2(float x)
{
    x = x > -126.0F ? x : -126.0F;
    const int32_t whole = (int32_t)(x - 0.5F);
    const float t = x - (float)whole; /* -0.5 .. 0.5 */
    const float power =
        1.0F +
        t * (0.6931472F + t * (0.2402265F + t * (0.0555041F + t * (0.0096181F + t * 0.0013333F))));
    int32_t bits;
    float result;
    memcpy(&bits, &power, sizeof bits);
    bits += whole * (1 << 23);
    memcpy(&result, &bits, sizeof result);
    return result;
}

#define FILTER_LOG2E 1.44269504088896341

#endif
