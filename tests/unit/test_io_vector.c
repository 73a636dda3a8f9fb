/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/outline.h"
#include "data/simplify.h"
#include "eval/rle.h"
#include "io/coco_rle.h"
#include "io/inspect.h"
#include "io/save.h"
#include "io/vector.h"

TestSuite(vector, .init = io_setup, .fini = io_teardown);

#define TEXT(text) text, sizeof text - 1

static seg_layer *noise(int32_t w, int32_t h, int32_t labels)
{
    struct seg_view view = SEG_VIEW;
    seg_layer *layer = io_layer(SEG_LABELS, SEG_I32, w, h, 1, 0);
    seg_layer_view(layer, &view, NULL);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++)
            ((int32_t *)seg_row(&view, 0, y))[x] %= labels + 1;
    return layer;
}

Test(vector, labels_come_back_from_polygons_and_run_lengths)
{
    static const int32_t sizes[][3] = {{1, 1, 1}, {40, 1, 2}, {1, 40, 2}, {33, 27, 1}, {64, 50, 5}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        seg_layer *labels = noise(sizes[i][0], sizes[i][1], sizes[i][2]);
        io_round_trip(labels, "a.geojson");
        io_round_trip(labels, "a.json");
        seg_layer_unref(labels);
    }
    seg_layer *mask = io_layer(SEG_MASK, SEG_U8, 20, 30, 1, 0);
    io_round_trip(mask, "m.geojson");
    io_round_trip(mask, "m.json");
    seg_layer_unref(mask);
}

/* -- outlines --------------------------------------------------------------------------------- */

static int64_t twice_area(const struct segi_outline *o, const struct segi_ring *r)
{
    int64_t sum = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct segi_corner a = o->corners[r->first + i];
        const struct segi_corner b = o->corners[r->first + (i + 1) % r->count];
        sum += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
    }
    return sum;
}

Test(vector, outlines_are_simple_rings_around_parts)
{
    struct segi_outline o = {.mem = &io_context->mem};
    struct segi_regions regions;
    seg_layer *labels = noise(60, 47, 2);
    cr_assert_eq(segi_regions_find(io_context, labels, &regions, &io_err), SEG_OK);
    for (size_t i = 0; i < regions.count; i++) {
        double area = 0;
        uint32_t outer = 0;
        cr_assert(segi_outline_trace(&o, &regions.list[i]));
        for (size_t k = 0; k < o.ring_count; k++) {
            const struct segi_ring *ring = &o.rings[k];
            const struct segi_corner *c = o.corners + ring->first;
            cr_assert_eq(ring->hole, twice_area(&o, ring) < 0);
            cr_assert(!ring->hole || ring->part == o.rings[k - 1].part);
            outer += !ring->hole;
            area += (double)twice_area(&o, ring) / 2;
            for (size_t a = 0; a < ring->count; a++)
                for (size_t b = a + 1; b < ring->count; b++)
                    cr_assert(c[a].x != c[b].x || c[a].y != c[b].y, "a ring touches itself");
        }
        cr_assert_eq(outer, o.parts);
        cr_assert_eq(area, regions.list[i].area);
    }
    segi_outline_end(&o);
    segi_regions_end(&regions);
    seg_layer_unref(labels);
}

/* -- run lengths ------------------------------------------------------------------------------ */

static uint8_t columns_to_rows(const seg_layer *labels, int32_t y, int32_t x, int32_t label)
{
    return io_sample(labels, 0, y, x) == label;
}

