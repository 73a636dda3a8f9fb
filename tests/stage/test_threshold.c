/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thresholds on small images that are easily got wrong. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

static double waves(int32_t x, int32_t y)
{
    return floor(120 + 60 * sin(x / 9.0) * cos(y / 7.0) + (x * 7 + y * 13) % 32);
}

static double sixteen_waves(int32_t x, int32_t y)
{
    return waves(x, y) * 257;
}

static double two_ends(int32_t x, int32_t y)
{
    return (x + y) % 2 ? 65535 : 0;
}

static double hole(int32_t x, int32_t y)
{
    return x == 1 && y == 1 ? (double)NAN : 1;
}

static const char *const local[] = {
    "threshold.bernsen",    "threshold.contrast",     "threshold.local_gaussian",
    "threshold.local_mean", "threshold.local_median", "threshold.local_otsu",
    "threshold.midgrey",    "threshold.niblack",      "threshold.nick",
    "threshold.phansalkar", "threshold.sauvola",      "threshold.wolf",
};

Test(threshold, local_ones_refuse_what_they_must)
{
    char words[128];
    for (size_t i = 0; i < SEG_COUNT(local); i++) {
        snprintf(words, sizeof words, "%s window=4", local[i]);
        cr_expect_null(stage_run(words, gray("123"), NULL, 1));
        cr_expect(strstr(stage_why(), "window"), "%s: %s", local[i], stage_why());
        cr_expect_null(stage_run(local[i], stage_filled(SEG_IMAGE, SEG_F32, 3, 2, hole), NULL, 1));
        cr_expect(strstr(stage_why(), "column 1, row 1"), "%s: %s", local[i], stage_why());
    }
}

/* Windows that are larger than the image, of one pixel, and any number of threads. */
Test(threshold, local_ones_on_any_image)
{
    static const char *const windows[] = {"", " window=1", " window=101"};
    static const int32_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {64, 230}};
    char words[128];
    for (size_t i = 0; i < SEG_COUNT(local); i++)
        for (size_t w = 0; w < SEG_COUNT(windows); w++)
            for (size_t s = 0; s < SEG_COUNT(sizes); s++) {
                const int32_t width = sizes[s][0], height = sizes[s][1];
                snprintf(words, sizeof words, "%s%s", local[i], windows[w]);
                seg_layer *one = stage_run(
                    words, stage_filled(SEG_IMAGE, SEG_U8, width, height, waves), NULL, 1);
                seg_layer *many = stage_run(
                    words, stage_filled(SEG_IMAGE, SEG_U8, width, height, waves), NULL, 3);
                cr_expect(one && many && stage_same(one, many), "%s: %s", words, stage_why());
            }
}

/* The same picture in either type has the same objects: levels scale with the samples. */
Test(threshold, types_agree)
{
    static const char *const words[] = {
        "threshold.contrast window=9",
        "threshold.local_median window=9",
        "threshold.local_otsu window=9",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *bytes =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U8, 40, 30, waves), NULL, 1);
        seg_layer *more =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U16, 40, 30, sixteen_waves), NULL, 1);
        cr_expect(bytes && more && stage_same(bytes, more), "%s: %s", words[i], stage_why());
    }
}

/* The sums of 8 bits and of more are made in other ways. */
Test(threshold, means_agree)
{
    static const char *const words[] = {
        "threshold.local_mean window=9",
        "threshold.local_mean window=1 offset=0",
        "threshold.local_mean window=101 offset=-7.5",
        "threshold.local_mean window=257",
        "threshold.local_mean window=259",
        "threshold.local_mean window=9 offset=1.5 convention=opencv",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *bytes =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U8, 140, 330, waves), NULL, 3);
        seg_layer *more =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U16, 140, 330, waves), NULL, 1);
        cr_expect(bytes && more && stage_same(bytes, more), "%s: %s", words[i], stage_why());
    }
}

