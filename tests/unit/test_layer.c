/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <math.h>
#include <segkit/plugin-util.h>
#include <string.h>

#include "data/layer.h"

static seg_context *context;

static void setup(void)
{
    const struct seg_options options = {.struct_size = sizeof options, .max_pixels = 1000000};
    seg_context_new(&options, &context, NULL);
}

static void teardown(void)
{
    seg_context_free(context);
}

TestSuite(layer, .init = setup, .fini = teardown);

static struct seg_shape shape_of(uint32_t kind, uint32_t dtype, int32_t w, int32_t h,
                                 int32_t planes)
{
    return (struct seg_shape){sizeof(struct seg_shape), kind, dtype, w, h, planes};
}

Test(layer, rows_are_aligned_and_planes_apart)
{
    const struct seg_shape shape = shape_of(SEG_IMAGE, SEG_U16, 33, 5, 3);
    seg_layer *layer;
    struct seg_view view = SEG_VIEW;
    cr_assert_eq(seg_layer_new(context, &shape, &layer, NULL), SEG_OK);
    cr_assert_eq(seg_layer_view(layer, &view, NULL), SEG_OK);
    cr_assert_eq(view.row_stride, 128);
    cr_assert_eq(view.plane_stride, 5 * 128);
    cr_assert_eq((uintptr_t)view.data % 64, 0);
    seg_layer_unref(layer);
}

static const struct {
    struct seg_shape shape;
    int status;
    const char *text;
} refused[] = {
    {{0, SEG_IMAGE, SEG_U8, 0, 5, 1}, SEG_USAGE, "image of 0 x 5 pixels: both must be at least 1"},
    {{0, SEG_IMAGE, SEG_U8, -1, 5, 1},
     SEG_USAGE,
     "image of -1 x 5 pixels: both must be at least 1"},
    {{0, SEG_IMAGE, SEG_U8, 1001, 1000, 1},
     SEG_LIMIT,
     "image of 1001 x 1000 pixels: more than the limit of 1000000"},
    {{0, SEG_IMAGE, SEG_I32, 5, 5, 1}, SEG_USAGE, "image cannot hold samples of type i32"},
    {{0, SEG_LABELS, SEG_U8, 5, 5, 1}, SEG_USAGE, "labels cannot hold samples of type u8"},
    {{0, SEG_MASK, SEG_U8, 5, 5, 2}, SEG_USAGE, "mask of 2 planes: it has 1"},
    {{0, SEG_IMAGE, SEG_U8, 5, 5, 0}, SEG_USAGE, "image of 0 planes"},
    {{0, 9, SEG_U8, 5, 5, 1}, SEG_USAGE, "layer: 9 is no kind"},
};

Test(layer, shapes_that_cannot_be_are_refused_with_the_reason)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        seg_layer *layer;
        struct seg_error err = {0};
        cr_expect_eq(seg_layer_new(context, &refused[i].shape, &layer, &err), refused[i].status);
        cr_expect_str_eq(err.text, refused[i].text);
    }
}

Test(layer, planes_do_not_get_around_the_size_check)
{
    const struct seg_shape shape = shape_of(SEG_IMAGE, SEG_F32, 1000, 1000, INT32_MAX);
    seg_layer *layer;
    cr_assert_neq(seg_layer_new(context, &shape, &layer, NULL), SEG_OK);
}

static void count_release(void *user)
{
    ++*(int *)user;
}

Test(layer, wraps_callers_memory_until_the_last_reference_goes)
{
    uint8_t data[4 * 7] = {0};
    int released = 0;
    struct seg_view view = SEG_VIEW;
    view.kind = SEG_MASK;
    view.dtype = SEG_U8;
    view.width = 4;
    view.height = 4;
    view.planes = 1;
    view.row_stride = -7; /* bottom up */
    view.data = data + 21;
    seg_layer *layer;
    cr_assert_eq(seg_layer_wrap(context, &view, count_release, &released, &layer, NULL), SEG_OK);
    seg_layer_unref(seg_layer_ref(layer));
    cr_assert_eq(released, 0);
    seg_layer_unref(layer);
    cr_assert_eq(released, 1);
    data[7] = 2;
    struct seg_error err;
    cr_assert_eq(seg_layer_wrap(context, &view, NULL, NULL, &layer, &err), SEG_USAGE);
    cr_assert_str_eq(err.text, "mask: row 2 holds values other than 0 and 1");
}

Test(layer, sealed_ones_do_not_change)
{
    const struct seg_shape shape = shape_of(SEG_LABELS, SEG_I32, 3, 3, 1);
    seg_layer *layer;
    seg_layer_new(context, &shape, &layer, NULL);
    struct seg_props props = {.struct_size = sizeof props, .pixel_size = {0.5, 0.5}, .unit = "um"};
    cr_assert_eq(seg_layer_set_props(layer, &props, NULL), SEG_OK);
    seg_layer_seal(layer);
    cr_assert_eq(seg_layer_set_props(layer, &props, NULL), SEG_USAGE);
    seg_layer_props(layer, &props);
    cr_assert_str_eq(props.unit, "um");
    seg_layer_unref(layer);
}

static struct seg_instance instance_of(const struct seg_run *runs, size_t count)
{
    return (struct seg_instance){.struct_size = sizeof(struct seg_instance),
                                 .id = 1,
                                 .class_id = -1,
                                 .score = 1,
                                 .runs = runs,
                                 .run_count = count};
}

Test(layer, runs_must_be_sorted_and_inside)
{
    const struct seg_shape shape = shape_of(SEG_INSTANCES, 0, 10, 4, 0);
    const struct seg_run good[] = {{0, 2, 3}, {0, 5, 5}, {3, 0, 10}};
    const struct seg_run bad[][2] = {
        {{0, 2, 3}, {0, 4, 1}},         {{1, 0, 1}, {0, 0, 1}},  {{0, 0, 1}, {4, 0, 1}},
        {{0, 0, 1}, {1, 9, 2}},         {{0, 0, 1}, {1, -1, 1}}, {{0, 0, 1}, {1, 0, 0}},
        {{0, 0, 1}, {1, 5, INT32_MAX}},
    };
    seg_layer *layer;
    size_t count;
    seg_layer_new(context, &shape, &layer, NULL);
    struct seg_instance one = instance_of(good, 3);
    cr_assert_eq(seg_layer_add_instance(layer, &one, NULL), SEG_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        one = instance_of(bad[i], 2);
        cr_expect_eq(seg_layer_add_instance(layer, &one, NULL), SEG_USAGE, "case %zu", i);
    }
    one = instance_of(good, 1);
    one.score = NAN;
    cr_expect_eq(seg_layer_add_instance(layer, &one, NULL), SEG_USAGE);
    seg_layer_instances(layer, &count);
    cr_assert_eq(count, 1);
    seg_layer_unref(layer);
}