Test(vector, run_lengths_are_those_of_coco)
{
    seg_layer *labels = noise(31, 44, 3);
    struct segi_regions regions;
    unsigned char got[5000];
    uint8_t mask[31 * 44];
    cr_assert_eq(segi_regions_find(io_context, labels, &regions, &io_err), SEG_OK);
    for (size_t i = 0; i < regions.count; i++) {
        struct segi_rle want;
        struct segi_sink sink;
        size_t n = 0;
        for (int32_t y = 0; y < 44; y++)
            for (int32_t x = 0; x < 31; x++)
                mask[y * 31 + x] = columns_to_rows(labels, y, x, regions.list[i].label);
        cr_assert_eq(segi_rle_encode(&want, mask, 31, 44), SEG_OK);
        char *text = segi_rle_text(&want);
        cr_assert_eq(segi_sink_open(&sink, io_context, "rle", &io_err), SEG_OK);
        cr_assert_eq(segi_coco_rle_write(&sink, &regions.list[i], 31, 44, &io_err), SEG_OK);
        cr_assert_eq(segi_sink_close(&sink, SEG_OK), SEG_OK);
        const size_t size = io_read_file("rle", got, sizeof got);
        for (size_t k = 0; k < size; k++) { /* backslashes are doubled */
            cr_assert_eq(got[k], (unsigned char)text[n++]);
            k += got[k] == '\\';
        }
        cr_assert_eq(n, strlen(text));
        free(text);
        segi_rle_free(&want);
    }
    segi_regions_end(&regions);
    seg_layer_unref(labels);
}

/* -- instances -------------------------------------------------------------------------------- */

static seg_layer *overlapping(void)
{
    static const char *const names[] = {"cell", "a \"quoted\\ <name>"};
    static const struct seg_run a[] = {{1, 2, 6}, {2, 2, 6}}, b[] = {{2, 5, 9}};
    const struct seg_shape shape = {sizeof shape, SEG_INSTANCES, 0, 20, 10, 0};
    struct seg_instance one = {sizeof one, 4, 1, 0.25F, {2, 1, 6, 2}, a, 2};
    seg_layer *layer;
    cr_assert_eq(seg_layer_new(io_context, &shape, &layer, &io_err), SEG_OK);
    cr_assert_eq(seg_layer_set_classes(layer, names, 2, &io_err), SEG_OK);
    cr_assert_eq(seg_layer_add_instance(layer, &one, &io_err), SEG_OK);
    one = (struct seg_instance){sizeof one, 2, 0, 0.5F, {5, 2, 9, 1}, b, 1};
    cr_assert_eq(seg_layer_add_instance(layer, &one, &io_err), SEG_OK);
    return layer;
}

static void check_instances(const char *path, bool first_met)
{
    seg_layer *layer = overlapping(), *back;
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, path, &io_err), SEG_OK, "%s", io_err.text);
    back = io_load(path, SEG_INSTANCES);
    size_t n, m, names;
    const struct seg_instance *want = seg_layer_instances(layer, &n);
    const struct seg_instance *got = seg_layer_instances(back, &m);
    const char *const *classes = seg_layer_classes(back, &names);
    cr_assert_eq(n, m);
    cr_assert_eq(names, 2);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(got[i].id, want[i].id);
        cr_assert_eq(got[i].score, want[i].score);
        cr_assert_eq(got[i].run_count, want[i].run_count);
        cr_assert_arr_eq(got[i].runs, want[i].runs, want[i].run_count * sizeof *want[i].runs);
        cr_assert_arr_eq(got[i].box, want[i].box, sizeof want[i].box);
        cr_assert_eq(got[i].class_id, first_met ? 1 - want[i].class_id : want[i].class_id);
    }
    cr_assert_str_eq(classes[first_met ? 1 : 0], "cell");
    cr_assert_str_eq(classes[first_met ? 0 : 1], "a \"quoted\\ <name>");
    io_refuse_load(path, SEG_LABELS, SEG_IO,
                   path[0] == 'i' ? "i.json: instances 4 and 2 overlap at "
                                    "row 2, column 5: a label image "
                                    "cannot hold both; use .json"
                                  : "g.geojson: instances 4 and 2 overlap "
                                    "at row 2, column 5: a label image "
                                    "cannot hold both; use .json");
    seg_layer_unref(layer);
    seg_layer_unref(back);
}

Test(vector, instances_keep_class_score_and_overlap)
{
    check_instances("i.json", false);
    check_instances("g.geojson", true);
    seg_layer *layer = overlapping();
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "i.svg", &io_err), SEG_OK);
    cr_assert_eq(seg_layer_save(io_context, layer, NULL, "i.csv", &io_err), SEG_OK);
    seg_layer_unref(layer);
}

