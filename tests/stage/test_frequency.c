/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters in the Fourier domain, on images whose spectrum is known. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PI 3.14159265358979

/* 100, and waves of 4 and 32 pixels across. */
static double two_waves(int32_t x, int32_t y)
{
    (void)y;
    return 100 + 20 * cos(2 * PI * x / 4) + 30 * cos(2 * PI * x / 32);
}

static double slow_wave(int32_t x, int32_t y)
{
    (void)y;
    return 100 + 30 * cos(2 * PI * x / 32);
}

static double fast_wave(int32_t x, int32_t y)
{
    (void)y;
    return 20 * cos(2 * PI * x / 4);
}

static double texture(int32_t x, int32_t y)
{
    uint32_t n = (uint32_t)x * 2654435761u ^ (uint32_t)y * 2246822519u;
    n ^= n >> 15;
    n *= 2246822519u;
    return 100 + (n >> 16) % 50;
}

static double striped(int32_t x, int32_t y)
{
    return texture(x, y) + 60 * cos(2 * PI * (x / 8.0 + y / 16.0));
}

static double blob(int32_t x, int32_t y)
{
    const double dx = x - 24, dy = y - 20;
    return dx * dx + dy * dy < 40 ? 200 : 20;
}

static double corner(int32_t x, int32_t y)
{
    return x == 2 && y == 1 ? 1 : 0;
}

static double hole(int32_t x, int32_t y)
{
    return x == 1 && y == 1 ? (double)NAN : 1;
}

/* The largest difference from what is wanted, `edge` pixels away from the edges; both sides are
 * floats, and the layer is unreferenced. */
static double error_of(seg_layer *layer, double (*wanted)(int32_t, int32_t), int32_t edge)
{
    struct seg_view view = SEG_VIEW;
    double most = 0;
    if (!layer || seg_layer_view(layer, &view, NULL))
        return INFINITY;
    for (int32_t y = edge; y < view.height - edge; y++)
        for (int32_t x = edge; x < view.width - edge; x++)
            most =
                fmax(most, fabs((double)((const float *)seg_row(&view, 0, y))[x] - wanted(x, y)));
    seg_layer_unref(layer);
    return most;
}

static seg_layer *floats(int32_t width, int32_t height, double (*value)(int32_t, int32_t))
{
    return stage_filled(SEG_IMAGE, SEG_F32, width, height, value);
}

Test(frequency, bands_of_two_waves)
{
    const struct {
        const char *words;
        double (*wanted)(int32_t, int32_t);
    } cases[] = {
        {"frequency.lowpass shape=ideal cutoff=0.1 padding=wrap", slow_wave},
        {"frequency.highpass shape=ideal cutoff=0.1 padding=wrap", fast_wave},
        {"frequency.bandpass shape=ideal low=0.2 high=0.3 padding=wrap", fast_wave},
        {"frequency.bandstop shape=ideal low=0.2 high=0.3 padding=wrap", slow_wave},
        {"frequency.notch peaks=0.25,0 padding=wrap", slow_wave},
        {"frequency.lowpass shape=butterworth order=10 cutoff=0.1", slow_wave},
    };
    for (size_t i = 0; i < SEG_COUNT(cases); i++)
        cr_expect_lt(error_of(stage_run(cases[i].words, floats(96, 32, two_waves), NULL, 1),
                              cases[i].wanted, strstr(cases[i].words, "wrap") ? 0 : 16),
                     0.05, "%s: %s", cases[i].words, stage_why());
}

/* Half at the cutoff for Butterworth's shape, exp(-1/2) for the Gaussian. */
Test(frequency, gain_at_the_cutoff)
{
    static const char *const words[] = {
        "frequency.lowpass shape=butterworth cutoff=0.25 padding=wrap",
        "frequency.lowpass shape=gaussian cutoff=0.25 padding=wrap",
    };
    const double gains[] = {0.5, exp(-0.5)};
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        struct seg_view view = SEG_VIEW;
        seg_layer *layer = stage_run(words[i], floats(64, 8, fast_wave), NULL, 1);
        cr_assert(layer && !seg_layer_view(layer, &view, NULL), "%s", stage_why());
        cr_expect_float_eq(((const float *)seg_row(&view, 0, 3))[8], 20 * gains[i], 1e-3);
        seg_layer_unref(layer);
    }
}

Test(frequency, patterns_are_found)
{
    seg_layer *clean = stage_run("frequency.auto_notch", floats(160, 128, striped), NULL, 1);
    cr_assert_not_null(clean, "%s", stage_why());
    seg_layer_unref(clean);
    cr_expect_geq(stage_value("peaks"), 1);
    cr_expect_float_eq(fabs(stage_value("peak_1_x")), 1 / 8.0, 0.01);
    cr_expect_float_eq(fabs(stage_value("peak_1_y")), 1 / 16.0, 0.01);
    clean = stage_run("frequency.auto_notch", floats(160, 128, texture), NULL, 1);
    cr_assert_not_null(clean, "%s", stage_why());
    cr_expect_eq(stage_value("peaks"), 0);
    cr_expect_lt(error_of(clean, texture, 0), 1e-2);
}

static double moved(int32_t x, int32_t y)
{
    return texture(x > 0 ? x - 1 : 0, y);
}

