/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mask as bytes with a border of zeros, whose pixels are looked at with their eight neighbours.
 */
#ifndef MASK_PADDED_H
#define MASK_PADDED_H

#include "common/env.h"

struct mask_padded {
    uint8_t *pixels; /* bit 0: object */
    ptrdiff_t stride;
    ptrdiff_t around[8]; /* to the neighbours, clockwise from the upper left one */
    int32_t width, height;
    size_t objects; /* how many pixels are objects */
};

/* Neighbour k is bit k of a code. */
enum {
    MASK_NW = 1,
    MASK_N = 2,
    MASK_NE = 4,
    MASK_E = 8,
    MASK_SE = 16,
    MASK_S = 32,
    MASK_SW = 64,
    MASK_W = 128
};

/* Reads a mask into scratch memory. */
int mask_padded_read(const struct common_env *env, const struct seg_view *mask,
                     struct mask_padded *padded);

void mask_padded_write(const struct mask_padded *padded, const struct seg_view *mask);

static inline size_t mask_padded_place(const struct mask_padded *padded, int32_t x, int32_t y)
{
    return ((size_t)y + 1) * (size_t)padded->stride + (size_t)x + 1;
}

/* Which neighbours of a pixel are objects. */
static inline unsigned mask_padded_code(const struct mask_padded *padded, size_t place)
{
    const uint8_t *pixel = padded->pixels + place;
    unsigned code = 0;
    for (int k = 0; k < 8; k++)
        code |= (pixel[padded->around[k]] & 1u) << k;
    return code;
}

/* How many parts the neighbours of a code have, corners connecting. */
int mask_code_parts(unsigned code);

#endif
