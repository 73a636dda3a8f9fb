/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's JSON of one image: a data set, or for instances the list of results that its tools take.
 * Regions are run lengths, which hold holes and parts exactly. */
#include "coco_rle.h"
#include "feature.h"
#include "json_file.h"

#include "../base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEGI_COCO_CATEGORIES 65535 /* numbers beyond are none of ours */

/* -- writing ---------------------------------------------------------------------------------- */

/* A list of corners a part; there is no place for holes. */
static int write_polygons(struct segi_writing *w, const struct segi_feature *f,
                          struct segi_outline *o)
{
    int status = segi_feature_outline(w, f, o);
    if (status)
        return status;
    if (o->ring_count > o->parts)
        return segi_error(w->err, SEG_USAGE,
                          "region %d has %zu holes: COCO's polygons hold none, its run lengths do",
                          f->id, o->ring_count - o->parts);
    for (size_t i = 0; i < o->ring_count; i++) {
        segi_sink_printf(w->sink, i ? ",[" : "[[");
        for (size_t k = 0; k < o->rings[i].count; k++) {
            const struct segi_corner c = o->corners[o->rings[i].first + k];
            segi_sink_printf(w->sink, k ? ",%d,%d" : "%d,%d", c.x, c.y);
        }
        segi_sink_write(w->sink, "]", 1);
    }
    segi_sink_printf(w->sink, "]}");
    return SEG_OK;
}

static bool is_list(const struct segi_writing *w)
{
    return w->layer->view.kind == SEG_INSTANCES && !w->options.data_set;
}

/* COCO names its images by their ids: 000000000139.json is of image 139. Other files: 1. */
static unsigned long long image_id(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const size_t digits = strspn(name, "0123456789");
    return digits && digits < 18 && name[digits] == '.' ? strtoull(name, NULL, 10) : 1;
}

static int write_feature(struct segi_writing *w, size_t index, const struct segi_feature *f,
                         void *user)
{
    struct segi_sink *sink = w->sink;
    const struct seg_view *v = &w->layer->view;
    const struct segi_region *r = f->region;
    int status = SEG_OK;
    const bool list = is_list(w);
    segi_sink_printf(sink, "%s\n{\"id\":%d,\"image_id\":%llu,\"category_id\":%d,", index ? "," : "",
                     f->id, list ? image_id(w->path) : 1, f->class_id < 0 ? 1 : f->class_id + 1);
    if (!list)
        segi_sink_printf(sink, "\"iscrowd\":0,");
    else if (f->class_id >= 0 && (size_t)f->class_id < w->layer->class_count) {
        segi_sink_printf(sink, "\"category_name\":");
        segi_sink_json_text(sink, w->layer->classes[f->class_id]);
        segi_sink_printf(sink, ",");
    }
    if (f->box)
        segi_sink_printf(sink, "\"bbox\":[%.9g,%.9g,%.9g,%.9g],", (double)f->box[0],
                         (double)f->box[1], (double)f->box[2], (double)f->box[3]);
    else
        segi_sink_printf(sink, "\"bbox\":[%d,%d,%d,%d],", r->box[1], r->box[0],
                         r->box[3] - r->box[1], r->box[2] - r->box[0]);
    if (v->kind == SEG_INSTANCES)
        segi_sink_printf(sink, "\"score\":%.9g,", (double)f->score);
    if (!r) {
        segi_sink_printf(sink, "\"area\":%.9g}", (double)f->box[2] * (double)f->box[3]);
        return SEG_OK;
    }
    segi_sink_printf(sink, "\"area\":%.0f,\"segmentation\":", r->area);
    if (w->options.polygons)
        return write_polygons(w, f, user);
    segi_sink_printf(sink, "{\"size\":[%d,%d],\"counts\":\"", v->height, v->width);
    status = segi_coco_rle_write(sink, r, v->width, v->height, w->err);
    segi_sink_printf(sink, "\"}}");
    return status;
}

static int32_t largest_class(const seg_layer *layer)
{
    int32_t most = 0;
    for (size_t i = 0; i < layer->instance_count; i++)
        most = layer->instances[i].class_id > most ? layer->instances[i].class_id : most;
    return most;
}

static void write_categories(struct segi_writing *w)
{
    const seg_layer *layer = w->layer;
    const size_t used = (size_t)largest_class(layer) + 1;
    const size_t count = used > layer->class_count ? used : layer->class_count;
    segi_sink_printf(w->sink, "\"categories\":[");
    for (size_t i = 0; i < count; i++) {
        segi_sink_printf(w->sink, "%s{\"id\":%zu,\"name\":", i ? "," : "", i + 1);
        if (i < layer->class_count)
            segi_sink_json_text(w->sink, layer->classes[i]);
        else if (count == 1)
            segi_sink_printf(w->sink, "\"object\"");
        else
            segi_sink_printf(w->sink, "\"%zu\"", i);
        segi_sink_write(w->sink, "}", 1);
    }
    segi_sink_printf(w->sink, "]");
}

