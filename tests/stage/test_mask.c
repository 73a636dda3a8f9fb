/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of masks on small cases. */
#include "stages.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static seg_layer *mask(const char *rows)
{
    return stage_layer(SEG_MASK, SEG_U8, rows);
}

static bool becomes(const char *words, const char *rows, const char *wanted)
{
    return stage_is(stage_run(words, mask(rows), NULL, 1), wanted);
}

Test(mask, elements)
{
    cr_expect(becomes("mask.dilate radius=2", "0000000/0000000/0000000/0001000/0000000",
                      "0000000/0001000/0011100/0111110/0011100"));
    cr_expect(becomes("mask.dilate shape=square", "0000/0100/0000", "1110/1110/1110"));
    cr_expect(becomes("mask.dilate shape=diamond", "0000/0100/0000", "0100/1110/0100"));
    cr_expect(becomes("mask.dilate shape=rectangle width=5 height=1", "000000/001000/000000",
                      "000000/111110/000000"));
    cr_expect(becomes("mask.erode", "1110/1110/1110", "1100/1100/1100"));
    cr_expect(becomes("mask.erode radius=0", "0110", "0110"));
    cr_expect_null(stage_run("mask.erode shape=rectangle width=4", mask("1"), NULL, 1));
    cr_expect(strstr(stage_why(), "odd"), "%s", stage_why());
}

static double blobs(int32_t x, int32_t y)
{
    const uint32_t n = ((uint32_t)x / 3 * 40503u ^ (uint32_t)y / 2 * 2654435761u) * 2246822519u;
    return (n >> 13) % 16 > 4;
}

/* A tall mask goes through in bands, one that may be overwritten goes as a whole. */
Test(mask, bands)
{
    static const char *const words[] = {
        "mask.erode",          "mask.dilate radius=3",
        "mask.open",           "mask.open radius=7",
        "mask.close radius=2", "mask.outline",
        "mask.open radius=0",  "mask.close shape=rectangle height=9",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        char in_place[128];
        snprintf(in_place, sizeof in_place, "mask.invert ! mask.invert ! %s", words[i]);
        seg_layer *layer = stage_filled(SEG_MASK, SEG_U8, 131, 1700, blobs);
        seg_layer *bands = stage_run(words[i], seg_layer_ref(layer), NULL, 3);
        cr_assert(bands, "%s", stage_why());
        cr_expect(
            stage_same(seg_layer_ref(bands), stage_run(words[i], seg_layer_ref(layer), NULL, 1)));
        cr_expect(stage_same(bands, stage_run(in_place, layer, NULL, 1)), "%s", words[i]);
    }
}

static int32_t span;

static double left_end(int32_t x, int32_t y)
{
    return x < span && y > 40 - span;
}

static double right_end(int32_t x, int32_t y)
{
    return x > 80 - span && y > 40 - span;
}

/* Every pixel within the radius is reached from a corner, where half of what a row is widened by on
 * the way lies outside. */
Test(mask, dilation_from_a_corner)
{
    for (int side = 0; side < 2; side++)
        for (int radius = 1; radius < 80; radius++) {
            char words[64];
            snprintf(words, sizeof words, "mask.dilate shape=square radius=%d", radius);
            span = 1;
            seg_layer *corner = stage_filled(SEG_MASK, SEG_U8, 81, 41, side ? right_end : left_end);
            span = radius + 1;
            cr_expect(
                stage_same(stage_run(words, corner, NULL, 1),
                           stage_filled(SEG_MASK, SEG_U8, 81, 41, side ? right_end : left_end)));
        }
}

Test(mask, components_that_go)
{
    cr_expect(becomes("mask.remove_small min_area=3", "11001/10000/00011", "11000/10000/00000"));
    cr_expect_eq(stage_value("components"), 1);
    cr_expect_eq(stage_value("removed"), 2);
    cr_expect(becomes("mask.remove_small min_area=2", "100/010", "100/010"));
    cr_expect(becomes("mask.remove_small min_area=2 connectivity=4", "100/010", "000/000"));
    cr_expect(becomes("mask.remove_small_holes min_area=2", "1011/1111/1001", "1111/1111/1001"));
    cr_expect(becomes("mask.keep_largest", "10110", "00110"));
    cr_expect(becomes("mask.keep_largest", "10100", "10000"));
    cr_expect(becomes("mask.keep_largest count=2", "1011010", "1011000"));
    cr_expect(becomes("mask.clear_border", "00000/01010/00010", "00000/01000/00000"));
    cr_expect(becomes("mask.clear_border buffer=1", "00000/01010/00010", "00000/00000/00000"));
}

