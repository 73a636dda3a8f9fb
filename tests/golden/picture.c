/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures of the reference data as whole numbers, through core/io. */
#include "picture.h"

#include <segkit/segkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_plane(const struct seg_view *view, int32_t plane, int32_t *to)
{
    for (int32_t y = 0; y < view->height; y++) {
        const char *row =
            (const char *)view->data + plane * view->plane_stride + y * view->row_stride;
        for (int32_t x = 0; x < view->width; x++) {
            if (view->dtype == SEG_U8) {
                *to++ = ((const uint8_t *)row)[x];
            } else if (view->dtype == SEG_U16) {
                *to++ = ((const uint16_t *)row)[x];
            } else {
                *to++ = ((const int32_t *)row)[x];
            }
        }
    }
}

int picture_load(const char *path, struct picture *picture)
{
    seg_context *context = NULL;
    seg_layer *layer = NULL;
    struct seg_error err = {0};
    struct seg_view view = {.struct_size = sizeof view};
    int result = -1;
    memset(picture, 0, sizeof *picture);
    /* Numbers first; what has colours is no label image. */
    if (seg_context_new(NULL, &context, &err) ||
        (seg_layer_load(context, path, 0, SEG_LABELS, &layer, &err) &&
         seg_layer_load(context, path, 0, SEG_IMAGE, &layer, &err)) ||
        seg_layer_view(layer, &view, &err) || view.dtype == SEG_F32) {
        fprintf(stderr, "%s\n", err.text);
        goto out;
    }
    picture->width = view.width;
    picture->height = view.height;
    picture->planes = view.planes;
    size_t n = (size_t)view.width * (size_t)view.height;
    picture->samples = malloc(n * (size_t)view.planes * sizeof *picture->samples);
    for (int32_t k = 0; picture->samples && k < view.planes; k++) {
        copy_plane(&view, k, picture->samples + n * (size_t)k);
    }
    result = picture->samples ? 0 : -1;
out:
    seg_layer_unref(layer);
    seg_context_free(context);
    return result;
}

void picture_free(struct picture *picture)
{
    free(picture->samples);
    memset(picture, 0, sizeof *picture);
}
