/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grey-level morphology against its definition. */
#include "stages.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static seg_layer *gray(const char *rows)
{
    return stage_layer(SEG_IMAGE, SEG_U8, rows);
}

static double speckle(int32_t x, int32_t y)
{
    uint32_t n = ((uint32_t)x * 2654435761u) ^ ((uint32_t)y * 40503u * 2654435761u);
    n ^= n >> 15;
    n *= 2246822519u;
    return n % 23 ? (double)((n >> 13) % 256) : (double)NAN;
}

static double numbers(int32_t x, int32_t y)
{
    double value = speckle(x, y);
    return isnan(value) ? 7 : value;
}

static bool covers(const char *shape, int32_t radius, int32_t dx, int32_t dy)
{
    if (!strcmp(shape, "disk"))
        return dx * dx + dy * dy <= radius * radius;
    if (!strcmp(shape, "diamond"))
        return abs(dx) + abs(dy) <= radius;
    return abs(dx) <= (strcmp(shape, "column") ? radius : 0) &&
           abs(dy) <= (strcmp(shape, "row") ? radius : 0);
}

static double wanted(const char *shape, int32_t radius, int sign, const struct seg_view *view,
                     int32_t x, int32_t y)
{
    double best = -INFINITY;
    for (int32_t v = 0; v < view->height; v++)
        for (int32_t u = 0; u < view->width; u++)
            if (covers(shape, radius, u - x, v - y))
                best = fmax(best, sign * (view->dtype == SEG_F32 ? speckle(u, v) : numbers(u, v)));
    return sign * best;
}

static void compare(const char *shape, int32_t radius, bool erode, enum seg_dtype dtype,
                    int32_t width, int32_t height)
{
    char words[80];
    struct seg_view view = SEG_VIEW;
    snprintf(words, sizeof words, "filter.%s shape=%s radius=%d", erode ? "erode" : "dilate", shape,
             radius);
    seg_layer *image =
        stage_filled(SEG_IMAGE, dtype, width, height, dtype == SEG_F32 ? speckle : numbers);
    seg_layer *layer = stage_run(words, image, NULL, 3);
    cr_assert(layer && !seg_layer_view(layer, &view, NULL), "%s: %s", words, stage_why());
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            const void *row = seg_row(&view, 0, y);
            double is = dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                        : dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                           : (double)((const float *)row)[x];
            double want = wanted(shape, radius, erode ? -1 : 1, &view, x, y);
            cr_assert(is == want, "%s, %d x %d, type %d, at %d,%d: %g is not %g", words, width,
                      height, dtype, x, y, is, want);
        }
    seg_layer_unref(layer);
}

Test(gray_morph, every_element_by_its_definition)
{
    static const char *const shapes[] = {"disk", "square", "diamond", "row", "column"};
    static const int32_t radii[] = {0, 1, 2, 3, 7, 40}, sizes[][2] = {{41, 19}, {1, 23}, {23, 1}};
    for (size_t s = 0; s < SEG_COUNT(shapes); s++)
        for (size_t r = 0; r < SEG_COUNT(radii); r++)
            for (size_t k = 0; k < SEG_COUNT(sizes); k++)
                for (enum seg_dtype dtype = SEG_U8; dtype <= SEG_F32; dtype++)
                    compare(shapes[s], radii[r], (r + s + dtype) % 2, dtype, sizes[k][0],
                            sizes[k][1]);
}

Test(gray_morph, compositions)
{
    cr_expect(stage_is(stage_run("filter.open", gray("11311/13331/11311/11911"), NULL, 1),
                       "11311/13331/11311/11111"));
    cr_expect(stage_is(stage_run("filter.tophat", gray("11311/13331/11311/11911"), NULL, 1),
                       "00000/00000/00000/00800"));
    cr_expect(stage_is(stage_run("filter.close shape=row", gray("9909900"), NULL, 1), "9999900"));
    cr_expect(
        stage_is(stage_run("filter.bottomhat shape=row", gray("9909900"), NULL, 1), "0090000"));
    cr_expect(
        stage_is(stage_run("filter.morph_gradient shape=square", gray("0000/0500/0000"), NULL, 1),
                 "5550/5550/5550"));
    cr_expect_null(stage_run("filter.open radius=-1", gray("1"), NULL, 1));
    cr_expect(strstr(stage_why(), "radius"), "%s", stage_why());
}

Test(gray_morph, areas)
{
    cr_expect(
        stage_is(stage_run("filter.area_open min_area=3", gray("01210/00000/90088/00008"), NULL, 1),
                 "01110/00000/00088/00008"));
    cr_expect(stage_is(
        stage_run("filter.area_open min_area=2 connectivity=8", gray("900/090/000/009"), NULL, 1),
        "900/090/000/000"));
    cr_expect(stage_is(stage_run("filter.area_open min_area=9", gray("12/34"), NULL, 1), "11/11"));
    cr_expect(stage_is(stage_run("filter.area_close min_area=2", gray("55505/55500"), NULL, 1),
                       "55505/55500"));
    cr_expect(stage_is(stage_run("filter.area_close min_area=4", gray("55505/55500"), NULL, 1),
                       "55555/55555"));
}

Test(gray_morph, reconstructions)
{
    cr_expect(stage_is(stage_run("filter.reconstruct h=2", gray("13931/00000/03230"), NULL, 1),
                       "13731/00000/01110"));
    cr_expect(
        stage_is(stage_run("filter.reconstruct h=3 method=erosion", gray("9919/9959"), NULL, 1),
                 "9949/9959"));
    cr_expect(stage_is(stage_run("filter.reconstruct method=erosion start=border",
                                 gray("99999/90109/93599/99399"), NULL, 1),
                       "99999/93339/93599/99399"));
    cr_expect(stage_is(stage_run("filter.reconstruct seed=extra", gray("88088/88088"),
                                 stage_layer(SEG_IMAGE, SEG_U8, "50000/00009"), 1),
                       "55088/55088"));
    cr_expect(stage_is(stage_run("filter.reconstruct seed=extra connectivity=4", gray("80/08"),
                                 stage_layer(SEG_IMAGE, SEG_U8, "70/00"), 1),
                       "70/00"));
    cr_expect(stage_is(stage_run("filter.reconstruct seed=extra", gray("80/08"),
                                 stage_layer(SEG_IMAGE, SEG_U8, "70/00"), 1),
                       "70/07"));
}

static double maze(int32_t x, int32_t y)
{
    return (y % 4 == 1 && x != 0) || (y % 4 == 3 && x != 8) ? 1 : 5;
}

static double one_end(int32_t x, int32_t y)
{
    return x == 0 && y == 0 ? 4 : 0;
}

/* A path that goes to and fro, which no scan follows to its end. */
Test(gray_morph, reconstruction_follows_a_path)
{
    seg_layer *seed = stage_filled(SEG_IMAGE, SEG_U8, 9, 9, one_end);
    seg_layer *image = stage_filled(SEG_IMAGE, SEG_U8, 9, 9, maze);
    cr_expect(stage_is(stage_run("filter.reconstruct seed=extra", image, seed, 1),
                       "444444444/411111111/444444444/111111114/444444444/411111111/444444444/"
                       "111111114/444444444"));
}
