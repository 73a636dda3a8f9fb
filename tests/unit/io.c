/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

seg_context *io_context;
struct seg_error io_err;
static char folder[64];

void io_setup(void)
{
    const struct seg_options options = {.struct_size = sizeof options, .max_pixels = 1000000};
    cr_assert_eq(seg_context_new(&options, &io_context, &io_err), SEG_OK);
    snprintf(folder, sizeof folder, "/tmp/segkit-test-XXXXXX");
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static int walk(bool remove_them)
{
    int count = 0;
    DIR *dir = opendir(folder);
    cr_assert(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        count++;
        if (remove_them)
            unlink(entry->d_name);
    }
    closedir(dir);
    return count;
}

int io_count_files(void)
{
    return walk(false);
}

void io_teardown(void)
{
    walk(true);
    cr_assert_eq(chdir("/"), 0);
    rmdir(folder);
    seg_context_free(io_context);
}

double io_sample(const seg_layer *layer, int32_t plane, int32_t y, int32_t x)
{
    struct seg_view view = SEG_VIEW;
    cr_assert_eq(seg_layer_view(layer, &view, &io_err), SEG_OK);
    const void *row = seg_row(&view, plane, y);
    switch (view.dtype) {
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

static void set_sample(const struct seg_view *view, int32_t plane, int32_t y, int32_t x)
{
    void *row = seg_row(view, plane, y);
    const uint32_t mix = (uint32_t)(y * 7919 + x * 104729 + plane * 1299709);
    const uint32_t v = (mix ^ mix >> 7) * UINT32_C(2654435769) >> 12;
    if (view->kind == SEG_MASK)
        ((uint8_t *)row)[x] = v & 1;
    else if (view->dtype == SEG_U8)
        ((uint8_t *)row)[x] = (uint8_t)v;
    else if (view->dtype == SEG_U16)
        ((uint16_t *)row)[x] = (uint16_t)v;
    else if (view->dtype == SEG_I32)
        ((int32_t *)row)[x] = (int32_t)(v & 0xff);
    else
        ((float *)row)[x] = (float)v / 1048576.0F;
}

seg_layer *io_layer(uint32_t kind, uint32_t dtype, int32_t w, int32_t h, int32_t planes,
                    uint32_t color)
{
    const struct seg_shape shape = {sizeof shape, kind, dtype, w, h, planes};
    struct seg_props props = {.struct_size = sizeof props, .color = color};
    struct seg_view view = SEG_VIEW;
    seg_layer *layer;
    cr_assert_eq(seg_layer_new(io_context, &shape, &layer, &io_err), SEG_OK, "%s", io_err.text);
    cr_assert_eq(seg_layer_set_props(layer, &props, &io_err), SEG_OK);
    cr_assert_eq(seg_layer_view(layer, &view, &io_err), SEG_OK);
    for (int32_t p = 0; p < planes; p++)
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < w; x++)
                set_sample(&view, p, y, x);
    return layer;
}

void io_assert_same(const seg_layer *a, const seg_layer *b)
{
    struct seg_shape s, t;
    seg_layer_shape(a, &s);
    seg_layer_shape(b, &t);
    cr_assert(!memcmp(&s, &t, sizeof s), "kind %u/%u dtype %u/%u size %dx%dx%d/%dx%dx%d", s.kind,
              t.kind, s.dtype, t.dtype, s.width, s.height, s.planes, t.width, t.height, t.planes);
    for (int32_t p = 0; p < s.planes; p++)
        for (int32_t y = 0; y < s.height; y++)
            for (int32_t x = 0; x < s.width; x++)
                cr_assert_eq(io_sample(a, p, y, x), io_sample(b, p, y, x),
                             "plane %d row %d column %d: %g, %g", p, y, x, io_sample(a, p, y, x),
                             io_sample(b, p, y, x));
}

seg_layer *io_load(const char *path, enum seg_kind kind)
{
    seg_layer *layer = NULL;
    cr_assert_eq(seg_layer_load(io_context, path, 0, kind, &layer, &io_err), SEG_OK, "%s",
                 io_err.text);
    return layer;
}

void io_round_trip(seg_layer *layer, const char *path)
{
    struct seg_shape shape;
    struct seg_props props, again;
    seg_layer_shape(layer, &shape);
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, path, &io_err), SEG_OK, "%s", io_err.text);
    seg_layer *back = io_load(path, shape.kind);
    io_assert_same(layer, back);
    seg_layer_props(layer, &props);
    seg_layer_props(back, &again);
    if (shape.kind == SEG_IMAGE && props.color)
        cr_assert_eq(props.color, again.color, "%s: colour %u, %u", path, props.color, again.color);
    seg_layer_unref(back);
}

static void check_refusal(int status, int want, const char *text)
{
    cr_assert_eq(status, want, "status %d, wanted %d: %s", status, want,
                 status ? io_err.text : "it worked");
    cr_assert_str_eq(io_err.text, text);
}

void io_refuse_load(const char *path, enum seg_kind kind, int status, const char *text)
{
    seg_layer *layer = NULL;
    check_refusal(seg_layer_load(io_context, path, 0, kind, &layer, &io_err), status, text);
    cr_assert_null(layer);
}

void io_refuse_save(const seg_layer *layer, const char *path, int status, const char *text)
{
    check_refusal(seg_layer_save(io_context, layer, NULL, path, &io_err), status, text);
}

void io_write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
}

size_t io_read_file(const char *path, unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    cr_assert(file);
    const size_t got = fread(bytes, 1, size, file);
    fclose(file);
    return got;
}
