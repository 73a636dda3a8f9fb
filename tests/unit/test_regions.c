/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of small regions, with the values that scikit-image 0.19 gives. */
#include "io.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* -- the reference table ---------------------------------------------------------------------- */

static int split(char *line, const char *marks, char **cells, int most)
{
    int count = 0;
    for (char *p = line; p && count < most; count++) {
        cells[count] = strsep(&p, marks);
        cells[count][strcspn(cells[count], "\r\n")] = 0;
    }
    return count;
}

static bool same(const char *name, double got, double want)
{
    /* An axis has two directions. */
    if (!strcmp(name, "orientation") && fabs(fabs(got - want) - 3.14159265358979) < 1e-6)
        return true;
    return fabs(got - want) <= 1e-6 * fabs(want) + 1e-6;
}

Test(regions, the_table_is_that_of_the_reference)
{
    char lines[2][2000];
    const char *shared = getenv("SEGKIT_SHARED");
    static const char *const parts[] = {"inputs/lcoco.png", "inputs/lcoco.intensity.png",
                                        "expected/regionprops_lcoco.tsv"};
    char names[3][512];
    for (int i = 0; i < 3; i++)
        snprintf(names[i], sizeof names[i], "%s/golden/classical/%s", shared ? shared : ".",
                 parts[i]);
    FILE *want = fopen(names[2], "r");
    if (!want)
        cr_skip_test("no reference data (SEGKIT_SHARED)");
    seg_layer *labels = io_load(names[0], SEG_LABELS), *image = io_load(names[1], 0);
    cr_assert_eq(seg_layer_save(io_context, labels, image, "r.csv", &io_err), SEG_OK);
    FILE *got = fopen("r.csv", "r");
    char *heads[2][40], *cells[2][40], head_lines[2][2000];
    cr_assert(fgets(head_lines[0], sizeof head_lines[0], got));
    cr_assert(fgets(head_lines[1], sizeof head_lines[1], want));
    const int ours = split(head_lines[0], ",", heads[0], 40);
    const int theirs = split(head_lines[1], "\t", heads[1], 40);
    int compared = 0;
    while (fgets(lines[1], sizeof lines[1], want)) {
        cr_assert(fgets(lines[0], sizeof lines[0], got));
        cr_assert_eq(split(lines[0], ",", cells[0], 40), ours);
        cr_assert_eq(split(lines[1], "\t", cells[1], 40), theirs);
        for (int i = 0; i < ours; i++)
            for (int k = 0; k < theirs; k++)
                if (!strcmp(heads[0][i], heads[1][k])) {
                    cr_assert(same(heads[0][i], atof(cells[0][i]), atof(cells[1][k])),
                              "label %s: %s: %s for %s", cells[0][0], heads[0][i], cells[0][i],
                              cells[1][k]);
                    compared++;
                }
    }
    cr_assert_eq(compared, 15 * theirs); /* ours has more columns */
    fclose(got);
    fclose(want);
    seg_layer_unref(labels);
    seg_layer_unref(image);
}
