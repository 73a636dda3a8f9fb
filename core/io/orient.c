/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turning an image upright: the orientation 1..8 that EXIF and TIFF state. */
#include "reading.h"

#include <segkit/plugin-util.h>
#include <string.h>

#define BLOCK 32 /* pixels square that fit the first cache, whichever way they are walked */

struct turn {
    const struct seg_view *from, *to;
    bool swap, flip_x, flip_y; /* of the source: rows are columns; it is walked backwards */
};

static void turn_block(const struct turn *t, int32_t plane, int32_t y0, int32_t x0)
{
    const size_t size = seg_dtype_size(t->to->dtype);
    const int32_t y1 = y0 + BLOCK < t->to->height ? y0 + BLOCK : t->to->height;
    const int32_t x1 = x0 + BLOCK < t->to->width ? x0 + BLOCK : t->to->width;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = x0; x < x1; x++) {
            int32_t sy = t->swap ? x : y, sx = t->swap ? y : x;
            sy = t->flip_y ? t->from->height - 1 - sy : sy;
            sx = t->flip_x ? t->from->width - 1 - sx : sx;
            memcpy((char *)seg_row(t->to, plane, y) + (size_t)x * size,
                   (char *)seg_row(t->from, plane, sy) + (size_t)sx * size, size);
        }
}

int segi_reading_orient(struct segi_reading *r, unsigned orientation)
{
    if (orientation < 2 || orientation > 8)
        return SEG_OK;
    const struct turn t0 = {
        .swap = orientation >= 5,
        .flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
        .flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7};
    struct seg_shape shape;
    seg_layer_shape(r->layer, &shape);
    if (t0.swap) {
        shape.width = r->view.height;
        shape.height = r->view.width;
    }
    seg_layer *turned = NULL;
    int status = seg_layer_new(r->context, &shape, &turned, r->err);
    if (!status)
        status = segi_layer_copy_props(turned, r->layer, r->err);
    if (status) {
        seg_layer_unref(turned);
        return status;
    }
    if (t0.swap) {
        turned->props.pixel_size[0] = r->layer->props.pixel_size[1];
        turned->props.pixel_size[1] = r->layer->props.pixel_size[0];
    }
    const struct turn t = {&r->view, &turned->view, t0.swap, t0.flip_x, t0.flip_y};
    for (int32_t p = 0; p < shape.planes; p++)
        for (int32_t y = 0; y < shape.height; y += BLOCK)
            for (int32_t x = 0; x < shape.width; x += BLOCK)
                turn_block(&t, p, y, x);
    seg_layer_unref(r->layer);
    r->layer = turned;
    r->view = turned->view;
    return SEG_OK;
}
