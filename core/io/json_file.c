/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling JSON files apart: COCO or GeoJSON. */
#include "json_file.h"

#include "../base/error.h"

#include <math.h>
#include <string.h>

int segi_json_start(struct segi_reading *r, const struct segi_json *width,
                    const struct segi_json *height)
{
    const double w = segi_json_number(width, 0), h = segi_json_number(height, 0);
    if (!(w >= 1 && h >= 1 && w <= INT32_MAX && h <= INT32_MAX) || w != floor(w) || h != floor(h))
        return segi_error(r->err, SEG_IO, "its image has %g x %g pixels: not in 1..%d", w, h,
                          INT32_MAX);
    const struct seg_shape shape = {sizeof shape, SEG_INSTANCES, 0, (int32_t)w, (int32_t)h, 0};
    int status = seg_layer_new(r->context, &shape, &r->layer, r->err);
    if (!status)
        r->view = r->layer->view;
    return status;
}

int segi_json_add(struct segi_reading *r, struct segi_fill *fill, double id, int32_t class_id,
                  double score, const struct segi_json *box)
{
    const bool fits = id >= 1 && id <= INT32_MAX && id == floor(id);
    int status = segi_fill_add_instance(fill, r->layer, fits ? (int32_t)id : 0, class_id,
                                        isfinite(score) ? (float)score : 1, r->err);
    if (status)
        return status;
    struct seg_instance *one = &r->layer->instances[r->layer->instance_count - 1];
    if (one->run_count || segi_json_children(box) != 4)
        return SEG_OK;
    const struct segi_json *value = segi_json_first(box);
    for (int i = 0; i < 4; i++, value = segi_json_next(value))
        one->box[i] = (float)segi_json_number(value, 0);
    return SEG_OK;
}

static int load(struct segi_reading *r)
{
    struct segi_json_doc doc = {0};
    if (!r->kind || r->kind == SEG_IMAGE || r->kind == SEG_SCORES)
        return segi_error(r->err, SEG_IO, "is JSON, which holds regions, not %s",
                          r->kind == SEG_SCORES ? "scores" : "an image");
    int status = segi_source_all(r->source, r->err);
    if (status)
        return status;
    status = segi_json_read((const char *)r->source->data, (size_t)r->source->size, &doc);
    if (status == SEG_IO)
        segi_error(r->err, status, "line %zu, column %zu: %s", doc.line, doc.column, doc.problem);
    else if (status)
        segi_error_nomem(r->err);
    else if (doc.root->type == SEGI_JSON_ARRAY)
        status = segi_coco_load_results(r, doc.root);
    else if (segi_json_get(doc.root, "images"))
        status = segi_coco_load(r, doc.root);
    else if (segi_json_get(doc.root, "features"))
        status = segi_geojson_load(r, doc.root);
    else
        status = segi_error(r->err, SEG_IO,
                            "is neither COCO ('images') nor GeoJSON ('features') of regions");
    segi_json_free(&doc);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    size_t i = 0;
    while (i < size && (head[i] == ' ' || (head[i] >= '\t' && head[i] <= '\r')))
        i++;
    return i < size && (head[i] == '{' || head[i] == '[');
}

const struct segi_format segi_format_json = {.name = "JSON",
                                             .match = match,
                                             .load = load,
                                             .endings = ".json",
                                             .save = segi_coco_save,
                                             .vector = true,
                                             .tells = true};
