/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What floodings start from, on images small enough to count. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

static seg_layer *mask(const char *rows)
{
    return stage_layer(SEG_MASK, SEG_U8, rows);
}

static seg_layer *labels(const char *rows)
{
    return stage_layer(SEG_LABELS, SEG_I32, rows);
}

Test(markers, extended_extrema_take_in_their_slopes)
{
    cr_expect(
        stage_is(stage_run("markers.extended_maxima h=2", gray("1387612"), NULL, 1), "0011100"));
    cr_expect(
        stage_is(stage_run("markers.extended_minima h=2", gray("8612378"), NULL, 1), "0011100"));
    cr_expect(stage_is(stage_run("markers.extended_maxima h=3", gray("19629"), NULL, 1), "01101"));
    cr_expect(stage_is(stage_run("markers.extended_maxima h=4", gray("96268"), NULL, 1), "11011"));
    /* a dynamic of just h does not count */
    cr_expect(stage_is(stage_run("markers.extended_maxima h=6", gray("96268"), NULL, 1), "11000"));
    /* equal maxima with a shallow valley between them are one, valley included */
    cr_expect(
        stage_is(stage_run("markers.extended_maxima h=2", gray("0979800"), NULL, 1), "0111100"));
    cr_expect(stage_is(stage_run("markers.extended_maxima h=0", gray("555"), NULL, 1), "111"));
    cr_expect(stage_is(
        stage_run("markers.extended_maxima h=1 connectivity=4", gray("90/09"), NULL, 1), "10/01"));
}

Test(markers, a_grid_is_regular)
{
    cr_expect(stage_is(stage_run("markers.grid spacing=3", gray("000000/000000/000000"), NULL, 1),
                       "000000/010020/000000"));
    cr_expect_eq(stage_value("markers"), 2);
    cr_expect(stage_is(
        stage_run("markers.grid spacing=3 radius=1", gray("000000/000000/000000"), NULL, 1),
        "111222/111222/111222"));
    cr_expect(
        stage_is(stage_run("markers.grid spacing=4 layout=hexagonal",
                           gray("00000000/00000000/00000000/00000000/00000000/00000000"), NULL, 1),
                 "00000000/00100020/00000000/00000000/00000000/30004000"));
    cr_expect(stage_is(stage_run("markers.grid spacing=99", gray("000"), NULL, 1), "010"));
    cr_expect_null(stage_run("markers.grid spacing=2 radius=1", gray("000"), NULL, 1));
    cr_expect(strstr(stage_why(), "touch"), "%s", stage_why());
}

Test(markers, eroded_regions_part)
{
    cr_expect(stage_is(stage_run("markers.erode radius=1", labels("111222/111222/111222"), NULL, 1),
                       "110022/110022/110022"));
    cr_expect(stage_is(
        stage_run("markers.erode radius=1", mask("00000/01110/01110/01110/00000"), NULL, 1),
        "00000/00000/00100/00000/00000"));
    cr_expect(stage_is(
        stage_run("markers.erode radius=5", mask("00000/01110/01110/01110/00000"), NULL, 1),
        "00000/00000/00100/00000/00000"));
    cr_expect(stage_is(stage_run("markers.erode radius=5 keep=false",
                                 mask("00000/01110/01110/01110/00000"), NULL, 1),
                       "00000/00000/00000/00000/00000"));
    cr_expect(stage_is(stage_run("markers.erode radius=0 background=1", labels("70000"), NULL, 1),
                       "70888"));
    cr_expect(stage_is(stage_run("markers.erode radius=1", labels("1-1"), NULL, 1), "1-1"));
}

Test(markers, one_pixel_a_region)
{
    cr_expect(
        stage_is(stage_run("markers.from_labels", labels("00000/05550/05550/05550/00009"), NULL, 1),
                 "00000/00000/00500/00000/00009"));
    cr_expect_eq(stage_value("markers"), 2);
    /* the centroid of a bow lies outside of it */
    cr_expect(
        stage_is(stage_run("markers.from_labels point=centroid", labels("202/202/222"), NULL, 1),
                 "000/000/020"));
    cr_expect(
        stage_is(stage_run("markers.from_labels background=1", labels("10-00"), NULL, 1), "10-02"));
}

static double bumps(int32_t x, int32_t y)
{
    return 100 + 60 * sin(x * 0.3) * sin(y * 0.25) + (x * 7 + y * 13) % 5;
}

Test(watershed, waterpixels_cover_all_and_are_as_many_as_cells)
{
    seg_layer *layer = stage_run("watershed.waterpixels size=10",
                                 stage_filled(SEG_IMAGE, SEG_U8, 61, 42, bumps), NULL, 1);
    struct seg_view view = SEG_VIEW;
    struct seg_error err;
    bool seen[25] = {false};
    cr_assert(layer, "%s", stage_why());
    cr_expect_eq(stage_value("superpixels"), 24);
    cr_assert_eq(seg_layer_view(layer, &view, &err), 0);
    for (int32_t y = 0; y < view.height; y++)
        for (int32_t x = 0; x < view.width; x++) {
            int32_t label = ((const int32_t *)seg_row(&view, 0, y))[x];
            cr_assert(label >= 1 && label <= 24);
            seen[label] = true;
        }
    for (int k = 1; k <= 24; k++)
        cr_expect(seen[k], "superpixel %d", k);
    seg_layer_unref(layer);
    cr_expect(stage_is(stage_run("watershed.waterpixels segments=4", gray("7"), NULL, 1), "1"));
    cr_expect(
        stage_is(stage_run("watershed.waterpixels size=3 compactness=0", gray("111999"), NULL, 1),
                 "111222"));
}

Test(watershed, lines_and_compact_basins)
{
    cr_expect(stage_is(stage_run("watershed.flood markers=extra watershed_line=true", gray("00900"),
                                 labels("10002"), 1),
                       "11022"));
    cr_expect(stage_is(stage_run("watershed.flood markers=extra compactness=1000", gray("000900"),
                                 labels("100002"), 1),
                       "111222"));
}
