/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The classical stages on images that are easily got wrong. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static seg_layer *mask(const char *rows)
{
    return stage_layer(SEG_MASK, SEG_U8, rows);
}

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

static seg_layer *labels(const char *rows)
{
    return stage_layer(SEG_LABELS, SEG_I32, rows);
}

Test(stages, one_pixel_is_an_image)
{
    cr_expect(stage_is(stage_run("filter.gaussian sigma=3", gray("7"), NULL, 1), "7"));
    cr_expect(stage_is(stage_run("filter.median size=5", gray("7"), NULL, 1), "7"));
    cr_expect(stage_is(stage_run("filter.median size=9", gray("7"), NULL, 1), "7"));
    cr_expect(stage_is(stage_run("threshold.otsu", gray("7"), NULL, 1), "0"));
    cr_expect(stage_is(stage_run("mask.components", mask("1"), NULL, 1), "1"));
    cr_expect(stage_is(stage_run("mask.fill_holes", mask("0"), NULL, 1), "0"));
    cr_expect(stage_is(stage_run("mask.open radius=4", mask("1"), NULL, 1), "1"));
    cr_expect(stage_is(stage_run("markers.peaks", gray("7"), NULL, 1), "1"));
    cr_expect(stage_is(stage_run("labels.clear_border", labels("3"), NULL, 1), "0"));
    cr_expect(stage_is(stage_run("watershed.flood markers=extra", gray("7"), labels("2"), 1), "2"));
}

Test(stages, components_by_connectivity)
{
    cr_expect(stage_is(stage_run("mask.components connectivity=4", mask("101/010/101"), NULL, 1),
                       "102/030/405"));
    cr_expect(stage_is(stage_run("mask.components connectivity=8", mask("101/010/101"), NULL, 1),
                       "101/010/101"));
    cr_expect_eq(stage_value("components"), 1);
    cr_expect(stage_is(stage_run("mask.components min_area=2 max_area=3",
                                 mask("11010/00010/10000/01111"), NULL, 1),
                       "11020/00020/00000/00000"));
    cr_expect_null(stage_run("mask.components connectivity=6", mask("1"), NULL, 1));
    cr_expect(strstr(stage_why(), "connectivity"), "%s", stage_why());
}

Test(stages, holes_end_at_the_border)
{
    cr_expect(stage_is(stage_run("mask.fill_holes", mask("11110/10010/11110/01010"), NULL, 1),
                       "11110/11110/11110/01010"));
    cr_expect(stage_is(stage_run("mask.fill_holes connectivity=8", mask("0110/1001/0110"), NULL, 1),
                       "0110/1001/0110"));
    cr_expect(stage_is(stage_run("mask.fill_holes connectivity=4", mask("0110/1001/0110"), NULL, 1),
                       "0110/1111/0110"));
    cr_expect(stage_is(stage_run("mask.fill_holes max_area=1", mask("1111/1001/1111"), NULL, 1),
                       "1111/1001/1111"));
}

Test(stages, distance_without_background)
{
    cr_expect(
        stage_is(stage_run("markers.distance", mask("1111/1111/1111"), NULL, 1), "5555/5555/5555"));
    cr_expect(stage_is(stage_run("markers.distance metric=cityblock", mask("0111/1111"), NULL, 1),
                       "0123/1234"));
    cr_expect(stage_is(stage_run("markers.distance metric=chessboard", mask("0111/1111"), NULL, 1),
                       "0123/1123"));
}

static double not_finite(int32_t x, int32_t y)
{
    return y ? (double)NAN : x == 0 ? (double)INFINITY : x == 1 ? -(double)INFINITY : x;
}

static double nowhere(int32_t x, int32_t y)
{
    (void)x, (void)y;
    return (double)NAN;
}

