/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From one colour space to another, by way of RGB. */
#ifndef COMMON_COLOR_H
#define COMMON_COLOR_H

#include "env.h"

#include <stdbool.h>

enum common_space {
    COMMON_RGB,
    COMMON_HSV,
    COMMON_LAB,
    COMMON_LUV,
    COMMON_YCRCB,
    COMMON_GRAY,
    COMMON_SPACES
};

/* Rows of a table of choices. */
#define COMMON_SPACE_CHOICES                                                                       \
    {"rgb", "sRGB, 0..1"},                                                                         \
        {"hsv", "hue, saturation and value, each 0..1; a full turn of hue is 1"},                  \
        {"lab", "CIE L*a*b*: L 0..100, a and b about -128..127"},                                  \
        {"luv", "CIE L*u*v*: L 0..100, u and v about -134..220"},                                  \
        {"ycrcb", "ITU-R BT.601, each 0..1; gray has Cr and Cb 0.5"},                              \
    {                                                                                              \
        "gray", "the Y of YCrCb alone, one plane"                                                  \
    }

struct common_color {
    enum common_space from, to;
    bool linear; /* `to` is made of linear light */
    float scale;
    float table[256]; /* of 8 bits */
};

/* Gets ready to convert an image of three or four planes. What it is in, the image says; RGB unless
 * it does. */
int common_color_start(const struct common_env *env, const struct seg_view *image,
                       enum common_space to, struct common_color *color);

/* The enum seg_color of a space. */
uint32_t common_color_id(enum common_space space);

/* Row `y` in the new space; three rows are needed for gray too, which is in the first. */
void common_color_row(const struct common_color *color, const struct seg_view *image, int32_t y,
                      float *const rows[3]);

#endif
