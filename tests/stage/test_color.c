/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours whose coordinates are known. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* One RGB pixel of 8 bits, as filter.color, filter.stain or filter.channel makes it. */
static void expect(const char *words, uint8_t r, uint8_t g, uint8_t b, double p, double q, double s,
                   double tolerance)
{
    const double wanted[] = {p, q, s};
    struct seg_shape shape = SEG_SHAPE;
    struct seg_view view = SEG_VIEW;
    seg_context *context;
    seg_layer *layer;
    shape.kind = SEG_IMAGE;
    shape.dtype = SEG_U8;
    shape.width = shape.height = 1;
    shape.planes = 3;
    cr_assert(!seg_context_new(NULL, &context, NULL) &&
              !seg_layer_new(context, &shape, &layer, NULL) && !seg_layer_view(layer, &view, NULL));
    const uint8_t colour[] = {r, g, b};
    for (int32_t k = 0; k < 3; k++)
        *(uint8_t *)seg_row(&view, k, 0) = colour[k];
    seg_layer_seal(layer);
    layer = stage_run(words, layer, NULL, 1);
    cr_assert(layer, "%s: %s", words, stage_why());
    view = SEG_VIEW;
    cr_assert(!seg_layer_view(layer, &view, NULL));
    for (int32_t k = 0; k < view.planes; k++) {
        double is = view.dtype == SEG_F32 ? (double)*(float *)seg_row(&view, k, 0)
                                          : *(uint8_t *)seg_row(&view, k, 0);
        cr_expect_float_eq(is, wanted[k], tolerance, "%s of %d,%d,%d: plane %d is %g, not %g",
                           words, r, g, b, k, is, wanted[k]);
    }
    seg_layer_unref(layer);
    seg_context_free(context);
}

Test(color, spaces)
{
    expect("filter.color to=hsv", 255, 0, 0, 0, 1, 1, 1e-6);
    expect("filter.color to=hsv", 0, 0, 255, 2 / 3.0, 1, 1, 1e-6);
    expect("filter.color to=hsv", 51, 51, 51, 0, 0, 0.2, 1e-6);
    expect("filter.color to=lab", 255, 255, 255, 100, 0, 0, 0.01);
    expect("filter.color to=lab", 255, 0, 0, 53.2408, 80.0925, 67.2032, 0.01);
    expect("filter.color to=luv", 0, 0, 0, 0, 0, 0, 0.001);
    expect("filter.color to=luv", 255, 0, 0, 53.2408, 175.0151, 37.7564, 0.05);
    expect("filter.color to=gray", 255, 0, 51, 0.299 + 0.114 * 0.2, 0, 0, 1e-6);
    expect("filter.color to=ycrcb", 128, 128, 128, 128 / 255.0, 0.5, 0.5, 1e-6);
}

Test(color, there_and_back)
{
    static const char *const words[] = {
        "filter.color to=hsv ! filter.color to=rgb",
        "filter.color to=lab ! filter.color to=rgb",
        "filter.color to=luv ! filter.color to=rgb",
        "filter.color to=ycrcb ! filter.color to=rgb",
        "filter.color to=hsv ! filter.color to=luv ! filter.color to=lab ! filter.color to=rgb",
    };
    for (size_t i = 0; i < SEG_COUNT(words); i++)
        for (int colour = 0; colour < 27; colour++) {
            int r = colour % 3 * 127, g = colour / 3 % 3 * 127, b = colour / 9 * 127;
            expect(words[i], (uint8_t)r, (uint8_t)g, (uint8_t)b, r / 255.0, g / 255.0, b / 255.0,
                   1e-3);
        }
}

Test(color, ranges)
{
    static const char *const red = "threshold.range low=0.9,0.5,0.2 high=0.1,1,1 space=hsv";
    expect(red, 200, 20, 30, 1, 0, 0, 0);
    expect(red, 200, 30, 20, 1, 0, 0, 0);
    expect(red, 20, 200, 30, 0, 0, 0, 0);
    expect("threshold.range low=50,75,60 high=60,85,70 space=lab", 255, 0, 0, 1, 0, 0, 0);
    expect("threshold.range low=50,85,60 high=60,95,70 space=lab", 255, 0, 0, 0, 0, 0, 0);
    expect("filter.color to=lab ! threshold.range low=50,75,60 high=60,85,70 space=lab", 255, 0, 0,
           1, 0, 0, 0);
    expect("filter.color to=luv ! threshold.range low=0.9,0.9,0.9 high=0.1,1.1,1.1 space=hsv", 255,
           0, 0, 1, 0, 0, 0);
    expect("threshold.range low=0.29 high=0.3 space=gray", 255, 0, 0, 1, 0, 0, 0);
    expect("threshold.range low=255,0,0 high=255,0,0", 255, 0, 0, 1, 0, 0, 0);
    cr_expect_null(stage_run("threshold.range low=0 high=1 space=hsv",
                             stage_layer(SEG_IMAGE, SEG_U8, "1"), NULL, 1));
    cr_expect(strstr(stage_why(), "3 or 4 channels"), "%s", stage_why());
}

Test(color, stains)
{
    expect("filter.stain", 255, 255, 255, 0, 0, 0, 1e-6);
    expect("filter.stain stains=hdx vectors=1,0,0,0,1,0,0,0,1", 26, 255, 128,
           log(26 / 255.0) / log(1e-6), 0, log(128 / 255.0) / log(1e-6), 1e-5);
    cr_expect_null(stage_run("filter.stain", stage_layer(SEG_IMAGE, SEG_U8, "1"), NULL, 1));
}

Test(color, channels)
{
    expect("filter.channel index=2", 1, 2, 3, 3, 0, 0, 0);
    cr_expect_null(
        stage_run("filter.channel index=1", stage_layer(SEG_IMAGE, SEG_U8, "1"), NULL, 1));
    cr_expect(strstr(stage_why(), "1 is not one of 0 to 0"), "%s", stage_why());
    cr_expect_null(stage_run("filter.stain vectors=1,2,3 stains=hed",
                             stage_layer(SEG_IMAGE, SEG_U8, "1"), NULL, 1));
}