/* The samples of a large image of bytes are counted two at a time. */
Test(threshold, counts_agree)
{
    static const char *const words[] = {"threshold.otsu", "threshold.triangle", "threshold.mean"};
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *bytes =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U8, 1031, 300, waves), NULL, 3);
        const double by_pairs = stage_value("threshold");
        seg_layer *more =
            stage_run(words[i], stage_filled(SEG_IMAGE, SEG_U16, 1031, 300, waves), NULL, 1);
        cr_expect(by_pairs == stage_value("threshold"));
        cr_expect(bytes && more && stage_same(bytes, more), "%s: %s", words[i], stage_why());
    }
}

Test(threshold, windows_by_hand)
{
    static const struct {
        const char *words, *image, *mask;
    } cases[] = {
        {"threshold.midgrey window=3", "0048/0040", "0001/0000"},
        {"threshold.local_median window=3", "19191", "01010"},
        {"threshold.local_median window=3 offset=-1", "11311", "00100"},
        {"threshold.contrast window=3", "00900", "00100"},
        {"threshold.bernsen window=3 contrast=2 level=5", "0011188", "0000011"},
        {"threshold.local_gaussian window=3 convention=opencv", "00400/00400", "00100/00100"},
    };
    for (size_t i = 0; i < SEG_COUNT(cases); i++)
        cr_expect(stage_is(stage_run(cases[i].words, gray(cases[i].image), NULL, 1), cases[i].mask),
                  "%s", cases[i].words);
    seg_layer *ends = stage_filled(SEG_IMAGE, SEG_U16, 4, 2, two_ends);
    cr_expect(stage_is(stage_run("threshold.local_otsu window=5", ends, NULL, 1), "0101/1010"));
}

Test(threshold, hysteresis_follows_edges)
{
    static const char *const image = "3730033/0000030/0333007";
    cr_expect(stage_is(stage_run("threshold.hysteresis low=2 high=6", gray(image), NULL, 1),
                       "1110000/0000000/0000001"));
    cr_expect(stage_is(
        stage_run("threshold.hysteresis low=2 high=6 connectivity=8", gray(image), NULL, 1),
        "1110011/0000010/0000001"));
    cr_expect_null(stage_run("threshold.hysteresis low=3 high=2", gray("1"), NULL, 1));
    cr_expect(strstr(stage_why(), "'low'"), "%s", stage_why());
}

Test(threshold, ranges_include_their_ends)
{
    cr_expect(stage_is(stage_run("threshold.range low=2 high=4", gray("12345"), NULL, 1), "01110"));
    cr_expect(stage_is(stage_run("threshold.range low=4 high=2", gray("12345"), NULL, 1), "11011"));
    cr_expect(stage_is(
        stage_run("threshold.range low=2 high=4 invert=true", gray("12345"), NULL, 1), "10001"));
    cr_expect(stage_is(stage_run("threshold.range low=0 high=2",
                                 stage_filled(SEG_IMAGE, SEG_F32, 3, 2, hole), NULL, 1),
                       "111/101"));
    cr_expect_null(stage_run("threshold.range low=1,2 high=3", gray("1"), NULL, 1));
    cr_expect(strstr(stage_why(), "'low' has 2 numbers"), "%s", stage_why());
}

Test(threshold, all_methods_in_one_picture)
{
    struct seg_shape shape = SEG_SHAPE;
    seg_layer *montage =
        stage_run("threshold.all tile=32", stage_filled(SEG_IMAGE, SEG_U8, 64, 48, waves), NULL, 1);
    cr_assert_not_null(montage, "%s", stage_why());
    seg_layer_shape(montage, &shape);
    cr_expect_eq(shape.width, 6 * (32 + 2));
    cr_expect_eq(shape.height, 3 * (24 + 11 + 2));
    cr_expect(stage_value("isodata") > 60 && stage_value("isodata") < 200);
    seg_layer_unref(montage);
    montage = stage_run("threshold.all", gray("7"), NULL, 1);
    cr_expect_not_null(montage, "%s", stage_why());
    seg_layer_unref(montage);
}