static void write_info(struct segi_writing *w)
{
    const char *text = w->options.provenance;
    if (!text)
        return;
    segi_sink_printf(w->sink, "\"info\":{\"segkit\":");
    segi_sink_write(w->sink, text, strlen(text));
    segi_sink_printf(w->sink, "},\n");
}

/* The name of the file that is written, without folder and ending, stands for that of the image. */
static void write_image(struct segi_writing *w)
{
    const char *base = strrchr(w->path, '/');
    base = base ? base + 1 : w->path;
    char *name = segi_strdup(&w->context->mem, base);
    char *dot = name ? strrchr(name, '.') : NULL;
    if (dot)
        *dot = 0;
    segi_sink_printf(w->sink, "\"images\":[{\"id\":1,\"width\":%d,\"height\":%d,\"file_name\":",
                     w->layer->view.width, w->layer->view.height);
    segi_sink_json_text(w->sink, name ? name : "");
    segi_sink_printf(w->sink, "}],\n");
    segi_free(&w->context->mem, name);
}

int segi_coco_save(struct segi_writing *w)
{
    const bool list = is_list(w);
    if (!list) {
        segi_sink_printf(w->sink, "{");
        write_info(w);
        write_image(w);
        write_categories(w);
        segi_sink_printf(w->sink, ",\n\"annotations\":");
    }
    segi_sink_printf(w->sink, "[");
    struct segi_outline outline = {.mem = &w->context->mem};
    int status = segi_features_write(w, "COCO", false, write_feature, &outline);
    segi_sink_printf(w->sink, list ? "\n]\n" : "\n]}\n");
    segi_outline_end(&outline);
    return status;
}

/* -- reading ---------------------------------------------------------------------------------- */

struct category {
    double id;
    const char *name;
};

struct reader {
    struct segi_reading *reading;
    struct segi_fill fill;
    struct category *categories; /* by rising id: the place is our class */
    size_t category_count;
};

static int by_id(const void *a, const void *b)
{
    const double x = ((const struct category *)a)->id, y = ((const struct category *)b)->id;
    return (x > y) - (x < y);
}

static int read_categories(struct reader *r, const struct segi_json *list)
{
    const struct segi_mem *mem = &r->reading->context->mem;
    const size_t count = segi_json_children(list);
    r->categories = segi_alloc(mem, count, sizeof *r->categories);
    const char **names = segi_alloc(mem, count, sizeof *names);
    if (!r->categories || !names) {
        segi_free(mem, names);
        return segi_error_nomem(r->reading->err);
    }
    SEGI_JSON_EACH(one, list)
    r->categories[r->category_count++] =
        (struct category){segi_json_number(segi_json_get(one, "id"), -1),
                          segi_json_text(segi_json_get(one, "name"), "")};
    if (count)
        qsort(r->categories, count, sizeof *r->categories, by_id);
    for (size_t i = 0; i < count; i++)
        names[i] = r->categories[i].name;
    int status = SEG_OK;
    if (count)
        status = seg_layer_set_classes(r->reading->layer, names, count, r->reading->err);
    segi_free(mem, names);
    return status;
}

/* Results name no categories of their own; their names, where they stand, and numbers do. */
static int read_result_names(struct reader *r, const struct segi_json *list)
{
    const struct segi_mem *mem = &r->reading->context->mem;
    double most = 0;
    SEGI_JSON_EACH(one, list)
    if (segi_json_get(one, "category_name"))
        most = fmax(most, segi_json_number(segi_json_get(one, "category_id"), 0));
    if (most < 1 || most > SEGI_COCO_CATEGORIES)
        return SEG_OK;
    const char **names = segi_alloc(mem, (size_t)most, sizeof *names);
    if (!names)
        return segi_error_nomem(r->reading->err);
    for (size_t i = 0; i < (size_t)most; i++)
        names[i] = "";
    SEGI_JSON_EACH(one, list)
    {
        const double id = segi_json_number(segi_json_get(one, "category_id"), 0);
        if (id >= 1 && id <= most)
            names[(size_t)id - 1] = segi_json_text(segi_json_get(one, "category_name"), "");
    }
    int status = seg_layer_set_classes(r->reading->layer, names, (size_t)most, r->reading->err);
    segi_free(mem, names);
    return status;
}

static int32_t class_of(const struct reader *r, double id)
{
    if (!r->categories)
        return id >= 1 && id <= SEGI_COCO_CATEGORIES ? (int32_t)id - 1 : -1;
    for (size_t i = 0; i < r->category_count; i++)
        if (r->categories[i].id == id)
            return (int32_t)i;
    return -1;
}