Test(vector, label_images_become_instances)
{
    seg_layer *labels = noise(12, 9, 3);
    cr_assert_eq(seg_layer_save(io_context, labels, NULL, "l.png", &io_err), SEG_OK);
    seg_layer *list = io_load("l.png", SEG_INSTANCES);
    cr_assert_eq(seg_layer_save(io_context, list, NULL, "b.png", &io_err), SEG_OK);
    seg_layer *back = io_load("b.png", SEG_LABELS);
    io_assert_same(labels, back);
    seg_layer_unref(labels);
    seg_layer_unref(list);
    seg_layer_unref(back);
}

Test(vector, what_a_form_cannot_hold_is_refused)
{
    static const char *const names[] = {"v.geojson", "v.json", "v.svg", "v.txt"};
    static const char *const forms[] = {"GeoJSON", "COCO", "SVG", "YOLO text"};
    struct seg_view view = SEG_VIEW;
    seg_layer *labels = noise(9, 7, 2), *image = io_layer(SEG_IMAGE, SEG_U8, 4, 4, 1, 0);
    seg_layer_view(labels, &view, NULL);
    ((int32_t *)seg_row(&view, 0, 3))[3] = -1;
    for (int i = 0; i < 4; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s: %s cannot hold void pixels (label -1); use .tif or .npy",
                 names[i], forms[i]);
        io_refuse_save(labels, names[i], SEG_USAGE, text);
        snprintf(text, sizeof text,
                 "%s: %s holds regions of a mask, labels or instances, not an image", names[i],
                 forms[i]);
        io_refuse_save(image, names[i], SEG_USAGE, text);
    }
    cr_assert_eq(io_count_files(), 0);
    seg_layer_unref(labels);
    seg_layer_unref(image);
}

/* -- YOLO ------------------------------------------------------------------------------------- */

Test(vector, yolo_text_holds_one_outline_a_region)
{
    struct seg_view view = SEG_VIEW;
    const struct seg_shape shape = {sizeof shape, SEG_LABELS, SEG_I32, 23, 17, 1};
    seg_layer *labels, *back = NULL;
    cr_assert_eq(seg_layer_new(io_context, &shape, &labels, &io_err), SEG_OK);
    seg_layer_view(labels, &view, NULL);
    for (int32_t y = 0; y < 17; y++)
        for (int32_t x = 0; x < 23; x++)
            ((int32_t *)seg_row(&view, 0, y))[x] = y > 2 && x > 1 && x + y < 25 ? 1 + (x > 9) : 0;
    cr_assert_eq(seg_layer_save(io_context, labels, NULL, "y.txt", &io_err), SEG_OK, "%s",
                 io_err.text);
    cr_assert_eq(segi_yolo_load(io_context, "y.txt", 23, 17, &back, &io_err), SEG_OK, "%s",
                 io_err.text);
    cr_assert_eq(seg_layer_save(io_context, back, NULL, "y.png", &io_err), SEG_OK);
    seg_layer *again = io_load("y.png", SEG_LABELS);
    io_assert_same(labels, again);
    seg_layer_unref(again);
    seg_layer_unref(back);
    ((int32_t *)seg_row(&view, 0, 5))[4] = 0;
    io_refuse_save(labels, "h.txt", SEG_USAGE,
                   "h.txt: region 1 has 1 parts and 1 holes: YOLO text holds one outline a region; "
                   "use .json or .geojson");
    seg_layer_unref(labels);
}

static void refuse_yolo(const char *text, size_t size, const char *why)
{
    seg_layer *layer = NULL;
    io_write_file("r.txt", text, size);
    cr_assert_eq(segi_yolo_load(io_context, "r.txt", 10, 10, &layer, &io_err), SEG_IO);
    cr_assert_str_eq(io_err.text, why);
    cr_assert_null(layer);
}

