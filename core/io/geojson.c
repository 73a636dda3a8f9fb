/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GeoJSON (RFC 7946) in pixel coordinates, y downwards, as QuPath has it: a feature a region, its
 * polygons with holes along pixel edges. The size of the image is a member of the collection. */
#include "feature.h"
#include "json_file.h"

#include "../base/error.h"

#include <string.h>

static void write_ring(struct segi_sink *sink, const struct segi_outline *o,
                       const struct segi_ring *ring)
{
    segi_sink_write(sink, "[", 1);
    for (size_t i = 0; i <= ring->count; i++) { /* the first corner is said again at the end */
        const struct segi_corner c = o->corners[ring->first + i % ring->count];
        segi_sink_printf(sink, i ? ",[%d,%d]" : "[%d,%d]", c.x, c.y);
    }
    segi_sink_write(sink, "]", 1);
}

static void write_geometry(struct segi_sink *sink, const struct segi_outline *o)
{
    segi_sink_printf(sink, o->parts > 1 ? "{\"type\":\"MultiPolygon\",\"coordinates\":[["
                                        : "{\"type\":\"Polygon\",\"coordinates\":[");
    for (size_t i = 0; i < o->ring_count; i++) {
        if (i && o->rings[i].part != o->rings[i - 1].part)
            segi_sink_printf(sink, "],[");
        else if (i)
            segi_sink_write(sink, ",", 1);
        write_ring(sink, o, &o->rings[i]);
    }
    segi_sink_printf(sink, o->parts > 1 ? "]]}" : "]}");
}

static int write_feature(struct segi_writing *w, size_t index, const struct segi_feature *f,
                         void *user)
{
    struct segi_outline *outline = user;
    struct segi_sink *sink = w->sink;
    int status = segi_feature_outline(w, f, outline);
    if (status)
        return status;
    segi_sink_printf(sink, "%s\n{\"type\":\"Feature\",\"id\":%d,\"geometry\":", index ? "," : "",
                     f->id);
    write_geometry(sink, outline);
    segi_sink_printf(sink, ",\"properties\":{\"label\":%d", f->id);
    if (w->layer->view.kind == SEG_INSTANCES)
        segi_sink_printf(sink, ",\"class_id\":%d,\"score\":%.9g", f->class_id, (double)f->score);
    if (f->class_name) {
        segi_sink_printf(sink, ",\"class\":");
        segi_sink_json_text(sink, f->class_name);
    }
    segi_sink_printf(sink, "}}");
    return SEG_OK;
}

static int save(struct segi_writing *w)
{
    struct segi_outline outline = {.mem = &w->context->mem};
    segi_sink_printf(w->sink, "{\"type\":\"FeatureCollection\",\"width\":%d,\"height\":%d,",
                     w->layer->view.width, w->layer->view.height);
    if (w->options.provenance) {
        segi_sink_printf(w->sink, "\"segkit\":");
        segi_sink_write(w->sink, w->options.provenance, strlen(w->options.provenance));
        segi_sink_printf(w->sink, ",");
    }
    segi_sink_printf(w->sink, "\"features\":[");
    int status = segi_features_write(w, "GeoJSON", true, write_feature, &outline);
    segi_sink_printf(w->sink, "\n]}\n");
    segi_outline_end(&outline);
    return status;
}

/* -- reading ---------------------------------------------------------------------------------- */

struct reader {
    struct segi_reading *reading;
    struct segi_fill fill;
    const char **classes; /* names in the order in which they were met */
    size_t class_count, class_capacity;
};

static int read_polygon(struct reader *r, const struct segi_json *rings)
{
    SEGI_JSON_EACH(ring, rings)
    {
        SEGI_JSON_EACH(corner, ring)
        {
            const struct segi_json *x = segi_json_first(corner);
            if (segi_json_children(corner) < 2)
                return segi_error(r->reading->err, SEG_IO, "a corner without two coordinates");
            if (!segi_fill_corner(&r->fill, segi_json_number(x, 0),
                                  segi_json_number(segi_json_next(x), 0)))
                return segi_error_nomem(r->reading->err);
        }
        segi_fill_ring_end(&r->fill);
    }
    return segi_fill_polygon_end(&r->fill, r->reading->err);
}

