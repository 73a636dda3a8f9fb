/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's two forms: data sets and lists of results. */
#include "io.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "io/save.h"

TestSuite(coco, .init = io_setup, .fini = io_teardown);

static seg_layer *two_instances(void)
{
    static const char *const names[] = {"cell", "debris"};
    static const struct seg_run a[] = {{1, 2, 6}, {2, 2, 6}}, b[] = {{2, 5, 9}};
    const struct seg_shape shape = {sizeof shape, SEG_INSTANCES, 0, 20, 10, 0};
    struct seg_instance one = {sizeof one, 4, 1, 0.25F, {2, 1, 6, 2}, a, 2};
    seg_layer *layer;
    cr_assert_eq(seg_layer_new(io_context, &shape, &layer, &io_err), SEG_OK);
    cr_assert_eq(seg_layer_set_classes(layer, names, 2, &io_err), SEG_OK);
    cr_assert_eq(seg_layer_add_instance(layer, &one, &io_err), SEG_OK);
    one = (struct seg_instance){sizeof one, 2, 0, 0.5F, {5, 2, 9, 1}, b, 1};
    cr_assert_eq(seg_layer_add_instance(layer, &one, &io_err), SEG_OK);
    return layer;
}

static void expect_two(const char *path, const char *begin)
{
    unsigned char text[2000] = "";
    size_t count, names;
    io_read_file(path, text, sizeof text - 1);
    cr_expect(!strncmp((const char *)text, begin, strlen(begin)), "%s", (const char *)text);
    seg_layer *back = io_load(path, SEG_INSTANCES);
    const struct seg_instance *list = seg_layer_instances(back, &count);
    const char *const *classes = seg_layer_classes(back, &names);
    cr_assert_eq(count, 2);
    cr_assert_eq(names, 2);
    cr_expect_str_eq(classes[1], "debris");
    cr_expect_eq(list[0].id, 4);
    cr_expect_eq(list[0].class_id, 1);
    cr_expect_eq(list[0].score, 0.25F);
    cr_expect_eq(list[1].run_count, 1);
    cr_expect_eq(list[1].runs[0].length, 9);
    seg_layer_unref(back);
}

Test(coco, instances_are_results_unless_a_data_set_is_asked_for)
{
    const struct segi_save_options options = {.data_set = true};
    seg_layer *layer = two_instances();
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "000139.json", &io_err), SEG_OK);
    expect_two("000139.json", "[\n{\"id\":4,\"image_id\":139,\"category_id\":2,");
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "cells.json", &io_err), SEG_OK);
    expect_two("cells.json", "[\n{\"id\":4,\"image_id\":1,\"category_id\":2,");
    cr_assert_eq(segi_save(io_context, layer, NULL, "set.json", &options, &io_err), SEG_OK);
    expect_two("set.json", "{\"images\":[{\"id\":1,");
    seg_layer_unref(layer);
}

Test(coco, regions_may_be_polygons)
{
    const struct segi_save_options options = {.polygons = true};
    static const char cells[] = "P2 4 3 255 1 1 0 2 1 0 0 2 0 3 3 2",
                      ring[] = "P2 3 3 255 1 1 1 1 0 1 1 1 1";
    io_write_file("c.pgm", cells, sizeof cells - 1);
    seg_layer *labels = io_load("c.pgm", SEG_LABELS);
    cr_assert_eq(segi_save(io_context, labels, NULL, "p.json", &options, &io_err), SEG_OK, "%s",
                 io_err.text);
    seg_layer *back = io_load("p.json", SEG_LABELS);
    io_assert_same(labels, back);
    seg_layer_unref(back);
    seg_layer_unref(labels);
    io_write_file("r.pgm", ring, sizeof ring - 1);
    labels = io_load("r.pgm", SEG_LABELS);
    cr_assert_eq(segi_save(io_context, labels, NULL, "h.json", &options, &io_err), SEG_USAGE);
    cr_assert_str_eq(io_err.text,
                     "h.json: region 1 has 1 holes: COCO's polygons hold none, its run lengths do");
    seg_layer_unref(labels);
}
