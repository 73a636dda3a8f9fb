/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The n-th allocation fails, for all n, while files of every form are written and read. */
#include "io.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(nomem, .init = io_setup, .fini = io_teardown);

static long left, live;

static void *failing_alloc(void *user, size_t size, size_t align)
{
    void *memory = NULL;
    (void)user;
    if (--left < 0 ||
        posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, size))
        return NULL;
    live++;
    return memory;
}

static void failing_free(void *user, void *memory)
{
    (void)user;
    live--;
    free(memory);
}

static int use(const char *path, uint32_t kind, uint32_t dtype, int32_t planes)
{
    const struct seg_allocator allocator = {failing_alloc, failing_free, NULL};
    const struct seg_options options = {
        .struct_size = sizeof options, .threads = 1, .allocator = &allocator};
    const struct seg_shape shape = {sizeof shape, kind, dtype, 31, 23, planes};
    struct seg_view view = SEG_VIEW;
    seg_context *context = NULL;
    seg_layer *layer = NULL, *back = NULL;
    int status = seg_context_new(&options, &context, &io_err);
    if (!status)
        status = seg_layer_new(context, &shape, &layer, &io_err);
    if (!status) {
        seg_layer_view(layer, &view, NULL);
        for (int32_t p = 0; p < planes; p++)
            for (int32_t y = 0; y < 23; y++)
                for (size_t i = 0; i < 31 * seg_dtype_size(dtype); i++)
                    ((uint8_t *)seg_row(&view, p, y))[i] =
                        kind == SEG_IMAGE || kind == SEG_SCORES
                            ? (uint8_t)(i * 7 + (size_t)y)
                            : i % seg_dtype_size(dtype) == 0 && (i / 4 + (size_t)y) % 5 < 3;
        status = seg_layer_save(context, layer, NULL, path, &io_err);
    }
    if (!status && !strstr(path, ".svg") && !strstr(path, ".csv"))
        status = seg_layer_load(context, path, 0, kind, &back, &io_err);
    seg_layer_unref(back);
    seg_layer_unref(layer);
    seg_context_free(context);
    return status;
}

Test(nomem, every_failure_is_told_and_nothing_leaks)
{
    static const struct {
        const char *path;
        uint32_t kind, dtype;
        int32_t planes;
    } cases[] = {
        {"a.png", SEG_IMAGE, SEG_U8, 3},    {"b.png", SEG_LABELS, SEG_I32, 1},
        {"a.tif", SEG_IMAGE, SEG_U16, 3},   {"b.tif", SEG_SCORES, SEG_F32, 2},
        {"c.tif", SEG_LABELS, SEG_I32, 1},  {"a.ppm", SEG_IMAGE, SEG_U8, 3},
        {"a.npy", SEG_SCORES, SEG_F32, 2},  {"a.json", SEG_LABELS, SEG_I32, 1},
        {"a.geojson", SEG_MASK, SEG_U8, 1}, {"a.svg", SEG_LABELS, SEG_I32, 1},
        {"a.csv", SEG_LABELS, SEG_I32, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = SEG_NOMEM;
        for (long n = 0; status; n++) {
            cr_assert_lt(n, 1000, "%s never works", cases[i].path);
            left = n;
            live = 0;
            status = use(cases[i].path, cases[i].kind, cases[i].dtype, cases[i].planes);
            cr_assert(!status || status == SEG_NOMEM, "%s: allocation %ld: status %d: %s",
                      cases[i].path, n, status, io_err.text);
            cr_assert(!status || strstr(io_err.text, "out of memory"), "%s", io_err.text);
            cr_assert_eq(live, 0, "%s: allocation %ld: %ld blocks left", cases[i].path, n, live);
        }
        cr_assert_eq(io_count_files(), (int)i + 1);
    }
}