Test(stages, not_a_number)
{
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_F32, 5, 2, not_finite);
    cr_expect(stage_is(stage_run("threshold.otsu", image, NULL, 1), "10011/00000"));
    cr_expect_float_eq(stage_value("threshold"), 2, 0.01);
    image = stage_filled(SEG_IMAGE, SEG_F32, 4, 4, nowhere);
    cr_expect_null(stage_run("threshold.otsu", image, NULL, 1));
    cr_expect(strstr(stage_why(), "no finite sample"), "%s", stage_why());
    image = stage_filled(SEG_IMAGE, SEG_F32, 3, 1, nowhere);
    cr_expect(stage_is(stage_run("markers.peaks", image, NULL, 1), "000"));
    image = stage_filled(SEG_IMAGE, SEG_F32, 3, 1, nowhere);
    cr_expect(stage_is(stage_run("markers.h_maxima", image, NULL, 1), "000"));
    image = stage_filled(SEG_IMAGE, SEG_F32, 3, 1, nowhere);
    cr_expect(stage_is(stage_run("watershed.flood markers=extra", image, labels("100"), 1), "111"));
    image = stage_filled(SEG_IMAGE, SEG_F32, 3, 1, nowhere);
    cr_expect(stage_is(stage_run("threshold.fixed value=0", image, NULL, 1), "000"));
}

static double two_ends(int32_t x, int32_t y)
{
    return (x + y) % 2 ? 65535 : 0;
}

Test(stages, all_sixteen_bits)
{
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U16, 4, 2, two_ends);
    cr_expect(stage_is(stage_run("threshold.otsu", image, NULL, 1), "0101/1010"));
    cr_expect_eq(stage_value("threshold"), 0);
    image = stage_filled(SEG_IMAGE, SEG_U16, 4, 2, two_ends);
    cr_expect(stage_is(stage_run("threshold.fixed value=65535", image, NULL, 1), "0000/0000"));
    image = stage_filled(SEG_IMAGE, SEG_U16, 4, 2, two_ends);
    cr_expect(stage_is(
        stage_run("watershed.flood markers=extra connectivity=8", image, labels("1000/0000"), 1),
        "1111/1111"));
}

Test(stages, floods_stay_in_the_mask)
{
    cr_expect(
        stage_is(stage_run("threshold.fixed value=0 ! watershed.flood image=input markers=extra "
                           "mask=threshold.fixed#1",
                           gray("1101011"), labels("1000002"), 1),
                 "1100022"));
    cr_expect(stage_is(stage_run("watershed.flood markers=extra watershed_line=true", gray("12321"),
                                 labels("10002"), 1),
                       "11022"));
    cr_expect(stage_is(
        stage_run("watershed.flood markers=extra", gray("11111"), labels("1-002"), 1), "1-222"));
    cr_expect(
        stage_is(stage_run("watershed.flood markers=extra", gray("111"), labels("000"), 1), "000"));
}

Test(stages, sparse_labels)
{
    cr_expect(stage_is(stage_run("labels.relabel", labels("900/0-5/990"), NULL, 1), "200/0-1/220"));
    cr_expect(stage_is(stage_run("labels.remove_small min_area=2", labels("900/0-5/990"), NULL, 1),
                       "900/0-0/990"));
    cr_expect_eq(stage_value("regions"), 1);
    cr_expect(stage_is(stage_run("labels.clear_border", labels("1000/1022/0000/0330"), NULL, 1),
                       "0000/0000/0000/0000"));
}

Test(stages, walkers_need_markers)
{
    cr_expect_null(stage_run("walker.random_walker markers=extra", gray("123"), labels("000"), 1));
    cr_expect(strstr(stage_why(), "no marker"), "%s", stage_why());
    cr_expect(stage_is(stage_run("walker.random_walker markers=extra beta=5000", gray("19999"),
                                 labels("30002"), 1),
                       "32222"));
    cr_expect(
        stage_is(stage_run("walker.random_walker markers=extra", gray("11111"), labels("1-002"), 1),
                 "1-222"));
    cr_expect(
        stage_is(stage_run("walker.random_walker markers=extra", gray("11111"), labels("10-00"), 1),
                 "11-00"));
    cr_expect(
        stage_is(stage_run("walker.random_walker markers=extra", gray("7"), labels("4"), 1), "4"));
}

Test(stages, split_and_minima)
{
    cr_expect(stage_is(stage_run("watershed.split", mask("000/000"), NULL, 1), "000/000"));
    cr_expect(stage_is(stage_run("watershed.split", mask("111"), NULL, 1), "111"));
    seg_layer_unref(stage_run("watershed.minima h=5", gray("15181"), NULL, 1));
    cr_expect_eq(stage_value("regions"), 2);
    cr_expect(stage_is(stage_run("watershed.minima h=9", gray("15181"), NULL, 1), "11111"));
    cr_expect(stage_is(stage_run("contour.morph_chan_vese iterations=3", gray("5"), NULL, 1), "0"));
}