static int read_runs(struct reader *r, const struct segi_json *segmentation)
{
    struct segi_coco_rle rle = {.fill = &r->fill};
    const struct segi_json *counts = segi_json_get(segmentation, "counts");
    const struct segi_json *size = segi_json_get(segmentation, "size");
    struct seg_error *err = r->reading->err;
    if (segi_json_children(size) != 2 ||
        segi_json_number(segi_json_first(size), -1) != r->fill.height ||
        segi_json_number(segi_json_next(segi_json_first(size)), -1) != r->fill.width)
        return segi_error(err, SEG_IO, "its size is not that of its image, %d x %d", r->fill.width,
                          r->fill.height);
    if (counts && counts->type == SEGI_JSON_STRING)
        return segi_coco_rle_text(&rle, counts->u.text, counts->count, err);
    int status = SEG_OK;
    SEGI_JSON_EACH(one, counts)
    if (!status)
        status = segi_coco_rle_run(&rle, segi_json_number(one, -1), err);
    return status;
}

static int read_polygons(struct reader *r, const struct segi_json *list)
{
    int status = SEG_OK;
    SEGI_JSON_EACH(polygon, list)
    {
        double x = 0;
        bool second = false;
        SEGI_JSON_EACH(number, polygon)
        {
            const double v = segi_json_number(number, 0);
            if (second && !status && !segi_fill_corner(&r->fill, x, v))
                status = segi_error_nomem(r->reading->err);
            x = v;
            second = !second;
        }
        if (!status)
            status = segi_fill_polygon_end(&r->fill, r->reading->err);
    }
    return status;
}

static int read_annotation(struct reader *r, const struct segi_json *one, size_t index)
{
    const struct segi_json *segmentation = segi_json_get(one, "segmentation");
    const double id = segi_json_number(segi_json_get(one, "id"), 0);
    const double score = segi_json_number(segi_json_get(one, "score"), 1);
    const int32_t class_id = class_of(r, segi_json_number(segi_json_get(one, "category_id"), -1));
    int status = SEG_OK;
    segi_fill_begin(&r->fill);
    if (segmentation && segmentation->type == SEGI_JSON_OBJECT)
        status = read_runs(r, segmentation);
    else if (segmentation && segmentation->type == SEGI_JSON_ARRAY)
        status = read_polygons(r, segmentation);
    if (!status)
        status =
            segi_json_add(r->reading, &r->fill, id, class_id, score, segi_json_get(one, "bbox"));
    if (status)
        segi_error_in(r->reading->err, "annotation %zu", index);
    return status;
}

static int read_annotations(struct reader *r, const struct segi_json *list, double image_id)
{
    int status = SEG_OK;
    size_t index = 0;
    SEGI_JSON_EACH(one, list)
    {
        if (!status && segi_json_number(segi_json_get(one, "image_id"), image_id) == image_id)
            status = read_annotation(r, one, index);
        index++;
    }
    return status;
}

/* Run lengths say how large the image is; results of boxes alone do not. */
static const struct segi_json *result_size(const struct segi_json *list)
{
    SEGI_JSON_EACH(one, list)
    {
        const struct segi_json *size = segi_json_get(segi_json_get(one, "segmentation"), "size");
        if (segi_json_children(size) == 2)
            return size;
    }
    return NULL;
}

int segi_coco_load_results(struct segi_reading *reading, const struct segi_json *list)
{
    struct reader r = {.reading = reading};
    const struct segi_json *size = result_size(list);
    if (!size)
        return segi_error(reading->err, SEG_IO,
                          "is a list without run lengths, which would say how large its image is");
    const struct segi_json *height = segi_json_first(size);
    int status = segi_json_start(reading, segi_json_next(height), height);
    if (!status)
        status = read_result_names(&r, list);
    if (!status) {
        segi_fill_init(&r.fill, reading->context, reading->view.width, reading->view.height);
        status = read_annotations(
            &r, list, segi_json_number(segi_json_get(segi_json_first(list), "image_id"), 0));
        segi_fill_end(&r.fill);
    }
    return status;
}

int segi_coco_load(struct segi_reading *reading, const struct segi_json *root)
{
    const struct segi_json *images = segi_json_get(root, "images");
    const size_t count = segi_json_children(images);
    if ((size_t)reading->page >= count)
        return segi_error(reading->err, SEG_IO, "page %d: it has %zu images", reading->page, count);
    const struct segi_json *image = segi_json_first(images);
    for (int i = 0; i < reading->page; i++)
        image = segi_json_next(image);
    struct reader r = {.reading = reading};
    int status =
        segi_json_start(reading, segi_json_get(image, "width"), segi_json_get(image, "height"));
    if (!status)
        status = read_categories(&r, segi_json_get(root, "categories"));
    if (!status) {
        segi_fill_init(&r.fill, reading->context, reading->view.width, reading->view.height);
        status = read_annotations(&r, segi_json_get(root, "annotations"),
                                  segi_json_number(segi_json_get(image, "id"), 0));
        segi_fill_end(&r.fill);
    }
    segi_free(&reading->context->mem, r.categories);
    return status;
}
