/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Superpixels, regions and clusters on small images. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

static seg_layer *labels(const char *rows)
{
    return stage_layer(SEG_LABELS, SEG_I32, rows);
}

static seg_layer *mask(const char *rows)
{
    return stage_layer(SEG_MASK, SEG_U8, rows);
}

/* Smooth waves with speckle: regions of all sizes. */
static double waves(int32_t x, int32_t y)
{
    uint32_t n = (uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u * 2654435761u;
    n ^= n >> 15;
    n *= 2246822519u;
    return floor(100 + 60 * sin(x / 9.0) * cos(y / 7.0) + (n >> 13) % 32);
}

static double not_finite(int32_t x, int32_t y)
{
    return y ? (double)NAN : x == 0 ? (double)INFINITY : x == 1 ? -(double)INFINITY : x;
}

static double two_ends(int32_t x, int32_t y)
{
    (void)y;
    return x < 2 ? 0 : 65535;
}

static const char *const whole[] = {
    /* that label every pixel */
    "cluster.gmm",
    "cluster.kmeans",
    "cluster.meanshift",
    "region.grow seeds=0,0 tolerance=70000",
    "region.srm",
    "superpixel.felzenszwalb min_size=2",
    "superpixel.quickshift",
    "superpixel.seeds segments=1",
    "superpixel.slic segments=1",
    "superpixel.slic_zero segments=1",
    "superpixel.snic segments=1",
};

Test(region, one_pixel_and_one_colour)
{
    for (size_t i = 0; i < SEG_COUNT(whole); i++) {
        cr_expect(stage_is(stage_run(whole[i], gray("7"), NULL, 1), "1"), "%s", whole[i]);
        cr_expect(stage_is(stage_run(whole[i], gray("333/333"), NULL, 1), "111/111"), "%s",
                  whole[i]);
    }
}

Test(region, not_a_number)
{
    for (size_t i = 0; i < SEG_COUNT(whole); i++) {
        seg_layer *image = stage_filled(SEG_IMAGE, SEG_F32, 5, 2, not_finite);
        seg_layer *result = stage_run(whole[i], image, NULL, 1);
        cr_expect(result, "%s: %s", whole[i], stage_why());
        seg_layer_unref(result);
    }
}

/* Two halves of the most that 16 bits can differ. */
Test(region, all_sixteen_bits)
{
    static const char *const words[] = {
        "cluster.gmm clusters=2",
        "cluster.kmeans clusters=2",
        "cluster.meanshift minsize=0",
        "region.srm",
        "superpixel.felzenszwalb sigma=0 min_size=0",
        "superpixel.quickshift",
        "superpixel.seeds size=2",
        "superpixel.slic size=2",
        "superpixel.slic_zero size=2",
        "superpixel.snic size=2",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        seg_layer *image = stage_filled(SEG_IMAGE, SEG_U16, 4, 1, two_ends);
        cr_expect(stage_is(stage_run(words[i], image, NULL, 1), "1122"), "%s", words[i]);
    }
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U16, 4, 1, two_ends);
    cr_expect(stage_is(stage_run("region.grow seeds=3,0 tolerance=65534", image, NULL, 1), "0011"));
    image = stage_filled(SEG_IMAGE, SEG_U16, 4, 1, two_ends);
    cr_expect(stage_is(stage_run("region.mser min_area=2 polarity=dark", image, NULL, 1), "1100"));
}

Test(region, small_regions_join_others)
{
    cr_expect(stage_is(stage_run("cluster.meanshift ranger=1 minsize=3", gray("00999"), NULL, 1),
                       "11111"));
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U16, 4, 1, two_ends);
    cr_expect(stage_is(stage_run("region.srm min_size=3", image, NULL, 1), "1111"));
}

static double noise(int32_t x, int32_t y)
{
    uint32_t n = (uint32_t)x * 2654435761u ^ (uint32_t)y * 40503u * 2654435761u;
    n ^= n >> 15;
    n *= 2246822519u;
    return (n >> 9) % 64 + (n >> 15) % 64 + (n >> 21) % 64;
}

/* A narrow class beside a wide one, of which k-means takes the brighter part to it. */
static double two_spreads(int32_t x, int32_t y)
{
    return x < 32 ? floor(200 + noise(x, y) / 64) : floor(noise(x, y));
}

