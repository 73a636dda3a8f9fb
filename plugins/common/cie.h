/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From sRGB to the colours of the CIE, by arithmetic alone so that loops become vectors. The white
 * is D65, for an observer of 2 degrees. */
#ifndef COMMON_CIE_H
#define COMMON_CIE_H

#include "cpu.h"

#include <stdint.h>
#include <string.h>

struct common_xyz {
    float x, y, z; /* of white: 1 */
};

#define COMMON_WHITE_X 0.95047f /* XYZ of white, where Y is 1 */
#define COMMON_WHITE_Z 1.08883f

/* The cube root of 0..1 by two steps of Halley's method from a guess in the exponent. */
COMMON_INLINE float common_cube_root(float value)
{
    int32_t bits;
    float root;
    memcpy(&bits, &value, sizeof bits);
    bits = (int32_t)((float)bits * (1 / 3.0f)) + 709921077;
    memcpy(&root, &bits, sizeof root);
    for (int i = 0; i < 2; i++) {
        float cube = root * root * root;
        root *= (cube + 2 * value) / (2 * cube + value);
    }
    return root;
}

/* CIE 1976: the cube root, and below a line. */
COMMON_INLINE float common_fold(float value)
{
    float root = common_cube_root(value > 0.008856f ? value : 1);
    float line = 7.787f * value + 16 / 116.0f;
    return value > 0.008856f ? root : line;
}

/* Linear light from sRGB's curve: ((v + 0.055) / 1.055)^2.4 as x^2 (x^2)^(1/5), the fifth root by
 * two steps of Halley's method from a parabola that is off by 2.5 %; beyond 1 from a line. */
COMMON_INLINE float common_linear(float value)
{
    float x = (value + 0.055f) * (1 / 1.055f), square = x * x;
    float parabola = 0.28232139f + 1.26401848f * x - 0.57126689f * square;
    float root = x < 1 ? parabola : 0.6f * x + 0.4f;
    for (int i = 0; i < 2; i++) {
        float power = root * root * root * root * root;
        root *= (2 * power + 3 * square) / (3 * power + 2 * square);
    }
    float curve = square * root, line = value * (1 / 12.92f);
    return value > 0.04045f ? curve : line;
}

/* From linear light. */
COMMON_INLINE struct common_xyz common_xyz(float r, float g, float b)
{
    return (struct common_xyz){
        .x = (0.412453f * r + 0.357580f * g + 0.180423f * b) * (1 / COMMON_WHITE_X),
        .y = 0.212671f * r + 0.715160f * g + 0.072169f * b,
        .z = (0.019334f * r + 0.119193f * g + 0.950227f * b) * (1 / COMMON_WHITE_Z)};
}

/* L*, a* and b* in the place of linear red, green and blue. */
COMMON_INLINE void common_lab_of_linear(float *r, float *g, float *b)
{
    struct common_xyz xyz = common_xyz(*r, *g, *b);
    float fx = common_fold(xyz.x), fy = common_fold(xyz.y), fz = common_fold(xyz.z);
    *r = 116 * fy - 16;
    *g = 500 * (fx - fy);
    *b = 200 * (fy - fz);
}

/* L*, a* and b* in the place of red, green and blue of 0..1. */
COMMON_INLINE void common_lab(float *r, float *g, float *b)
{
    *r = common_linear(*r);
    *g = common_linear(*g);
    *b = common_linear(*b);
    common_lab_of_linear(r, g, b);
}

#endif