Test(frequency, kernels)
{
    seg_layer *kernel = floats(3, 3, corner); /* a point right of the middle: moves to the right */
    cr_expect_lt(error_of(stage_run("frequency.convolve kernel=extra padding=edge",
                                    floats(50, 37, texture), kernel, 1),
                          moved, 1),
                 1e-2, "%s", stage_why());
    kernel = stage_layer(SEG_IMAGE, SEG_U8, "000/000/000");
    cr_expect_null(stage_run("frequency.convolve kernel=extra", floats(5, 5, texture), kernel, 1));
    cr_expect(strstr(stage_why(), "sum to 0"), "%s", stage_why());
}

/* Blurred and restored, an image is nearer to what it was. */
Test(frequency, blurs_are_undone)
{
    static const char *const undo[] = {"frequency.wiener sigma=2 noise=0.0001",
                                       "frequency.richardson_lucy sigma=2 iterations=30"};
    for (size_t i = 0; i < SEG_COUNT(undo); i++) {
        char words[200];
        struct seg_view blurred = SEG_VIEW, restored = SEG_VIEW;
        snprintf(words, sizeof words, "filter.gaussian sigma=2 ! %s", undo[i]);
        seg_layer *before = stage_run("filter.gaussian sigma=2", floats(60, 44, blob), NULL, 1);
        seg_layer *after = stage_run(words, floats(60, 44, blob), NULL, 1);
        cr_assert(before && after, "%s", stage_why());
        seg_layer_view(before, &blurred, NULL);
        seg_layer_view(after, &restored, NULL);
        double was = 0, is = 0;
        for (int32_t y = 0; y < 44; y++)
            for (int32_t x = 0; x < 60; x++) {
                was += fabs((double)((const float *)seg_row(&blurred, 0, y))[x] - blob(x, y));
                is += fabs((double)((const float *)seg_row(&restored, 0, y))[x] - blob(x, y));
            }
        cr_expect_lt(is, 0.8 * was, "%s: %g of %g", undo[i], is, was);
        seg_layer_unref(before);
        seg_layer_unref(after);
    }
}

Test(frequency, flat_stays_flat)
{
    cr_expect(stage_is(
        stage_run("frequency.homomorphic", stage_layer(SEG_IMAGE, SEG_U8, "777/777"), NULL, 1),
        "777/777"));
    cr_expect(stage_is(stage_run("frequency.lowpass", stage_layer(SEG_IMAGE, SEG_U8, "4"), NULL, 1),
                       "4"));
    cr_expect(
        stage_is(stage_run("frequency.highpass", stage_layer(SEG_IMAGE, SEG_U8, "99999"), NULL, 1),
                 "00000"));
}

Test(frequency, spectrum_is_centred)
{
    struct seg_view view = SEG_VIEW;
    seg_layer *layer = stage_run("frequency.spectrum", floats(64, 16, fast_wave), NULL, 1);
    cr_assert(layer && !seg_layer_view(layer, &view, NULL), "%s", stage_why());
    for (int32_t x = 0; x < 64; x++)
        cr_expect_eq(((const uint8_t *)seg_row(&view, 0, 8))[x] > 200, x == 16 || x == 48, "%d", x);
    seg_layer_unref(layer);
}

/* The same bytes on any number of threads; odd sizes; refusals. */
Test(frequency, any_image)
{
    static const char *const words[] = {
        "frequency.auto_notch",
        "frequency.bandpass",
        "frequency.bandstop shape=gaussian",
        "frequency.highpass",
        "frequency.homomorphic",
        "frequency.lowpass shape=ideal",
        "frequency.notch peaks=0.1,-0.2",
        "frequency.richardson_lucy iterations=3",
        "frequency.spectrum",
        "frequency.wiener",
    };
    static const int32_t sizes[][2] = {{1, 1}, {1, 13}, {13, 1}, {67, 41}};
    for (size_t i = 0; i < SEG_COUNT(words); i++) {
        for (size_t s = 0; s < SEG_COUNT(sizes); s++) {
            const int32_t width = sizes[s][0], height = sizes[s][1];
            seg_layer *one = stage_run(words[i], floats(width, height, texture), NULL, 1);
            seg_layer *many = stage_run(words[i], floats(width, height, texture), NULL, 3);
            cr_expect(one && many && stage_same(one, many), "%s: %s", words[i], stage_why());
        }
        cr_expect_null(stage_run(words[i], floats(3, 2, hole), NULL, 1));
        cr_expect(strstr(stage_why(), "column 1, row 1"), "%s: %s", words[i], stage_why());
    }
    cr_expect_null(
        stage_run("frequency.bandpass low=0.2 high=0.1", floats(3, 2, texture), NULL, 1));
    cr_expect(strstr(stage_why(), "'low'"), "%s", stage_why());
    cr_expect_null(stage_run("frequency.notch peaks=0.1,0.2,0.3", floats(3, 2, texture), NULL, 1));
    cr_expect(strstr(stage_why(), "takes two"), "%s", stage_why());
}

Test(frequency, wisdom_is_kept)
{
    char folder[] = "/tmp/frequency-XXXXXX", path[64], words[128];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/wisdom", folder);
    snprintf(words, sizeof words, "frequency.lowpass wisdom=%s", path);
    for (int i = 0; i < 2; i++) { /* written, then read */
        seg_layer *layer = stage_run(words, floats(20, 12, texture), NULL, 1);
        cr_expect_not_null(layer, "%s", stage_why());
        seg_layer_unref(layer);
        cr_expect_eq(access(path, R_OK), 0);
    }
    unlink(path);
    rmdir(folder);
    cr_expect_null(stage_run(words, floats(20, 12, texture), NULL, 1));
    cr_expect(strstr(stage_why(), "cannot be written"), "%s", stage_why());
}