/* How many pixels of the wide class are labelled as the narrow one; -1: some of that are not. */
static int mistaken(const char *words)
{
    struct seg_view view = SEG_VIEW;
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 64, 32, two_spreads);
    seg_layer *result = stage_run(words, image, NULL, 1);
    cr_assert(result, "%s", stage_why());
    seg_layer_view(result, &view, NULL);
    int left = 0, right = 0;
    for (int32_t y = 0; y < 32; y++)
        for (int32_t x = 0; x < 64; x++)
            *(x < 32 ? &left : &right) += ((const int32_t *)seg_row(&view, 0, y))[x] == 2;
    seg_layer_unref(result);
    return left == 32 * 32 ? right : -1;
}

Test(region, gmm_tells_spreads_apart)
{
    cr_expect_gt(mistaken("cluster.kmeans clusters=2"), 20);
    cr_expect_eq(mistaken("cluster.gmm clusters=2"), 0);
}

Test(region, mser_in_one_another)
{
    cr_expect(stage_is(stage_run("region.mser delta=1 min_area=1 polarity=dark",
                                 gray("99999/95559/95059/95559/99999"), NULL, 1),
                       "00000/01110/01210/01110/00000"));
    cr_expect_eq(stage_value("regions"), 2);
    cr_expect(stage_is(stage_run("region.mser delta=1 min_area=2 polarity=dark",
                                 gray("99999/95559/95059/95559/99999"), NULL, 1),
                       "00000/01110/01110/01110/00000"));
    cr_expect(stage_is(stage_run("region.mser delta=1 min_area=1 polarity=bright",
                                 gray("00000/03330/00000"), NULL, 1),
                       "00000/01110/00000"));
    /* it grows with each level */
    cr_expect(stage_is(stage_run("region.mser delta=2 min_area=1 max_variation=0.1 polarity=dark",
                                 gray("0123456789"), NULL, 1),
                       "0000000000"));
}

Test(region, any_number_of_threads)
{
    static const int32_t sizes[][2] = {{1, 300}, {300, 1}, {67, 131}, {4096, 3}};
    for (size_t i = 0; i < SEG_COUNT(whole); i++)
        for (size_t k = 0; k < SEG_COUNT(sizes); k++) {
            seg_layer *a = stage_filled(SEG_IMAGE, SEG_U8, sizes[k][0], sizes[k][1], waves);
            seg_layer *b = seg_layer_ref(a);
            a = stage_run(whole[i], a, NULL, 1);
            cr_assert(a, "%s: %s", whole[i], stage_why());
            cr_expect(stage_same(a, stage_run(whole[i], b, NULL, 3)), "%s on %d x %d", whole[i],
                      sizes[k][0], sizes[k][1]);
        }
}

Test(region, felzenszwalb_weighs_size)
{
    const char *words = "superpixel.felzenszwalb sigma=0 min_size=0 scale=";
    char text[80];
    /* 255 levels apart by 1: joined while 1 < scale / size */
    snprintf(text, sizeof text, "%s%s", words, "0.9");
    cr_expect(stage_is(stage_run(text, gray("0012"), NULL, 1), "1123"));
    snprintf(text, sizeof text, "%s%s", words, "2.5");
    cr_expect(stage_is(stage_run(text, gray("0019"), NULL, 1), "1112"));
    cr_expect_eq(stage_value("superpixels"), 2);
    cr_expect(stage_is(
        stage_run("superpixel.felzenszwalb sigma=0 scale=0 min_size=2", gray("0095"), NULL, 1),
        "1122"));
}

static double band(int32_t x, int32_t y)
{
    return y >= 10 && y < 16 && x >= 4 && x < 100;
}

static double even(int32_t x, int32_t y)
{
    (void)x, (void)y;
    return 9;
}

Test(region, slic_fills_a_mask)
{
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 120, 40, even);
    seg_layer *where = stage_filled(SEG_MASK, SEG_U8, 120, 40, band);
    seg_layer *result =
        stage_run("superpixel.slic segments=6 mask=extra", image, seg_layer_ref(where), 1);
    cr_assert(result, "%s", stage_why());
    cr_expect_eq(stage_value("superpixels"), 6);
    struct seg_view found = SEG_VIEW, wanted = SEG_VIEW;
    seg_layer_view(result, &found, NULL);
    seg_layer_view(where, &wanted, NULL);
    for (int32_t y = 0; y < 40; y++)
        for (int32_t x = 0; x < 120; x++)
            cr_assert_eq(((const int32_t *)seg_row(&found, 0, y))[x] > 0,
                         ((const uint8_t *)seg_row(&wanted, 0, y))[x]);
    seg_layer_unref(result);
    seg_layer_unref(where);
    /* islands that no cluster reaches are regions, too */
    cr_expect(stage_is(stage_run("superpixel.slic size=3 min_size=0 mask=extra", gray("1111111111"),
                                 mask("1000000001"), 1),
                       "1000000002"));
}

