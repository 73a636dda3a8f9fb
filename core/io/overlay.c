/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawing results on their image: a light tint inside, a line of the full colour at the border. */
#include "overlay.h"

#include "../base/error.h"
#include "../base/names.h"
#include "palette.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <string.h>

#define TINT        56   /* of 256: how much of the colour is mixed in inside a region */
#define LINE_EVERY  1024 /* pixels of image for which the line becomes one pixel wider */
#define COLOR_CACHE 4096 /* labels whose colour is worked out once */

/* -- the image -------------------------------------------------------------------------------- */

struct range {
    double least, most;
};

/* What of the samples is shown as black and as white: bytes are as they are, others fill the range
 * that is there. */
static struct range display_range(const struct seg_view *v, int32_t planes)
{
    struct range range = {INFINITY, -INFINITY};
    if (v->dtype == SEG_U8)
        return (struct range){0, 255};
    for (int32_t p = 0; p < planes; p++)
        for (int32_t y = 0; y < v->height; y++) {
            const void *row = seg_row(v, p, y);
            for (int32_t x = 0; x < v->width; x++) {
                const double s = v->dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                                     : (double)((const float *)row)[x];
                if (!isfinite(s))
                    continue;
                range.least = s < range.least ? s : range.least;
                range.most = s > range.most ? s : range.most;
            }
        }
    return range;
}

static void show_row(const struct seg_view *v, int32_t plane, int32_t y, struct range range,
                     uint8_t *to)
{
    const void *row = seg_row(v, plane, y);
    if (v->dtype == SEG_U8) {
        memcpy(to, row, (size_t)v->width);
        return;
    }
    const double scale = range.most > range.least ? 255 / (range.most - range.least) : 0;
    for (int32_t x = 0; x < v->width; x++) {
        const double s =
            v->dtype == SEG_U16 ? ((const uint16_t *)row)[x] : (double)((const float *)row)[x];
        const double shown = (s - range.least) * scale;
        to[x] = shown > 0 ? (uint8_t)fmin(shown + 0.5, 255) : 0; /* nan is black */
    }
}

static void draw_image(const seg_layer *image, const struct seg_view *to)
{
    const struct seg_view *from = image ? &image->view : NULL;
    const uint32_t color = image ? image->props.color : 0;
    const bool colors = from && from->planes >= 3 && color <= SEG_COLOR_RGBA;
    const struct range range = from ? display_range(from, colors ? 3 : 1) : (struct range){0, 0};
    for (int32_t y = 0; y < to->height; y++)
        for (int32_t p = 0; p < 3; p++) {
            if (!from)
                memset(seg_row(to, p, y), 0, (size_t)to->width);
            else if (colors || p == 0)
                show_row(from, p, y, range, seg_row(to, p, y));
            else
                memcpy(seg_row(to, p, y), seg_row(to, 0, y), (size_t)to->width);
        }
}

/* -- the regions ------------------------------------------------------------------------------ */

struct drawing {
    const struct seg_view *to;
    int32_t line; /* its width */
    uint8_t cache[COLOR_CACHE][3];
};

static void color_of(const struct drawing *d, int32_t label, uint8_t rgb[3])
{
    if (label > 0 && label < COLOR_CACHE)
        memcpy(rgb, d->cache[label], 3);
    else if (label < 0)
        memset(rgb, 160, 3); /* void */
    else
        segi_palette_color(label, rgb);
}

/* From x0 to before x1, with `weight` of 256. */
static void blend(const struct drawing *d, int32_t y, int32_t x0, int32_t x1, const uint8_t rgb[3],
                  unsigned weight)
{
    for (int32_t p = 0; p < 3; p++) {
        uint8_t *row = seg_row(d->to, p, y);
        const unsigned add = rgb[p] * weight + 128, keep = 256 - weight;
        for (int32_t x = x0; x < x1; x++)
            row[x] = (uint8_t)((row[x] * keep + add) >> 8);
    }
}

/* The pixels x0 to before x1 of row y are of one region. Those that see another region `line`
 * pixels above or below, and the ends, are its outline. */
