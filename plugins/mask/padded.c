/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "padded.h"

#include <string.h>

int mask_padded_read(const struct common_env *env, const struct seg_view *mask,
                     struct mask_padded *padded)
{
    ptrdiff_t stride = (ptrdiff_t)mask->width + 2;
    *padded = (struct mask_padded){
        .stride = stride,
        .around = {-stride - 1, -stride, -stride + 1, 1, stride + 1, stride, stride - 1, -1},
        .width = mask->width,
        .height = mask->height};
    size_t rows = (size_t)mask->height + 2, columns = (size_t)stride;
    padded->pixels = env->host->scratch(env->call, rows, columns);
    if (!padded->pixels)
        return common_nomem(env);
    memset(padded->pixels, 0, rows * columns);
    for (int32_t y = 0; y < mask->height; y++) {
        uint8_t *to = padded->pixels + mask_padded_place(padded, 0, y);
        memcpy(to, seg_row(mask, 0, y), (size_t)mask->width);
        for (int32_t x = 0; x < mask->width; x++)
            padded->objects += to[x];
    }
    return SEG_OK;
}

void mask_padded_write(const struct mask_padded *padded, const struct seg_view *mask)
{
    for (int32_t y = 0; y < padded->height; y++) {
        const uint8_t *from = padded->pixels + mask_padded_place(padded, 0, y);
        uint8_t *to = seg_row(mask, 0, y);
        for (int32_t x = 0; x < padded->width; x++)
            to[x] = from[x] & 1;
    }
}

int mask_code_parts(unsigned code)
{
    /* Across a corner that is missing its two sides touch: counted as if it were there. */
    unsigned sides = code & (MASK_N | MASK_E | MASK_S | MASK_W);
    unsigned corners = (sides << 1 | sides >> 7) & (sides >> 1 | sides << 7);
    unsigned ring = (code | corners) & 255;
    if (ring == 255)
        return 1;
    unsigned starts = ring & ~(ring << 1 | ring >> 7) & 255;
    return __builtin_popcount(starts);
}
