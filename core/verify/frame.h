/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A raster whose rows lie apart, with bytes between them that nobody may write to or depend on. */
#ifndef VERIFY_FRAME_H
#define VERIFY_FRAME_H

#include <segkit/plugin-util.h>

enum verify_layout {
    VERIFY_ALIGNED, /* rows begin at multiples of 64 bytes, as in layers of the host's own */
    VERIFY_PADDED,  /* rows begin anywhere that is a multiple of the sample's size */
    VERIFY_FLIPPED  /* so, and the first row and plane come last: negative strides */
};

struct verify_frame {
    struct seg_view view;
    uint8_t *memory;               /* NULL: there is none */
    size_t size, first, row, step; /* bytes: of all, up to the first row, of a row, between two */
    size_t rows;                   /* of all planes */
};

/* Filled with `around`, the samples with `fresh`. Never freed. */
void verify_frame_new(struct verify_frame *frame, const struct seg_shape *shape,
                      enum verify_layout layout, uint8_t around, uint8_t fresh);

/* The byte that differs from `whole`, such as a copy that was made before: *row is its row in
 * memory (counted down in a flipped frame), *column the byte of the row; below 0 or from
 * frame->row on where it lies outside the samples. With `whole` NULL what lies outside is compared
 * with `around`. False: none differs. */
bool verify_frame_changed(const struct verify_frame *frame, const uint8_t *whole, uint8_t around,
                          long *row, long *column);

#endif