Test(region, slic_joins_small_pieces_by_colour)
{
    cr_expect(stage_is(stage_run("superpixel.slic segments=2 compactness=0.01 min_size=0.5",
                                 gray("00000900/00000000/88888888/88888088"), NULL, 1),
                       "11111111/11111111/22222222/22222222"));
}

Test(region, kmeans_orders_by_brightness)
{
    cr_expect(
        stage_is(stage_run("cluster.kmeans clusters=3", gray("9005/9500"), NULL, 1), "3112/3211"));
    cr_expect_eq(stage_value("inertia"), 0);
    cr_expect(stage_is(stage_run("cluster.kmeans clusters=5", gray("90/05"), NULL, 1), "31/12"));
    cr_expect_eq(stage_value("clusters"), 3);
    cr_expect(stage_is(
        stage_run("cluster.kmeans clusters=2 mask=extra", gray("9058"), mask("1011"), 1), "2012"));
    cr_expect_null(stage_run("cluster.kmeans mask=extra", gray("90"), mask("00"), 1));
    cr_expect(strstr(stage_why(), "empty"), "%s", stage_why());
}

Test(region, grows_from_points)
{
    cr_expect(stage_is(stage_run("region.grow seeds=0,0 tolerance=1", gray("129/321/112"), NULL, 1),
                       "110/011/111"));
    cr_expect(stage_is(
        stage_run("region.grow seeds=0,0 tolerance=1 connectivity=4", gray("129/921/112"), NULL, 1),
        "110/011/111"));
    cr_expect_null(stage_run("region.grow seeds=0,0,2,0", gray("11/11"), NULL, 1));
    cr_expect(strstr(stage_why(), "outside"), "%s", stage_why());
    cr_expect_null(stage_run("region.grow seeds=0", gray("11"), NULL, 1));
    cr_expect(strstr(stage_why(), "pairs"), "%s", stage_why());
    cr_expect_null(stage_run("region.grow", gray("11"), NULL, 1));
    cr_expect(strstr(stage_why(), "no seed"), "%s", stage_why());
}

Test(region, grows_from_markers)
{
    cr_expect(stage_is(
        stage_run("region.grow markers=extra tolerance=9", gray("1111111"), labels("5000002"), 1),
        "5555222"));
    cr_expect(stage_is(stage_run("region.grow markers=extra", gray("11111"), labels("3-000"), 1),
                       "3-000"));
    cr_expect_null(stage_run("region.grow markers=extra", gray("11"), labels("00"), 1));
    cr_expect(strstr(stage_why(), "markers"), "%s", stage_why());
}

Test(region, grows_with_confidence)
{
    /* the window holds 4 and 5, whose deviation reaches 3 and 6 but not 9 */
    cr_expect(stage_is(stage_run("region.grow seeds=1,1 rule=confidence multiplier=3",
                                 gray("45399/54499/45699"), NULL, 1),
                       "11100/11100/11100"));
    cr_expect(stage_is(stage_run("region.grow seeds=1,0 rule=confidence", gray("33339"), NULL, 1),
                       "11110"));
}

Test(region, merges_by_colour_and_size)
{
    cr_expect(stage_is(
        stage_run("region.merge labels=extra threshold=2", gray("01199"), labels("12345"), 1),
        "11122"));
    cr_expect_eq(stage_value("regions"), 2);
    cr_expect(stage_is(
        stage_run("region.merge labels=extra regions=2", gray("01399"), labels("12355"), 1),
        "11122"));
    cr_expect(stage_is(stage_run("region.merge labels=extra threshold=0 min_area=2", gray("00599"),
                                 labels("11344"), 1),
                       "11222"));
    cr_expect(stage_is(
        stage_run("region.merge labels=extra threshold=300", gray("01199"), labels("1-032"), 1),
        "1-022"));
    /* Ward's cost: 2 * 1 / 3 * 9 = 6 */
    cr_expect(stage_is(stage_run("region.merge labels=extra criterion=ward threshold=6.1",
                                 gray("0037"), labels("1123"), 1),
                       "1112"));
    cr_expect(stage_is(stage_run("region.merge labels=extra criterion=ward threshold=5.9",
                                 gray("0037"), labels("1123"), 1),
                       "1123"));
    cr_expect_null(stage_run("region.merge labels=extra", gray("01"), labels("00"), 1));
    cr_expect(strstr(stage_why(), "no region"), "%s", stage_why());
}
