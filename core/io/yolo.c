/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ultralytics' text of segments: a line a region, its class and the corners of one polygon,
 * relative to the image's size. */
#include "feature.h"
#include "fill.h"
#include "vector.h"

#include "../base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int write_feature(struct segi_writing *w, size_t index, const struct segi_feature *f,
                         void *user)
{
    struct segi_outline *o = user;
    const struct seg_view *v = &w->layer->view;
    (void)index;
    int status = segi_feature_outline(w, f, o);
    if (status)
        return status;
    if (o->ring_count > 1)
        return segi_error(w->err, SEG_USAGE,
                          "region %d has %u parts and %zu holes: YOLO text holds one outline a "
                          "region; use .json or .geojson",
                          f->id, o->parts, o->ring_count - o->parts);
    segi_sink_printf(w->sink, "%d", f->class_id < 0 ? 0 : f->class_id);
    for (size_t i = 0; i < o->corner_count; i++)
        segi_sink_printf(w->sink, " %.9g %.9g", (double)o->corners[i].x / v->width,
                         (double)o->corners[i].y / v->height);
    segi_sink_write(w->sink, "\n", 1);
    return SEG_OK;
}

static int save(struct segi_writing *w)
{
    struct segi_outline outline = {.mem = &w->context->mem};
    int status = segi_features_write(w, "YOLO text", true, write_feature, &outline);
    segi_outline_end(&outline);
    return status;
}

const struct segi_format segi_format_yolo = {
    .name = "YOLO", .endings = ".txt", .save = save, .vector = true};

/* -- reading ---------------------------------------------------------------------------------- */

struct reader {
    seg_layer *layer;
    struct segi_fill fill;
    double width, height;
    struct seg_error *err;
};

/* Coordinates to corners; those of pixel edges are met exactly. */
static double scale(double relative, double size)
{
    const double v = relative * size, whole = nearbyint(v);
    return fabs(v - whole) < 1e-5 * size / 1000 + 1e-6 ? whole : v;
}

static int read_line(struct reader *r, char *line, size_t number)
{
    char *end;
    const long class_id = strtol(line, &end, 10);
    if (end == line || class_id < 0 || class_id > INT32_MAX)
        return segi_error(r->err, SEG_IO, "line %zu: no class at its start", number);
    segi_fill_begin(&r->fill);
    size_t count = 0;
    for (line = end;; line = end, count++) {
        const double x = strtod(line, &end);
        if (end == line)
            break;
        line = end;
        const double y = strtod(line, &end);
        if (end == line || !isfinite(x) || !isfinite(y))
            return segi_error(r->err, SEG_IO, "line %zu: not pairs of numbers", number);
        if (!segi_fill_corner(&r->fill, scale(x, r->width), scale(y, r->height)))
            return segi_error_nomem(r->err);
    }
    if (line[strspn(line, " \t\r\n")] || count < 3)
        return segi_error(r->err, SEG_IO,
                          "line %zu: not a class and the corners of a polygon, three at least",
                          number);
    segi_fill_ring_end(&r->fill);
    return segi_fill_add_instance(&r->fill, r->layer, 0, (int32_t)class_id, 1, r->err);
}

static int read_lines(struct reader *r, char *text, size_t size)
{
    int status = SEG_OK;
    size_t number = 0;
    for (char *line = text; line < text + size && !status;) {
        char *end = memchr(line, '\n', size - (size_t)(line - text));
        end = end ? end : text + size;
        *end = 0;
        number++;
        if (line[strspn(line, " \t\r")])
            status = read_line(r, line, number);
        line = end + 1;
    }
    return status;
}

int segi_yolo_load(seg_context *context, const char *path, int32_t width, int32_t height,
                   seg_layer **layer, struct seg_error *err)
{
    const struct seg_shape shape = {sizeof shape, SEG_INSTANCES, 0, width, height, 0};
    struct reader r = {.width = width, .height = height, .err = err};
    struct segi_source source;
    char *text = NULL;
    int status = segi_source_open(&source, context, path, err);
    if (!status) {
        status = segi_source_all(&source, err);
        if (!status)
            status = seg_layer_new(context, &shape, &r.layer, err);
        if (!status && !(text = segi_alloc(&context->mem, (size_t)source.size + 1, 1)))
            status = segi_error_nomem(err);
        if (!status) {
            memcpy(text, source.data, (size_t)source.size);
            segi_fill_init(&r.fill, context, width, height);
            status = read_lines(&r, text, (size_t)source.size);
            segi_fill_end(&r.fill);
        }
        segi_free(&context->mem, text);
        segi_source_close(&source);
    }
    if (status) {
        seg_layer_unref(r.layer);
        segi_error_in(err, "%s", path);
        return status;
    }
    seg_layer_seal(r.layer);
    *layer = r.layer;
    return SEG_OK;
}