Test(vector, yolo_text_is_checked)
{
    refuse_yolo(TEXT("0 0 0 1 0 1 1\nx 0 0 1 0 1 1\n"), "r.txt: line 2: no class at its start");
    refuse_yolo(TEXT("0 0 0 1 0 1\n"), "r.txt: line 1: not pairs of numbers");
    refuse_yolo(TEXT("0 0 0 1 nan 1 1\n"), "r.txt: line 1: not pairs of numbers");
    refuse_yolo(TEXT("0 0.5 0.5 0.2 0.2\n"),
                "r.txt: line 1: not a class and the corners of a polygon, three at least");
}

/* -- files of others -------------------------------------------------------------------------- */

#define COCO_IMAGE                                                                                 \
    "{\"images\":[{\"id\":7,\"width\":4,\"height\":3}],\"categories\":[{\"id\":90,"                \
    "\"name\":\"b\"},{\"id\":3,\"name\":\"a\"}],\"annotations\":["

Test(vector, coco_polygons_counts_and_boxes)
{
    static const char text[] = COCO_IMAGE
        "{\"id\":0,\"image_id\":7,\"category_id\":90,\"segmentation\":[[1,0,3,0,3,2,1,2]]},"
        "{\"id\":5,\"image_id\":7,\"category_id\":3,\"segmentation\":{\"size\":[3,4],\"counts\":"
        "[2,2,8]}},"
        "{\"id\":6,\"image_id\":8,\"category_id\":3,\"segmentation\":[[0,0,4,0,4,3]]},"
        "{\"id\":9,\"image_id\":7,\"category_id\":1,\"bbox\":[1,1,2,1.5],\"score\":0.5}]}";
    size_t count;
    io_write_file("c.json", TEXT(text));
    seg_layer *layer = io_load("c.json", SEG_INSTANCES);
    const struct seg_instance *list = seg_layer_instances(layer, &count);
    cr_assert_eq(count, 3);
    cr_assert_eq(list[0].id, 1); /* 0 is none of ours */
    cr_assert_eq(list[0].class_id, 1);
    cr_assert_eq(list[0].run_count, 2);
    cr_assert_eq(list[0].runs[1].x, 1);
    cr_assert_eq(list[0].runs[1].length, 2);
    cr_assert_eq(list[1].id, 5);
    cr_assert_eq(list[1].run_count, 2);
    cr_assert_eq(list[1].runs[0].y, 0); /* the top of the second column */
    cr_assert_eq(list[1].runs[0].x, 1);
    cr_assert_eq(list[2].run_count, 0);
    cr_assert_eq(list[2].class_id, -1);
    cr_assert_eq(list[2].box[3], 1.5F);
    seg_layer_unref(layer);
}

Test(vector, json_is_checked)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"[{\"bbox\":[1,2,3,4]}]",
         "b.json: is a list without run lengths, which would say how large its image is"},
        {"{\"a\":1}", "b.json: is neither COCO ('images') nor GeoJSON ('features') of regions"},
        {"{\"features\":[]}",
         "b.json: GeoJSON without the size of its image ('width' and 'height')"},
        {"{\"width\":5,\"height\":0,\"features\":[]}",
         "b.json: its image has 5 x 0 pixels: not in 1..2147483647"},
        {"{\"width\":5,\"height\":5,\"features\":[{\"geometry\":{\"type\":\"Point\"}}]}",
         "b.json: feature 0: geometry 'Point': only Polygon and MultiPolygon have pixels"},
        {"{\"width\":5,\"height\":5,\"features\":[{\"geometry\":{\"type\":\"Polygon\","
         "\"coordinates\":[[[1],[2]]]}}]}",
         "b.json: feature 0: a corner without two coordinates"},
        {"{\"images\":[]}", "b.json: page 0: it has 0 images"},
        {COCO_IMAGE "{\"segmentation\":{\"size\":[4,3],\"counts\":\"12\"}}]}",
         "b.json: annotation 0: its size is not that of its image, 4 x 3"},
        {COCO_IMAGE "{\"segmentation\":{\"size\":[3,4],\"counts\":[5,8]}}]}",
         "b.json: annotation 0: run lengths beyond 4 x 3 pixels"},
        {COCO_IMAGE "{\"segmentation\":{\"size\":[3,4],\"counts\":[1,-1]}}]}",
         "b.json: annotation 0: run lengths beyond 4 x 3 pixels"},
        {COCO_IMAGE "{\"segmentation\":{\"size\":[3,4],\"counts\":\"1P\"}}]}",
         "b.json: annotation 0: run lengths: the text form is damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        io_write_file("b.json", cases[i].text, strlen(cases[i].text));
        io_refuse_load("b.json", SEG_LABELS, SEG_IO, cases[i].why);
    }
    io_refuse_load("b.json", 0, SEG_IO, "b.json: is JSON, which holds regions, not an image");
}

