/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exp and log that compilers vectorise, to about 2e-7 and 1e-6; and a quicker power of two. */
#ifndef COMMON_FAST_MATH_H
#define COMMON_FAST_MATH_H

#include "cpu.h"

#include <stdint.h>
#include <string.h>

/* e^x for x <= 0: 2^n times the Taylor series of what is left, |r| <= ln(2) / 2. 0 below -87.7,
 * where the bits of 2^n are those of 0. What is below -88 is raised to that by its bits, which
 * ascend as numbers descend: a minimum of integers is no branch, which would keep loops from
 * vectors. */
COMMON_INLINE float fast_exp(float x)
{
    uint32_t place;
    float y, two;
    memcpy(&place, &x, sizeof place);
    place = place < UINT32_C(0xc2b00000) ? place : UINT32_C(0xc2b00000); /* -88 */
    memcpy(&y, &place, sizeof y);
    int32_t n = (int32_t)(y * 1.44269504f - 0.5f);
    float r = y - (float)n * 0.693359375f + (float)n * 2.12194440e-4f;
    float p =
        1 + r * (1 + r * (1 / 2.0f +
                          r * (1 / 6.0f + r * (1 / 24.0f + r * (1 / 120.0f + r * (1 / 720.0f))))));
    int32_t bits = (n + 127) * (1 << 23);
    memcpy(&two, &bits, sizeof two);
    return p * two;
}

#define FAST_LOG2E 1.44269504088896341

/* 2^x for x <= 0, to 4e-6 of it; 2^-126 below -126 and for NaN. The limit is put to the bits: gcc
 * makes a branch, and no vector code, of one that is put to the number. Adding a large number leaves
 * the nearest whole one in the lowest bits; the polynomial goes in two halves, as waiting for one
 * term after the other takes longer than working them out. */
COMMON_INLINE float fast_exp2(float x)
{
    const int32_t limit = -0x3d040000; /* -126.0f */
    const float large = 12582912;      /* 1.5 * 2^23 */
    int32_t bits, shift;
    memcpy(&bits, &x, sizeof bits);
    bits |= INT32_MIN;
    bits = bits < limit ? bits : limit;
    memcpy(&x, &bits, sizeof x);
    const float rounded = x + large, t = x - (rounded - large), square = t * t; /* t: -0.5 .. 0.5 */
    const float power = 1 + 0.69312418f * t +
                        square * (0.24024099f + 0.05590643f * t + 0.009582853f * square);
    memcpy(&shift, &rounded, sizeof shift);
    memcpy(&bits, &power, sizeof bits);
    bits = (int32_t)((uint32_t)bits + ((uint32_t)shift << 23));
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ln(x) for normal x > 0: the exponent, and 2 artanh((m - 1) / (m + 1)) for the rest, m about 1. */
COMMON_INLINE float fast_log(float x)
{
    int32_t bits, exponent;
    float m;
    memcpy(&bits, &x, sizeof bits);
    exponent = (bits - 0x3f3504f3) >> 23;
    bits -= exponent * (1 << 23);
    memcpy(&m, &bits, sizeof m);
    float t = (m - 1) / (m + 1), t2 = t * t;
    return (float)exponent * 0.69314718f +
           2 * t * (1 + t2 * (1 / 3.0f + t2 * (1 / 5.0f + t2 * (1 / 7.0f + t2 * (1 / 9.0f)))));
}

#endif
