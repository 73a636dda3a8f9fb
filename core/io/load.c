/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading layers from files. */
#include "format.h"
#include "instances.h"
#include "label.h"

#include "../base/error.h"
#include "../base/names.h"

#include <segkit/layer.h>
#include <string.h>

static const struct segi_format *const formats[] = {
    &segi_format_png, &segi_format_jpeg, &segi_format_tiff, &segi_format_pnm,
    &segi_format_npy, &segi_format_bmp,  &segi_format_json,
};

/* Formats that people try and that are told apart only to be refused by name. */
static const char *known_other(const unsigned char *head, size_t size)
{
    static const struct {
        const char *name;
        size_t offset, length;
        const char *magic;
    } others[] = {
        {"GIF", 0, 4, "GIF8"},         {"WebP", 8, 4, "WEBP"},
        {"JPEG 2000", 4, 4, "jP  "},   {"HEIF or AVIF", 4, 4, "ftyp"},
        {"PDF", 0, 4, "%PDF"},         {"HDF5", 1, 3, "HDF"},
        {"JPEG XL", 0, 2, "\xff\x0a"}, {"OpenEXR", 0, 4, "\x76\x2f\x31\x01"},
        {"zip", 0, 4, "PK\x03\x04"},   {"FITS", 0, 6, "SIMPLE"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].offset + others[i].length <= size &&
            !memcmp(head + others[i].offset, others[i].magic, others[i].length))
            return others[i].name;
    return NULL;
}

static int unknown(const struct segi_source *source, struct seg_error *err)
{
    const char *other = known_other(source->head, source->head_size);
    if (!source->head_size)
        return segi_error(err, SEG_IO, "is empty");
    return segi_error(err, SEG_IO, "%s%snot a PNG, JPEG, TIFF, PNM, NPY or BMP image",
                      other ? other : "", other ? " is not read: " : "");
}

static const struct segi_format *find_format(const struct segi_source *source)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->match(source->head, source->head_size))
            return formats[i];
    return NULL;
}

static int load(struct segi_reading *reading)
{
    struct segi_source *source = reading->source;
    const struct segi_format *format = find_format(source);
    if (!format)
        return unknown(source, reading->err);
    reading->format = format->name;
    int status = source->stream ? segi_source_all(source, reading->err) : SEG_OK;
    return status ? status : format->load(reading);
}

/* Between rasters and instances: the file gives one and the other is wanted. */
static int convert(struct segi_reading *reading, uint32_t wanted)
{
    const uint32_t kind = reading->layer->view.kind;
    seg_layer *made = NULL;
    int status = SEG_OK;
    if (wanted == kind || (kind != SEG_INSTANCES && wanted != SEG_INSTANCES))
        return SEG_OK;
    if (wanted == SEG_INSTANCES)
        status = segi_instances_from_labels(reading->context, reading->layer, &made, reading->err);
    else if (wanted == SEG_LABELS)
        status = segi_label_flatten(reading->context, reading->layer, &made, reading->err);
    else if (wanted == SEG_MASK)
        status = segi_instances_to_mask(reading->context, reading->layer, &made, reading->err);
    else
        status = segi_error(reading->err, SEG_IO, "holds regions, not %s", segi_kind_name(wanted));
    if (!status) {
        seg_layer_unref(reading->layer);
        reading->layer = made;
    }
    return status == SEG_USAGE ? SEG_IO : status;
}

int segi_load(struct segi_reading *reading, const char *path)
{
    struct segi_source source;
    const uint32_t wanted = reading->kind;
    int status = segi_source_open(&source, reading->context, path, reading->err);
    if (!status) {
        reading->source = &source;
        if (wanted == SEG_INSTANCES) /* a raster becomes them by way of labels */
            reading->kind = SEG_LABELS;
        status = load(reading);
        segi_reading_end(reading);
        segi_source_close(&source);
        reading->source = NULL;
    }
    if (!status)
        status = convert(reading, wanted);
    if (!status) {
        seg_layer_seal(reading->layer);
        return SEG_OK;
    }
    seg_layer_unref(reading->layer);
    reading->layer = NULL;
    segi_error_in(reading->err, "%s", strcmp(path, "-") ? path : "standard input");
    return status;
}

#define PROVENANCE_MAX ((size_t)1 << 20) /* bytes; usual ones have two thousand */

int segi_provenance_copy(seg_context *context, const void *data, size_t size,
                         struct segi_blob *text, struct seg_error *err)
{
    if (size > PROVENANCE_MAX)
        return segi_error(err, SEG_LIMIT, "%zu bytes about how it was made: more than %zu", size,
                          PROVENANCE_MAX);
    text->data = segi_alloc(&context->mem, size, 1);
    if (!text->data)
        return segi_error_nomem(err);
    memcpy(text->data, data, size);
    text->size = size;
    return SEG_OK;
}

int segi_load_provenance(seg_context *context, const char *path, struct segi_blob *text,
                         struct seg_error *err)
{
    struct segi_source source;
    *text = (struct segi_blob){0};
    int status = segi_source_open(&source, context, path, err);
    if (!status) {
        const struct segi_format *format = find_format(&source);
        if (source.stream)
            status = segi_source_all(&source, err);
        if (!status && format && format->provenance)
            status = format->provenance(&source, text, err);
        if (!status && !text->data && format && format != &segi_format_json)
            status = segi_error(err, SEG_IO, "does not say how it was made");
        segi_source_close(&source);
    }
    return status ? segi_error_in(err, "%s", path), status : SEG_OK;
}

int seg_layer_load(seg_context *context, const char *path, int page, enum seg_kind kind,
                   seg_layer **layer, struct seg_error *err)
{
    struct segi_reading reading = {.context = context, .page = page, .kind = kind, .err = err};
    if (page < 0 || (uint32_t)kind > SEG_INSTANCES)
        return segi_error(err, SEG_USAGE, "%s: page %d, kind %d: not to be read", path, page,
                          (int)kind);
    int status = segi_load(&reading, path);
    if (!status)
        *layer = reading.layer;
    return status;
}