static double speckle(int32_t x, int32_t y)
{
    uint32_t n = (uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u * 2654435761u;
    n ^= n >> 15;
    n *= 2246822519u;
    return (n >> 13) % 256;
}

enum { WALK_SIDE = 129 };

static double mirrored(int32_t x, int32_t y)
{
    const int32_t u = x < WALK_SIDE / 2 ? x : WALK_SIDE - 1 - x;
    return floor(0.8 * speckle(u / 9, y / 9) + 0.2 * speckle(u, y));
}

static double at_the_sides(int32_t x, int32_t y)
{
    (void)y;
    return x ? x == WALK_SIDE - 1 ? 2 : 0 : 1;
}

/* Rough blocks of which the steps to others weigh down to 1e-10: what is alike at both sides is met
 * alike from the middle, and few rounds find so. */
Test(stages, walkers_find_into_pieces_that_are_all_but_cut_off)
{
    static const char *const words[] = {"walker.scores markers=extra beta=130",
                                        "walker.scores markers=extra beta=2000",
                                        "walker.scores markers=extra beta=1e6"};
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        struct seg_view view = SEG_VIEW;
        struct seg_error err = {0};
        seg_layer *scores =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U8, WALK_SIDE, WALK_SIDE, mirrored),
                      stage_filled(SEG_LABELS, SEG_I32, WALK_SIDE, WALK_SIDE, at_the_sides), 1);
        cr_assert(scores && !seg_layer_view(scores, &view, &err), "%s", stage_why());
        for (int32_t y = 0; y < WALK_SIDE; y++)
            cr_expect_float_eq(((const float *)seg_row(&view, 0, y))[WALK_SIDE / 2], 0.5f, 1e-4f);
        cr_expect(stage_value("rounds") < 60, "%s: %g rounds", words[i], stage_value("rounds"));
        seg_layer_unref(scores);
    }
}

/* A long row, a tall column and a wide band: more pieces than rows, odd ends. */
Test(stages, any_number_of_threads)
{
    static const char *const words[] = {
        "filter.gaussian sigma=2",
        "filter.median size=5",
        "filter.median size=7",
        "filter.open radius=7",
        "filter.tophat radius=30 shape=square",
        "filter.area_open min_area=9",
        "filter.reconstruct h=40",
        "filter.sobel",
        "filter.log sigma=2",
        "filter.canny low=90 high=200",
        "filter.background radius=6",
        "filter.background method=polynomial degree=4",
        "filter.frangi sigmas=1,3",
        "filter.gabor frequency=0.2 theta=30",
        "threshold.otsu",
        "threshold.otsu ! mask.components",
        "threshold.otsu ! mask.fill_holes",
        "threshold.otsu ! mask.open radius=1",
        "threshold.otsu ! mask.close radius=3 shape=diamond",
        "filter.gaussian sigma=2 ! threshold.otsu ! markers.distance",
        "filter.gaussian sigma=2 ! markers.peaks min_distance=4",
        "filter.gaussian sigma=1.5 ! threshold.otsu out=m ! markers.distance out=d ! markers.peaks "
        "min_distance=3 ! watershed.flood image=d invert=true mask=m",
        "threshold.otsu ! watershed.split",
        "watershed.minima h=60",
        "watershed.minima h=60 watershed_line=true compactness=2",
        "contour.morph_chan_vese iterations=9",
        "superpixel.slic segments=40",
        "superpixel.slic_zero segments=40",
        "markers.grid spacing=50 ! walker.scores image=input beta=2000",
    };
    static const int32_t sizes[][2] = {{1, 300}, {300, 1}, {67, 131}, {4096, 3}};
    for (size_t i = 0; i < SEG_COUNT(words); i++)
        for (size_t k = 0; k < SEG_COUNT(sizes); k++) {
            seg_layer *a = stage_filled(SEG_IMAGE, SEG_U8, sizes[k][0], sizes[k][1], speckle);
            seg_layer *b = seg_layer_ref(a);
            a = stage_run(words[i], a, NULL, 1);
            cr_assert(a, "%s: %s", words[i], stage_why());
            cr_expect(stage_same(a, stage_run(words[i], b, NULL, 3)), "%s on %d x %d", words[i],
                      sizes[k][0], sizes[k][1]);
        }
}