Test(vector, hostile_polygons_are_bounded)
{
    static char text[400000];
    char *p = text + sprintf(text, "{\"width\":1,\"height\":900000,\"features\":[{\"geometry\":"
                                   "{\"type\":\"Polygon\",\"coordinates\":[[");
    for (int i = 0; i < 10000; i++)
        p += sprintf(p, "%s[%d,%s]", i ? "," : "", i, i % 2 ? "1e300" : "-1e300");
    p += sprintf(p, "]]}}]}");
    io_write_file("h.geojson", text, (size_t)(p - text));
    io_refuse_load("h.geojson", SEG_LABELS, SEG_LIMIT,
                   "h.geojson: feature 0: a polygon of 10000 edges over 900000 rows: too much");
}

/* -- what a file is --------------------------------------------------------------------------- */

static void check_form(const char *path, enum segi_labels_form form, uint64_t distinct)
{
    struct segi_inspection found;
    cr_assert_eq(segi_inspect(io_context, path, 0, &found, &io_err), SEG_OK, "%s", io_err.text);
    cr_assert_eq(found.form, form, "%s: %s", path, segi_labels_names[found.form]);
    cr_assert_eq(found.distinct, distinct, "%s: %llu", path, (unsigned long long)found.distinct);
}

Test(vector, files_are_told_for_what_they_are)
{
    seg_layer *photo = io_layer(SEG_IMAGE, SEG_U8, 64, 64, 3, SEG_COLOR_RGB);
    struct seg_shape shape;
    struct segi_inspection found;
    cr_assert_eq(seg_layer_save(io_context, photo, NULL, "photo.png", &io_err), SEG_OK);
    cr_assert_eq(segi_inspect(io_context, "photo.png", 0, &found, &io_err), SEG_OK);
    cr_assert_eq(found.form, SEGI_LABELS_NONE);
    cr_assert_str_eq(found.format, "PNG");
    seg_layer *mask = io_layer(SEG_MASK, SEG_U8, 9, 9, 1, 0);
    cr_assert_eq(seg_layer_save(io_context, mask, NULL, "mask.png", &io_err), SEG_OK);
    check_form("mask.png", SEGI_LABELS_BINARY, 2);
    cr_assert_eq(seg_layer_save(io_context, mask, NULL, "mask.npy", &io_err), SEG_OK);
    check_form("mask.npy", SEGI_LABELS_INDEX, 2);
    io_write_file("rgb.ppm", TEXT("P3 3 1 255 0 0 9 1 0 0 1 0 0"));
    io_write_file("big.npy", TEXT("\x93NUMPY\1\0\x3a\0{'descr': '<i4', 'fortran_order': False, "
                                  "'shape': (1, 2)}\n\1\0\0\2\1\0\0\2"));
    check_form("big.npy", SEGI_LABELS_INDEX, 1); /* no image could hold it */
    seg_layer *labels = NULL;
    cr_assert_eq(segi_labels_load(io_context, "rgb.ppm", 0, SEGI_LABELS_RGB, &labels, &io_err),
                 SEG_OK);
    seg_layer_shape(labels, &shape);
    cr_assert_eq(io_sample(labels, 0, 0, 0), 1); /* 0 is black, which does not occur */
    cr_assert_eq(io_sample(labels, 0, 0, 2), 2);
    seg_layer_unref(labels);
    labels = NULL;
    cr_assert_eq(segi_labels_load(io_context, "photo.png", 0, SEGI_LABELS_AUTO, &labels, &io_err),
                 SEG_IO);
    cr_assert_str_eq(io_err.text, "photo.png: looks like a picture and not like labels; say how "
                                  "they lie in it: index, binary, palette or rgb");
    seg_layer_unref(photo);
    seg_layer_unref(mask);
}