Test(mask, reconstruction)
{
    cr_expect(stage_is(stage_run("mask.reconstruct mask=input marker=extra", mask("11011/00001"),
                                 mask("01100/00000"), 1),
                       "11000/00000"));
    cr_expect(stage_is(stage_run("mask.reconstruct mask=input marker=extra connectivity=4",
                                 mask("10/01"), mask("10/00"), 1),
                       "10/00"));
    cr_expect_null(stage_run("mask.reconstruct mask=input marker=extra", mask("11"), mask("1"), 1));
}

Test(mask, lines)
{
    cr_expect(becomes("mask.skeleton", "0000000/0111110/0111110/0111110/0000000",
                      "0000000/0000100/0111000/0000000/0000000"));
    cr_expect(becomes("mask.skeleton method=lee", "11111/11111/11111", "00000/11111/00000"));
    cr_expect(becomes("mask.thin", "11111/11111/11111", "00000/01110/00000"));
    cr_expect(becomes("mask.thin iterations=1", "11111/11111/11111/11111/11111",
                      "00000/01110/01110/01110/00000"));
    cr_expect(becomes("mask.medial_axis", "0000000/0111110/0111110/0111110/0000000",
                      "0000000/0100010/0011100/0100010/0000000"));
    for (int i = 0; i < 3; i++) { /* a ring stays one */
        static const char *const words[] = {"mask.skeleton", "mask.skeleton method=lee",
                                            "mask.thin"};
        cr_expect(becomes(words[i], "111/101/111", "010/101/010"), "%s", words[i]);
    }
}

Test(mask, outlines)
{
    cr_expect(becomes("mask.outline", "0000/0111/0111/0111", "0000/0111/0100/0100"));
    cr_expect(becomes("mask.outline side=outer", "0000/0110/0000", "0110/1001/0110"));
    cr_expect(
        becomes("mask.outline side=outer connectivity=8", "0000/0110/0000", "1111/1001/1111"));
}

Test(mask, inverts)
{
    cr_expect(becomes("mask.invert", "01/10/11", "10/01/00"));
    cr_expect(becomes("mask.invert ! mask.invert", "0110", "0110"));
}

Test(mask, combines)
{
    static const struct {
        const char *words, *result;
    } cases[] = {
        {"mask.combine other=extra", "00/01"},
        {"mask.combine other=extra operation=or", "01/11"},
        {"mask.combine other=extra operation=xor", "01/10"},
        {"mask.combine other=extra operation=minus", "00/10"},
    };
    for (size_t i = 0; i < SEG_COUNT(cases); i++)
        cr_expect(stage_is(stage_run(cases[i].words, stage_layer(SEG_MASK, SEG_U8, "00/11"),
                                     stage_layer(SEG_MASK, SEG_U8, "01/01"), 1),
                           cases[i].result),
                  "%s: %s", cases[i].words, stage_why());
    cr_expect_null(stage_run("mask.combine other=extra", stage_layer(SEG_MASK, SEG_U8, "01"),
                             stage_layer(SEG_MASK, SEG_U8, "011"), 1));
    cr_expect(strstr(stage_why(), "other"), "%s", stage_why());
}

Test(mask, hulls)
{
    cr_expect(becomes("mask.convex_hull", "10000/00000/00000/00000/00001",
                      "10000/01000/00100/00010/00001"));
    cr_expect(becomes("mask.convex_hull", "10001/00000/00100", "11111/01110/00100"));
    cr_expect(becomes("mask.convex_hull of=objects", "11100/10001/10011", "11100/11001/10011"));
    cr_expect(becomes("mask.convex_hull", "000/000", "000/000"));
    cr_expect(becomes("mask.convex_hull of=objects", "000/000", "000/000"));
}