static void draw_run(const struct drawing *d, const struct seg_view *labels, int32_t y, int32_t x0,
                     int32_t x1)
{
    const int32_t label = ((const int32_t *)seg_row(labels, 0, y))[x0];
    uint8_t rgb[3];
    color_of(d, label, rgb);
    blend(d, y, x0, x1, rgb, TINT);
    if (label < 0)
        return;
    for (int32_t k = 1; k <= d->line; k++)
        for (int32_t side = -1; side <= 1; side += 2) {
            const int32_t other = y + side * k;
            if (other < 0 || other >= labels->height)
                continue;
            const int32_t *row = seg_row(labels, 0, other);
            for (int32_t x = x0; x < x1; x++)
                if (row[x] != label)
                    blend(d, y, x, x + 1, rgb, 256);
        }
    const int32_t ends = x1 - x0 < d->line ? x1 - x0 : d->line;
    if (x0 > 0)
        blend(d, y, x0, x0 + ends, rgb, 256);
    if (x1 < labels->width)
        blend(d, y, x1 - ends, x1, rgb, 256);
}

static void draw_labels(const struct drawing *d, const struct seg_view *labels)
{
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        for (int32_t x = 0, x1; x < labels->width; x = x1) {
            for (x1 = x + 1; x1 < labels->width && row[x1] == row[x]; x1++)
                ;
            if (row[x])
                draw_run(d, labels, y, x, x1);
        }
    }
}

/* Labels to draw: the layer's own, or made from a mask or from instances, later ones on top. */
static int take_labels(seg_context *context, const seg_layer *result, seg_layer **labels,
                       struct seg_error *err)
{
    const struct seg_view *v = &result->view;
    const struct seg_shape shape = {sizeof shape, SEG_LABELS, SEG_I32, v->width, v->height, 1};
    if (v->kind == SEG_SCORES || v->kind == SEG_IMAGE)
        return segi_error(err, SEG_USAGE, "an overlay shows a mask, labels or instances, not %s",
                          v->kind == SEG_IMAGE ? "an image" : segi_kind_name(v->kind));
    int status = seg_layer_new(context, &shape, labels, err);
    if (status)
        return status;
    const struct seg_view *to = &(*labels)->view;
    if (v->kind == SEG_INSTANCES) {
        segi_instances_paint(result, to);
        return SEG_OK;
    }
    for (int32_t y = 0; y < v->height; y++) {
        int32_t *row = seg_row(to, 0, y);
        if (v->kind == SEG_LABELS)
            memcpy(row, seg_row(v, 0, y), (size_t)v->width * sizeof *row);
        else
            for (int32_t x = 0; x < v->width; x++)
                row[x] = ((const uint8_t *)seg_row(v, 0, y))[x];
    }
    return SEG_OK;
}

int segi_overlay(seg_context *context, const seg_layer *result, const seg_layer *image,
                 seg_layer **picture, struct seg_error *err)
{
    const int32_t w = result->view.width, h = result->view.height;
    if (image && (image->view.width != w || image->view.height != h))
        return segi_error(err, SEG_USAGE,
                          "overlay: the image has %d x %d pixels and the result %d x %d",
                          image->view.width, image->view.height, w, h);
    const struct seg_shape shape = {sizeof shape, SEG_IMAGE, SEG_U8, w, h, 3};
    seg_layer *made = NULL, *labels = NULL;
    struct drawing *d = segi_alloc(&context->mem, 1, sizeof *d);
    int status = d ? take_labels(context, result, &labels, err) : segi_error_nomem(err);
    if (!status)
        status = seg_layer_new(context, &shape, &made, err);
    if (!status) {
        made->props.color = SEG_COLOR_RGB;
        draw_image(image, &made->view);
        d->to = &made->view;
        d->line = 1 + (w < h ? w : h) / LINE_EVERY;
        for (int32_t i = 1; i < COLOR_CACHE; i++)
            segi_palette_color(i, d->cache[i]);
        draw_labels(d, &labels->view);
        seg_layer_seal(made);
        *picture = made;
    }
    seg_layer_unref(labels);
    segi_free(&context->mem, d);
    return status;
}
