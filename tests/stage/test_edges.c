/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slopes, edges, ridges, texture and background on images whose answer is known. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

/* The sample at x, y of what the words make of an f32 image of value(x, y). */
static double at(const char *words, int32_t side, double (*value)(int32_t x, int32_t y), int32_t x,
                 int32_t y)
{
    struct seg_view view = SEG_VIEW;
    seg_layer *layer =
        stage_run(words, stage_filled(SEG_IMAGE, SEG_F32, side, side, value), NULL, 2);
    cr_assert(layer && !seg_layer_view(layer, &view, NULL), "%s: %s", words, stage_why());
    double sample = view.dtype == SEG_F32 ? (double)((const float *)seg_row(&view, 0, y))[x]
                                          : ((const uint8_t *)seg_row(&view, 0, y))[x];
    seg_layer_unref(layer);
    return sample;
}

static double ramp(int32_t x, int32_t y)
{
    return 3 * x + 4 * y;
}

static double bowl(int32_t x, int32_t y)
{
    return x * x + 2 * y * y;
}

static double pipe(int32_t x, int32_t y)
{
    (void)y;
    return exp(-(x - 20) * (x - 20) / 18.0);
}

static double blob(int32_t x, int32_t y)
{
    return exp(-((x - 20) * (x - 20) + (y - 20) * (y - 20)) / 18.0);
}

static double waves(int32_t x, int32_t y)
{
    (void)x;
    return cos(2 * 3.14159265358979 * y / 8);
}

Test(edges, slopes_of_a_ramp)
{
    static const char *const names[] = {"sobel", "scharr", "prewitt"};
    char words[80];
    for (size_t i = 0; i < SEG_COUNT(names); i++) {
        snprintf(words, sizeof words, "filter.%s component=x", names[i]);
        cr_expect_float_eq(at(words, 9, ramp, 4, 4), 6, 1e-5, "%s", words);
        snprintf(words, sizeof words, "filter.%s component=y", names[i]);
        cr_expect_float_eq(at(words, 9, ramp, 4, 4), 8, 1e-5, "%s", words);
        snprintf(words, sizeof words, "filter.%s", names[i]);
        cr_expect_float_eq(at(words, 9, ramp, 4, 4), sqrt(50), 1e-5, "%s", words);
    }
    cr_expect_float_eq(at("filter.gradient sigma=1", 21, ramp, 10, 10), 5, 1e-3);
    cr_expect_float_eq(at("filter.laplacian", 9, bowl, 4, 4), 6, 1e-5);
    cr_expect_float_eq(at("filter.laplacian connectivity=8", 9, bowl, 4, 4), 18, 1e-5);
    cr_expect_float_eq(at("filter.log sigma=2", 41, bowl, 20, 20), 5.7693377, 1e-4);
    cr_expect_float_eq(at("filter.dog sigma=1 high_sigma=2", 41, bowl, 20, 20), 3 * (1 - 4), 0.02);
    cr_expect(stage_is(stage_run("filter.sobel", gray("7"), NULL, 1), "0"));
    cr_expect(
        stage_is(stage_run("filter.sobel border=mirror", gray("121/121"), NULL, 1), "000/000"));
}

Test(edges, canny_draws_one_line)
{
    cr_expect(stage_is(stage_run("filter.canny sigma=0 low=5 high=8 method=sectors norm=l1",
                                 gray("000999/000999/000999/000999"), NULL, 1),
                       "001000/001000/001000/001000"));
    cr_expect(stage_is(stage_run("filter.canny sigma=0 low=5 high=8",
                                 gray("001999/001999/001999/001999"), NULL, 1),
                       "000000/001000/001000/000000"));
    cr_expect(stage_is(stage_run("filter.canny", gray("5"), NULL, 1), "0"));
    cr_expect_null(stage_run("filter.canny low=5 high=4", gray("5"), NULL, 1));
    cr_expect(strstr(stage_why(), "'high': 4 is below 'low', 5"), "%s", stage_why());
}

static double fading(int32_t x, int32_t y)
{
    return x < 10 ? 0 : 10 - y / 4.0;
}

/* A weak line counts where it goes on from a strong one, and nowhere else. */
Test(edges, canny_links_weak_edges)
{
    cr_expect_eq(at("filter.canny sigma=0 low=8 high=38", 20, fading, 10, 2), 1);
    cr_expect_eq(at("filter.canny sigma=0 low=8 high=38", 20, fading, 10, 18), 1);
    cr_expect_eq(at("filter.canny sigma=0 low=30 high=38", 20, fading, 10, 18), 0);
    cr_expect_eq(at("filter.canny sigma=0 low=8 high=50", 20, fading, 10, 2), 0);
}

Test(edges, ridges_and_texture)
{
    double line = at("filter.sato black_ridges=false sigmas=3", 41, pipe, 20, 20);
    cr_expect_gt(line, 0.3);
    cr_expect_lt(at("filter.sato black_ridges=true sigmas=3", 41, pipe, 20, 20), 1e-3);
    double vessel = at("filter.frangi black_ridges=false gamma=0.1 sigmas=3", 41, pipe, 20, 20);
    double spot = at("filter.frangi black_ridges=false gamma=0.1 sigmas=3", 41, blob, 20, 20);
    cr_expect_gt(vessel, 0.9);
    cr_expect_lt(spot, 0.2);
    cr_expect_eq(at("filter.frangi gamma=0.1 sigmas=3", 41, pipe, 20, 20), 0);
    double along = at("filter.gabor frequency=0.125 theta=90", 64, waves, 32, 32);
    cr_expect_gt(along, 10 * at("filter.gabor frequency=0.125 theta=0", 64, waves, 32, 32));
    cr_expect_null(stage_run("filter.gabor frequency=0.001 sigma_x=1000", gray("5"), NULL, 1));
    cr_expect(strstr(stage_why(), "raise 'frequency'"), "%s", stage_why());
}

Test(edges, backgrounds)
{
    cr_expect(stage_is(stage_run("filter.background radius=9", gray("11911"), NULL, 1), "11111"));
    cr_expect(stage_is(
        stage_run("filter.background radius=9 subtract=true bright=true", gray("99199"), NULL, 1),
        "00800"));
    cr_expect(stage_is(
        stage_run("filter.background method=polynomial degree=1", gray("123/234/345"), NULL, 1),
        "123/234/345"));
    cr_expect(
        stage_is(stage_run("filter.background method=polynomial degree=8", gray("14/92"), NULL, 1),
                 "14/92"));
    cr_expect_float_eq(at("filter.background method=polynomial degree=2", 33, bowl, 7, 30), 1849,
                       1e-2);
}

static double hole(int32_t x, int32_t y)
{
    return x == 1 && y == 1 ? (double)NAN : 4;
}

/* NaN stays where it is, or does not count; a fit refuses it. */
Test(edges, not_a_number)
{
    cr_expect_float_eq(at("filter.background radius=3", 5, hole, 1, 1), 7 - sqrt(8), 1e-6);
    cr_expect(isnan(at("filter.area_open", 5, hole, 1, 1)));
    cr_expect(isnan(at("filter.reconstruct", 5, hole, 1, 1)));
    cr_expect_eq(at("filter.reconstruct", 5, hole, 2, 2), 3);
    cr_expect_eq(at("filter.open", 5, hole, 1, 1), 4);
    cr_expect_eq(at("filter.canny", 5, hole, 1, 1), 0);
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_F32, 5, 5, hole);
    cr_expect_null(stage_run("filter.background method=polynomial", image, NULL, 1));
    cr_expect(strstr(stage_why(), "not finite"), "%s", stage_why());
}
