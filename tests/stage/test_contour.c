/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contours find a disk, and stand images that have none. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define SIDE 64

static double disk(int32_t x, int32_t y)
{
    return hypot(x - 30, y - 33) < 15 ? 200 : 50;
}

static double inside(int32_t x, int32_t y)
{
    return hypot(x - 30, y - 33) < 15;
}

static double nearby(int32_t x, int32_t y)
{
    return hypot(x - 31, y - 32) < 21;
}

static double nothing(int32_t x, int32_t y)
{
    (void)x, (void)y;
    return (double)NAN;
}

static double even(int32_t x, int32_t y)
{
    (void)x, (void)y;
    return 65535;
}

/* Intersection over union of a result with the disk. */
static double overlap(seg_layer *layer)
{
    struct seg_view view = SEG_VIEW;
    struct seg_error err;
    double both = 0, any = 0;
    if (!layer || seg_layer_view(layer, &view, &err))
        return -1;
    for (int32_t y = 0; y < SIDE; y++)
        for (int32_t x = 0; x < SIDE; x++) {
            bool ours = ((const uint8_t *)seg_row(&view, 0, y))[x], truth = inside(x, y) > 0;
            both += ours && truth;
            any += ours || truth;
        }
    seg_layer_unref(layer);
    return both / any;
}

static double found(const char *words, enum seg_dtype dtype)
{
    return overlap(stage_run(words, stage_filled(SEG_IMAGE, dtype, SIDE, SIDE, disk),
                             stage_filled(SEG_MASK, SEG_U8, SIDE, SIDE, nearby), 1));
}

Test(contour, finds_a_disk)
{
    static const enum seg_dtype dtypes[] = {SEG_U8, SEG_U16, SEG_F32};
    for (size_t i = 0; i < SEG_COUNT(dtypes); i++) {
        cr_expect_geq(found("contour.chan_vese init=extra iterations=50", dtypes[i]), 0.95);
        cr_expect_geq(found("contour.morph_chan_vese init=extra iterations=50", dtypes[i]), 0.95);
    }
    cr_expect_geq(found("contour.morph_gac init=extra balloon=-1 sigma=2 iterations=60", SEG_U8),
                  0.9);
    cr_expect_geq(found("filter.gaussian sigma=3 ! contour.snake init=extra gamma=0.001", SEG_U8),
                  0.9);
    cr_expect_geq(found("filter.gaussian sigma=3 ! contour.snake center=31,32 radius=21,20 "
                        "gamma=0.001",
                        SEG_U8),
                  0.9);
}

Test(contour, phases_are_what_they_begin_with)
{
    cr_expect_geq(found("contour.chan_vese init=extra tolerance=0 iterations=7", SEG_U8), 0.5);
    cr_expect_eq(stage_value("iterations"), 7);
    cr_expect_geq(found("contour.chan_vese start=disk", SEG_U8), 0.9);
    cr_expect_geq(found("contour.chan_vese start=small_disk", SEG_U8), 0.9);
}

Test(contour, stands_what_has_no_edge)
{
    static const char *const words[] = {
        "contour.chan_vese iterations=5",
        "contour.morph_chan_vese iterations=5",
        "contour.morph_gac iterations=5 balloon=1",
        "contour.morph_gac iterations=5 alpha=0 balloon=-2",
        "contour.snake iterations=30",
    };
    static const int32_t sizes[][2] = {{1, 1}, {1, 50}, {50, 1}, {4096, 3}};
    for (size_t i = 0; i < SEG_COUNT(words); i++)
        for (size_t k = 0; k < SEG_COUNT(sizes); k++) {
            seg_layer *a = stage_run(
                words[i], stage_filled(SEG_IMAGE, SEG_F32, sizes[k][0], sizes[k][1], nothing), NULL,
                1);
            seg_layer *b = stage_run(
                words[i], stage_filled(SEG_IMAGE, SEG_U16, sizes[k][0], sizes[k][1], even), NULL,
                1);
            cr_expect(a && b, "%s on %d x %d", words[i], sizes[k][0], sizes[k][1]);
            seg_layer_unref(a);
            seg_layer_unref(b);
        }
    cr_expect_null(stage_run("contour.snake init=extra", stage_layer(SEG_IMAGE, SEG_U8, "123"),
                             stage_layer(SEG_MASK, SEG_U8, "000"), 1));
    cr_expect(strstr(stage_why(), "empty"), "%s", stage_why());
}

Test(contour, any_number_of_threads)
{
    static const char *const words[] = {
        "contour.chan_vese iterations=9",
        "contour.morph_gac iterations=9 balloon=1",
        "contour.morph_gac iterations=9 balloon=-1 start=checkerboard",
        "watershed.waterpixels size=9",
        "threshold.otsu ! markers.erode radius=2 background=3",
        "threshold.otsu ! markers.from_labels",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *one =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U8, 301, 257, disk), NULL, 1);
        cr_assert(one, "%s: %s", words[i], stage_why());
        cr_expect(
            stage_same(
                one, stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U8, 301, 257, disk), NULL, 3)),
            "%s", words[i]);
    }
}
