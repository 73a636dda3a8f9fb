/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of small regions, with the values that scikit-image 0.19 gives. */
#include "io.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "data/regions.h"

TestSuite(regions, .init = io_setup, .fini = io_teardown);

/* A letter is a label: a is 1. */
static seg_layer *draw(const char *const *rows, int32_t height)
{
    const struct seg_shape shape = {sizeof shape, SEG_LABELS, SEG_I32, (int32_t)strlen(rows[0]),
                                    height,       1};
    struct seg_view view = SEG_VIEW;
    seg_layer *labels;
    cr_assert_eq(seg_layer_new(io_context, &shape, &labels, &io_err), SEG_OK);
    seg_layer_view(labels, &view, NULL);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < shape.width; x++)
            ((int32_t *)seg_row(&view, 0, y))[x] = rows[y][x] == '-'   ? -1
                                                   : rows[y][x] == '.' ? 0
                                                                       : rows[y][x] - 'a' + 1;
    return labels;
}

static void near(double got, double want)
{
    cr_assert_float_eq(got, want, 1e-9, "%.12g for %.12g", got, want);
}

Test(regions, a_ring_has_a_hole)
{
    static const char *const rows[] = {".......", ".aaaaa.", ".a...a.", ".a.b.a.",
                                       ".a...a.", ".aaaaa.", "-------"};
    struct segi_regions all;
    seg_layer *labels = draw(rows, 7);
    cr_assert_eq(segi_regions_measure(io_context, labels, NULL, SEGI_MEASURE_ALL, &all, &io_err),
                 SEG_OK);
    cr_assert_eq(all.count, 2);
    const struct segi_region *a = &all.list[0], *b = &all.list[1];
    cr_assert_eq(a->label, 1);
    near(a->area, 16);
    near(a->euler_number, 0);
    near(a->convex_area, 25);
    near(a->solidity, 16.0 / 25);
    near(a->perimeter, 16);
    near(a->centroid[0], 3);
    near(a->major_axis_length, 4 * sqrt(2.75));
    near(a->eccentricity, 0);
    cr_assert_eq(a->box[2], 6);
    cr_assert_null(a->intensity);
    cr_assert_eq(b->label, 2);
    near(b->area, 1);
    near(b->perimeter, 0);
    near(b->minor_axis_length, 0);
    near(b->equivalent_diameter, sqrt(4 / 3.14159265358979323846));
    segi_regions_end(&all);
    seg_layer_unref(labels);
}

Test(regions, corners_connect_and_slopes_count_as_long_as_they_are)
{
    static const char *const rows[] = {"a..b..", ".a.b..", "..ab..", "a..bbb"};
    struct segi_regions all;
    seg_layer *labels = draw(rows, 4);
    cr_assert_eq(segi_regions_measure(io_context, labels, NULL, SEGI_MEASURE_ALL, &all, &io_err),
                 SEG_OK);
    near(all.list[0].euler_number, 2); /* the diagonal and the lonely pixel */
    near(all.list[0].perimeter, sqrt(2));
    near(all.list[1].euler_number, 1);
    near(all.list[1].convex_area, 8);
    segi_regions_end(&all);
    seg_layer_unref(labels);
}

Test(regions, intensities_are_measured_in_every_plane)
{
    static const char *const rows[] = {"aab", "a.b"};
    struct segi_regions all;
    seg_layer *labels = draw(rows, 2), *image = io_layer(SEG_IMAGE, SEG_U16, 3, 2, 2, 0);
    cr_assert_eq(segi_regions_measure(io_context, labels, image, SEGI_MEASURE_ALL, &all, &io_err),
                 SEG_OK);
    for (int32_t p = 0; p < 2; p++) {
        const double u = io_sample(image, p, 0, 2), v = io_sample(image, p, 1, 2);
        near(all.list[1].intensity[p].mean, (u + v) / 2);
        near(all.list[1].intensity[p].min, fmin(u, v));
        near(all.list[1].intensity[p].max, fmax(u, v));
    }
    segi_regions_end(&all);
    seg_layer *small = io_layer(SEG_IMAGE, SEG_U8, 2, 2, 1, 0);
    cr_assert_eq(segi_regions_measure(io_context, labels, small, SEGI_MEASURE_ALL, &all, &io_err),
                 SEG_USAGE);
    cr_assert_str_eq(io_err.text, "intensities: the image has 2 x 2 pixels and the regions 3 x 2");
    cr_assert_eq(segi_regions_measure(io_context, image, NULL, SEGI_MEASURE_ALL, &all, &io_err),
                 SEG_USAGE);
    cr_assert_str_eq(io_err.text, "regions are found in a mask, labels or instances, not image");
    seg_layer_unref(small);
    seg_layer_unref(image);
    seg_layer_unref(labels);
}

Test(regions, no_regions_are_a_header)
{
    static const char *const rows[] = {"...", "..."};
    unsigned char text[400];
    seg_layer *labels = draw(rows, 2);
    cr_assert_eq(seg_layer_save(io_context, labels, NULL, "r.csv", &io_err), SEG_OK);
    const size_t size = io_read_file("r.csv", text, sizeof text);
    cr_assert(!memcmp(text, "label,area,bbox-0,", 18));
    cr_assert_eq(memchr(text, '\n', size), text + size - 1);
    seg_layer_unref(labels);
}

Test(regions, lengths_areas_and_moments)
{
    static const char *const rows[] = {"aaaa.bb", "a..a.b.", "aaaa..b"};
    struct segi_regions all;
    seg_layer *labels = draw(rows, 3);
    cr_assert_eq(segi_regions_measure(io_context, labels, NULL, SEGI_MEASURE_ALL, &all, &io_err),
                 SEG_OK);
    const struct segi_region *a = &all.list[0], *b = &all.list[1];
    near(a->filled_area, 12);
    near(a->bbox_area, 12);
    near(a->feret_diameter_max, sqrt(16 + 4));
    near(a->perimeter_crofton_2, 3.14159265358979323846 / 2 * (4 + 6));
    near(a->euler_number_4, 0);
    near(a->perimeter_8, 10);
    near(b->filled_area, 4); /* a corner leads out */
    near(b->euler_number, 1);
    near(b->euler_number_4, 2);
    segi_regions_end(&all);
    seg_layer_unref(labels);
}
