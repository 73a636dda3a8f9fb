/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Label images as plain numbers. */
#include "labels.h"

#include "../data/layer.h"

#include <stdlib.h>
#include <string.h>

static void copy_row(const struct seg_view *view, int32_t y, int32_t *to)
{
    const char *row = (const char *)view->data + y * view->row_stride;
    for (int32_t x = 0; x < view->width; x++)
        to[x] = view->dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                : view->dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                         : ((const int32_t *)row)[x];
}

/* The colour of each pixel as one number; black is 0. */
static void copy_colors(const struct seg_view *view, int32_t *to)
{
    for (int32_t y = 0; y < view->height; y++)
        for (int32_t x = 0; x < view->width; x++) {
            uint32_t number = 0;
            for (int32_t k = 0; k < view->planes && k < 3; k++) {
                const char *row =
                    (const char *)view->data + k * view->plane_stride + y * view->row_stride;
                const unsigned sample = view->dtype == SEG_U16 ? ((const uint16_t *)row)[x] >> 8
                                                               : ((const uint8_t *)row)[x];
                number = number << 8 | sample;
            }
            *to++ = (int32_t)number;
        }
}

static void survey(struct cli_labels *l, int32_t ignore)
{
    const size_t n = (size_t)l->width * (size_t)l->height;
    int32_t one = 0;
    l->least = INT32_MAX;
    l->most = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        const int32_t value = l->values[i];
        if (value == ignore || value == -1) {
            l->values[i] = -1;
            continue;
        }
        l->least = value < l->least ? value : l->least;
        l->most = value > l->most ? value : l->most;
        l->has_255 |= value == 255;
        if (value && value != one) {
            l->many |= one != 0;
            one = value;
        }
    }
}

static int nomem(void)
{
    cli_message("out of memory");
    return CLI_STAGE;
}

static int take(const seg_layer *layer, const struct seg_view *view, int32_t ignore,
                struct cli_labels *labels)
{
    struct seg_shape shape;
    shape.struct_size = sizeof shape;
    seg_layer_shape(layer, &shape);
    labels->width = shape.width;
    labels->height = shape.height;
    labels->values = malloc((size_t)shape.width * (size_t)shape.height * sizeof *labels->values);
    if (!labels->values)
        return nomem();
    if (shape.kind == SEG_INSTANCES) {
        const size_t n = (size_t)shape.width * (size_t)shape.height;
        const struct seg_view painted = {.struct_size = sizeof painted,
                                         .kind = SEG_LABELS,
                                         .dtype = SEG_I32,
                                         .width = shape.width,
                                         .height = shape.height,
                                         .planes = 1,
                                         .row_stride = (ptrdiff_t)shape.width * 4,
                                         .data = labels->values};
        memset(labels->values, 0, n * sizeof *labels->values);
        segi_instances_paint(layer, &painted);
    } else if (view->planes == 1) {
        for (int32_t y = 0; y < view->height; y++)
            copy_row(view, y, labels->values + (size_t)y * (size_t)view->width);
    } else {
        copy_colors(view, labels->values);
        labels->colors = true;
    }
    survey(labels, ignore);
    return CLI_DONE;
}

int cli_labels_of(struct cli *cli, const seg_layer *layer, struct cli_labels *labels)
{
    struct seg_view view = {.struct_size = sizeof view};
    struct seg_shape shape = {.struct_size = sizeof shape};
    struct seg_error err;
    (void)cli;
    memset(labels, 0, sizeof *labels);
    seg_layer_shape(layer, &shape);
    if (shape.kind != SEG_INSTANCES && seg_layer_view(layer, &view, &err))
        return cli_fail(&err);
    if (shape.dtype == SEG_F32) {
        cli_message("the last layer holds samples, not labels: end the pipeline with a mask or "
                    "labels");
        return CLI_INVALID;
    }
    return take(layer, &view, INT32_MIN, labels);
}

int cli_labels_load(struct cli *cli, const char *path, int32_t ignore, bool colors,
                    struct cli_labels *labels)
{
    seg_layer *layer;
    struct seg_error err, again;
    struct seg_view view = {.struct_size = sizeof view};
    memset(labels, 0, sizeof *labels);
    int status = seg_layer_load(cli->context, path, 0, SEG_LABELS, &layer, &err);
    if (status) {
        /* A picture of colours, perhaps. */
        if (seg_layer_load(cli->context, path, 0, SEG_IMAGE, &layer, &again))
            return cli_fail(&err);
        if (seg_layer_view(layer, &view, &again) || view.planes < 2 || view.dtype == SEG_F32) {
            seg_layer_unref(layer);
            return cli_fail(&err);
        }
        if (!colors) {
            cli_message("%s: is a colour picture, not numbers; give --colors to number its "
                        "colours",
                        path);
            seg_layer_unref(layer);
            return CLI_IO;
        }
    } else if (seg_layer_view(layer, &view, &err)) {
        seg_layer_unref(layer);
        return cli_fail(&err);
    }
    int code = take(layer, &view, ignore, labels);
    seg_layer_unref(layer);
    return code;
}

void cli_labels_free(struct cli_labels *labels)
{
    free(labels->values);
    labels->values = NULL;
}