static int read_geometry(struct reader *r, const struct segi_json *geometry)
{
    const char *type = segi_json_text(segi_json_get(geometry, "type"), "none");
    const struct segi_json *parts = segi_json_get(geometry, "coordinates");
    int status = SEG_OK;
    if (!strcmp(type, "Polygon"))
        return read_polygon(r, parts);
    if (strcmp(type, "MultiPolygon"))
        return segi_error(r->reading->err, SEG_IO,
                          "geometry '%s': only Polygon and MultiPolygon have pixels", type);
    SEGI_JSON_EACH(part, parts)
    if (!status)
        status = read_polygon(r, part);
    return status;
}

/* QuPath tells a class by an object with a name. */
static const char *class_name(const struct segi_json *properties)
{
    const char *name =
        segi_json_text(segi_json_get(segi_json_get(properties, "classification"), "name"), NULL);
    return segi_json_text(segi_json_get(properties, "class"), name);
}

static int32_t class_of(struct reader *r, const char *name)
{
    void *list = (void *)r->classes;
    for (size_t i = 0; name && i < r->class_count; i++)
        if (!strcmp(r->classes[i], name))
            return (int32_t)i;
    if (!name || !segi_reserve(&r->reading->context->mem, &list, &r->class_capacity,
                               r->class_count + 1, sizeof *r->classes))
        return -1;
    r->classes = list;
    r->classes[r->class_count++] = name;
    return (int32_t)r->class_count - 1;
}

static int read_feature(struct reader *r, const struct segi_json *feature)
{
    const struct segi_json *properties = segi_json_get(feature, "properties");
    const double id = segi_json_number(segi_json_get(feature, "id"), 0);
    segi_fill_begin(&r->fill);
    int status = read_geometry(r, segi_json_get(feature, "geometry"));
    if (status)
        return status;
    return segi_json_add(r->reading, &r->fill,
                         segi_json_number(segi_json_get(properties, "label"), id),
                         class_of(r, class_name(properties)),
                         segi_json_number(segi_json_get(properties, "score"), 1), NULL);
}

static int read_features(struct reader *r, const struct segi_json *features)
{
    struct segi_reading *reading = r->reading;
    int status = SEG_OK;
    size_t index = 0;
    segi_fill_init(&r->fill, reading->context, reading->view.width, reading->view.height);
    SEGI_JSON_EACH(feature, features)
    {
        if (!status && (status = read_feature(r, feature)))
            segi_error_in(reading->err, "feature %zu", index);
        index++;
    }
    segi_fill_end(&r->fill);
    if (!status && r->class_count)
        status = seg_layer_set_classes(reading->layer, r->classes, r->class_count, reading->err);
    return status;
}

int segi_geojson_load(struct segi_reading *reading, const struct segi_json *root)
{
    struct reader r = {.reading = reading};
    const struct segi_json *width = segi_json_get(root, "width");
    if (reading->page > 0)
        return segi_error(reading->err, SEG_IO, "page %d: a GeoJSON file has one, 0",
                          reading->page);
    if (!width)
        return segi_error(reading->err, SEG_IO,
                          "GeoJSON without the size of its image ('width' and 'height')");
    int status = segi_json_start(reading, width, segi_json_get(root, "height"));
    if (!status)
        status = read_features(&r, segi_json_get(root, "features"));
    segi_free(&reading->context->mem, (void *)r.classes);
    return status;
}

const struct segi_format segi_format_geojson = {
    .name = "GeoJSON", .endings = ".geojson", .save = save, .vector = true, .tells = true};