/* -- simplification --------------------------------------------------------------------------- */

/* Every pixel has the label of the nearest of some points: regions with slanted lines that meet. */
static seg_layer *cells(int32_t w, int32_t h)
{
    struct seg_view view = SEG_VIEW;
    seg_layer *layer = io_layer(SEG_LABELS, SEG_I32, w, h, 1, 0);
    seg_layer_view(layer, &view, NULL);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            int32_t best = INT32_MAX;
            for (int32_t k = 0; k < 12; k++) {
                const int32_t dx = x - k * 37 % w, dy = y - k * k * 23 % h;
                if (dx * dx + dy * dy < best) {
                    best = dx * dx + dy * dy;
                    ((int32_t *)seg_row(&view, 0, y))[x] = k + 1;
                }
            }
        }
    return layer;
}

struct line {
    struct segi_corner a, b; /* a before b */
};

static int by_ends(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct line));
}

static size_t add_lines(const struct segi_outline *o, struct line *lines, size_t count)
{
    for (size_t i = 0; i < o->ring_count; i++)
        for (size_t k = 0; k < o->rings[i].count; k++) {
            const struct segi_corner *c = o->corners + o->rings[i].first;
            const struct segi_corner p = c[k], q = c[(k + 1) % o->rings[i].count];
            const bool swap = p.y != q.y ? q.y < p.y : q.x < p.x;
            cr_assert_lt(count, 5000);
            lines[count++] = swap ? (struct line){q, p} : (struct line){p, q};
        }
    return count;
}

Test(vector, simplified_neighbours_share_their_lines)
{
    static struct line lines[5000];
    const int32_t w = 90, h = 70;
    struct segi_outline o = {.mem = &io_context->mem};
    struct segi_regions regions;
    seg_layer *labels = cells(w, h);
    size_t count = 0, exact = 0;
    cr_assert_eq(segi_regions_find(io_context, labels, &regions, &io_err), SEG_OK);
    for (size_t i = 0; i < regions.count; i++) {
        cr_assert(segi_outline_trace(&o, &regions.list[i]));
        exact += o.corner_count;
        cr_assert(segi_outline_simplify(&o, &labels->view, 1.5));
        for (size_t k = 0; k < o.ring_count; k++)
            cr_assert_geq(o.rings[k].count, 3);
        count = add_lines(&o, lines, count);
    }
    cr_assert_lt(count * 4, exact);
    qsort(lines, count, sizeof *lines, by_ends);
    for (size_t i = 0; i < count;) {
        size_t n = 1;
        while (i + n < count && !by_ends(&lines[i], &lines[i + n]))
            n++;
        const struct line l = lines[i];
        const bool border = (l.a.x == l.b.x && (l.a.x == 0 || l.a.x == w)) ||
                            (l.a.y == l.b.y && (l.a.y == 0 || l.a.y == h));
        cr_assert(n == (border ? 1 : 2), "line %d,%d to %d,%d: %zu times", l.a.x, l.a.y, l.b.x,
                  l.b.y, n);
        i += n;
    }
    segi_outline_end(&o);
    segi_regions_end(&regions);
    seg_layer_unref(labels);
}

Test(vector, simplified_rings_keep_three_corners)
{
    struct segi_outline o = {.mem = &io_context->mem};
    struct segi_regions regions;
    seg_layer *labels = noise(40, 30, 2);
    cr_assert_eq(segi_regions_find(io_context, labels, &regions, &io_err), SEG_OK);
    for (size_t i = 0; i < regions.count; i++) {
        cr_assert(segi_outline_trace(&o, &regions.list[i]));
        cr_assert(segi_outline_simplify(&o, i ? &labels->view : NULL, 100));
        for (size_t k = 0; k < o.ring_count; k++)
            cr_assert_geq(o.rings[k].count, 3);
    }
    segi_outline_end(&o);
    segi_regions_end(&regions);
    seg_layer_unref(labels);
}
