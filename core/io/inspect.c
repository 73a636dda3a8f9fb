/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at files: what is a mask and what a picture is told by how many values there are and how
 * flat it is. */
#include "inspect.h"

#include "reading.h"

#include "../base/error.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

const char *const segi_labels_names[] = {
    [SEGI_LABELS_AUTO] = "auto",     [SEGI_LABELS_INDEX] = "index",
    [SEGI_LABELS_BINARY] = "binary", [SEGI_LABELS_PALETTE] = "palette",
    [SEGI_LABELS_RGB] = "rgb",       [SEGI_LABELS_REGIONS] = "regions",
    [SEGI_LABELS_NONE] = "none"};

#define FEW          8    /* values that no picture makes do with */
#define FLAT         0.85 /* labels are flatter than this, pictures are not */
#define COLORS       (1u << 24)
#define LABEL_COLORS 4096 /* more colours than that are a picture */

/* -- counting --------------------------------------------------------------------------------- */

static double sample_at(const struct seg_view *v, const void *row, int32_t x)
{
    switch (v->dtype) {
    case SEG_U8:
        return ((const uint8_t *)row)[x];
    case SEG_U16:
        return ((const uint16_t *)row)[x];
    case SEG_I32:
        return ((const int32_t *)row)[x];
    default:
        return (double)((const float *)row)[x];
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Numbers where they change along a row, sorted, tell how many there are. */
static int count_numbers(seg_context *context, const struct seg_view *v,
                         struct segi_inspection *out, struct seg_error *err)
{
    void *values = NULL;
    size_t count = 0, capacity = 0;
    uint64_t flat = 0;
    for (int32_t y = 0; y < v->height; y++) {
        const void *row = seg_row(v, 0, y);
        for (int32_t x = 0; x < v->width; x++) {
            const double s = sample_at(v, row, x);
            if (x && s == sample_at(v, row, x - 1)) {
                flat++;
                continue;
            }
            if (!segi_reserve(&context->mem, &values, &capacity, count + 1, sizeof(double))) {
                segi_free(&context->mem, values);
                return segi_error_nomem(err);
            }
            ((double *)values)[count++] = s;
        }
    }
    double *sorted = values;
    qsort(sorted, count, sizeof *sorted, by_value);
    out->least = sorted[0];
    out->most = sorted[count - 1];
    for (size_t i = 0; i < count; i++)
        out->distinct += !i || sorted[i] != sorted[i - 1];
    out->flat = (double)flat / ((double)v->width * v->height);
    segi_free(&context->mem, values);
    return SEG_OK;
}

static uint32_t color_at(const struct seg_view *v, int32_t y, int32_t x)
{
    uint32_t color = 0;
    for (int32_t p = 0; p < 3; p++)
        color = color << 8 | ((const uint8_t *)seg_row(v, p, y))[x];
    return color;
}

/* Marks each colour that occurs in a set of bits, and counts pixels like the one on their left. */
static uint64_t mark_colors(const struct seg_view *v, uint64_t *set)
{
    uint64_t flat = 0;
    for (int32_t y = 0; y < v->height; y++) {
        uint32_t last = COLORS;
        for (int32_t x = 0; x < v->width; x++) {
            const uint32_t color = color_at(v, y, x);
            flat += color == last;
            set[color / 64] |= (uint64_t)1 << color % 64;
            last = color;
        }
    }
    return flat;
}

static int count_colors(seg_context *context, const struct seg_view *v, struct segi_inspection *out,
                        struct seg_error *err)
{
    uint64_t *set = segi_calloc(&context->mem, COLORS / 64, sizeof *set);
    if (!set)
        return segi_error_nomem(err);
    const uint64_t flat = mark_colors(v, set);
    for (size_t i = 0; i < COLORS / 64; i++)
        out->distinct += (uint64_t)__builtin_popcountll(set[i]);
    out->flat = (double)flat / ((double)v->width * v->height);
    segi_free(&context->mem, set);
    return SEG_OK;
}

/* -- telling ---------------------------------------------------------------------------------- */

static bool is_rgb(const struct seg_shape *shape, uint32_t color)
{
    return shape->dtype == SEG_U8 && (color == SEG_COLOR_RGB || color == SEG_COLOR_RGBA);
}

static enum segi_labels_form form_of(const struct segi_inspection *i)
{
    if (i->palette)
        return SEGI_LABELS_PALETTE;
    if (i->shape.planes == 1) {
        const bool binary = i->distinct <= 2 && (i->least == 0 || i->distinct == 1) &&
                            (i->most == UINT8_MAX || i->most == UINT16_MAX);
        const bool whole = i->least >= -1 && i->least == floor(i->least);
        if (binary)
            return SEGI_LABELS_BINARY;
        return whole && (i->flat >= FLAT || i->distinct <= FEW) ? SEGI_LABELS_INDEX
                                                                : SEGI_LABELS_NONE;
    }
    return is_rgb(&i->shape, i->props.color) && i->distinct <= LABEL_COLORS && i->flat >= FLAT
               ? SEGI_LABELS_RGB
               : SEGI_LABELS_NONE;
}

static int inspect_raster(seg_context *context, const char *path, int page, const seg_layer *layer,
                          struct segi_inspection *out, struct seg_error *err)
{
    seg_layer *numbers = NULL;
    int status = SEG_OK;
    if (out->palette)
        status = seg_layer_load(context, path, page, SEG_LABELS, &numbers, err);
    const struct seg_view *v = numbers ? &numbers->view : &layer->view;
    if (!status && v->planes == 1)
        status = count_numbers(context, v, out, err);
    else if (!status && is_rgb(&out->shape, out->props.color))
        status = count_colors(context, v, out, err);
    if (!status)
        out->form = form_of(out);
    seg_layer_unref(numbers);
    return status;
}

int segi_inspect(seg_context *context, const char *path, int page, struct segi_inspection *out,
                 struct seg_error *err)
{
    struct segi_reading reading = {.context = context, .page = page, .err = err};
    *out = (struct segi_inspection){0};
    int status = segi_load(&reading, path);
    if (status == SEG_IO) { /* regions, or numbers that no image holds */
        const char *format = reading.format;
        reading = (struct segi_reading){.context = context, .page = page, .err = err};
        reading.kind = format && !strcmp(format, "JSON") ? SEG_INSTANCES : SEG_LABELS;
        if (format)
            status = segi_load(&reading, path);
    }
    if (status)
        return status;
    out->format = reading.format;
    out->bits = reading.bits;
    out->palette = reading.palette;
    seg_layer_shape(reading.layer, &out->shape);
    seg_layer_props(reading.layer, &out->props);
    if (out->shape.kind == SEG_INSTANCES) {
        out->form = SEGI_LABELS_REGIONS;
        out->distinct = reading.layer->instance_count;
    } else {
        status = inspect_raster(context, path, page, reading.layer, out, err);
    }
    seg_layer_unref(reading.layer);
    return status;
}

/* -- reading ---------------------------------------------------------------------------------- */

static int new_labels(seg_context *context, const seg_layer *like, seg_layer **labels,
                      struct seg_error *err)
{
    const struct seg_shape shape = {sizeof shape,     SEG_LABELS,        SEG_I32,
                                    like->view.width, like->view.height, 1};
    int status = seg_layer_new(context, &shape, labels, err);
    if (!status)
        status = segi_layer_copy_props(*labels, like, err);
    if (!status)
        (*labels)->props.color = SEG_COLOR_UNKNOWN;
    return status;
}

static int load_binary(seg_context *context, const char *path, int page, seg_layer **labels,
                       struct seg_error *err)
{
    seg_layer *mask = NULL;
    int status = seg_layer_load(context, path, page, SEG_MASK, &mask, err);
    if (!status)
        status = new_labels(context, mask, labels, err);
    for (int32_t y = 0; !status && y < mask->view.height; y++) {
        const uint8_t *from = seg_row(&mask->view, 0, y);
        int32_t *to = seg_row(&(*labels)->view, 0, y);
        for (int32_t x = 0; x < mask->view.width; x++)
            to[x] = from[x];
    }
    seg_layer_unref(mask);
    return status;
}

/* The place of each colour among those that occur, black being 0 whether it occurs or not. */
static void number_colors(const struct seg_view *from, const struct seg_view *to,
                          const uint64_t *set, const uint32_t *before)
{
    for (int32_t y = 0; y < from->height; y++) {
        int32_t *row = seg_row(to, 0, y);
        for (int32_t x = 0; x < from->width; x++) {
            const uint32_t color = color_at(from, y, x);
            const uint64_t below = set[color / 64] & (((uint64_t)1 << color % 64) - 1);
            row[x] = (int32_t)before[color / 64] + __builtin_popcountll(below);
        }
    }
}

static int map_colors(seg_context *context, const seg_layer *image, seg_layer **labels,
                      struct seg_error *err)
{
    const struct segi_mem *mem = &context->mem;
    uint64_t *set = segi_calloc(mem, COLORS / 64, sizeof *set);
    uint32_t *before = segi_alloc(mem, COLORS / 64, sizeof *before);
    int status = set && before ? SEG_OK : segi_error_nomem(err);
    if (!status)
        status = new_labels(context, image, labels, err);
    if (!status) {
        uint32_t count = 0;
        mark_colors(&image->view, set);
        set[0] |= 1;
        for (size_t i = 0; i < COLORS / 64; i++) {
            before[i] = count;
            count += (uint32_t)__builtin_popcountll(set[i]);
        }
        number_colors(&image->view, &(*labels)->view, set, before);
    }
    segi_free(mem, set);
    segi_free(mem, before);
    return status;
}

static int load_rgb(seg_context *context, const char *path, int page, seg_layer **labels,
                    struct seg_error *err)
{
    seg_layer *image = NULL;
    struct seg_shape shape;
    int status = seg_layer_load(context, path, page, 0, &image, err);
    if (status)
        return status;
    seg_layer_shape(image, &shape);
    if (is_rgb(&shape, image->props.color))
        status = map_colors(context, image, labels, err);
    else
        status =
            segi_error(err, SEG_IO, "%s: labels by colour need red, green and blue bytes", path);
    seg_layer_unref(image);
    return status;
}

int segi_labels_load(seg_context *context, const char *path, int page, enum segi_labels_form form,
                     seg_layer **labels, struct seg_error *err)
{
    struct segi_inspection found = {.palette = true};
    seg_layer *made = NULL;
    int status = SEG_OK;
    if (form == SEGI_LABELS_AUTO || form == SEGI_LABELS_PALETTE) {
        status = segi_inspect(context, path, page, &found, err);
        form = form == SEGI_LABELS_AUTO ? found.form : form;
    }
    if (status)
        return status;
    switch (form) {
    case SEGI_LABELS_BINARY:
        status = load_binary(context, path, page, &made, err);
        break;
    case SEGI_LABELS_RGB:
        status = load_rgb(context, path, page, &made, err);
        break;
    case SEGI_LABELS_NONE:
        status = segi_error(err, SEG_IO,
                            "%s: looks like a picture and not like labels; say how they lie in it: "
                            "index, binary, palette or rgb",
                            path);
        break;
    default:
        if (form == SEGI_LABELS_PALETTE && !found.palette)
            status = segi_error(err, SEG_IO, "%s: has no palette", path);
        else
            status = seg_layer_load(context, path, page, SEG_LABELS, &made, err);
    }
    if (status) {
        seg_layer_unref(made);
        return status;
    }
    seg_layer_seal(made);
    *labels = made;
    return SEG_OK;
}
