/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frame.h"

#include "verify.h"

#include <string.h>

#define EDGE_ROWS 4 /* that many rows could lie before the first and behind the last */

void verify_frame_new(struct verify_frame *frame, const struct seg_shape *shape,
                      enum verify_layout layout, uint8_t around, uint8_t fresh)
{
    const size_t sample = seg_dtype_size(shape->dtype);
    const ptrdiff_t sign = layout == VERIFY_FLIPPED ? -1 : 1;
    frame->rows = (size_t)shape->height * (size_t)shape->planes;
    frame->row = (size_t)shape->width * sample;
    frame->step = layout == VERIFY_ALIGNED ? (frame->row + 127) / 64 * 64 : frame->row + 5 * sample;
    frame->first = (EDGE_ROWS * frame->step + 256) / 64 * 64;
    if (layout != VERIFY_ALIGNED)
        frame->first += sample;
    frame->size = 2 * frame->first + frame->rows * frame->step;
    frame->memory = verify_need(1, frame->size + 64);
    frame->memory += 64 - (uintptr_t)frame->memory % 64;
    memset(frame->memory, around, frame->size);
    for (size_t i = 0; i < frame->rows; i++)
        memset(frame->memory + frame->first + i * frame->step, fresh, frame->row);
    frame->view = (struct seg_view){.struct_size = sizeof frame->view,
                                    .kind = shape->kind,
                                    .dtype = shape->dtype,
                                    .width = shape->width,
                                    .height = shape->height,
                                    .planes = shape->planes,
                                    .row_stride = sign * (ptrdiff_t)frame->step,
                                    .plane_stride = sign * (ptrdiff_t)frame->step * shape->height,
                                    .data = frame->memory + frame->first +
                                            (sign < 0 ? (frame->rows - 1) * frame->step : 0)};
}

/* The first byte of from..to-1 that is not what it should be; `to`: there is none. */
static size_t find(const struct verify_frame *frame, const uint8_t *whole, uint8_t around,
                   size_t from, size_t to)
{
    while (from < to && frame->memory[from] == (whole ? whole[from] : around))
        from++;
    return from;
}

bool verify_frame_changed(const struct verify_frame *frame, const uint8_t *whole, uint8_t around,
                          long *row, long *column)
{
    if (whole && !memcmp(frame->memory, whole, frame->size))
        return false;
    for (size_t i = 0, begin = 0; i <= frame->rows; i++) {
        const size_t here = frame->first + i * frame->step; /* where row i begins, or would */
        const size_t end = i < frame->rows ? here : frame->size;
        const size_t at = find(frame, whole, around, begin, end);
        if (at < end) {
            *row = i ? (long)i - 1 : 0;
            *column = (long)at - (long)(frame->first + (size_t)*row * frame->step);
            return true;
        }
        begin = whole ? here : here + frame->row;
    }
    return false;
}
