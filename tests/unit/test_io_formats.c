/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

TestSuite(formats, .init = io_setup, .fini = io_teardown);

#define TEXT(text) text, sizeof text - 1

static void check_row(const char *path, enum seg_kind kind, int32_t plane, int32_t y, int32_t n,
                      const double *want)
{
    seg_layer *layer = io_load(path, kind);
    for (int32_t x = 0; x < n; x++)
        cr_assert_eq(io_sample(layer, plane, y, x), want[x], "%s: plane %d row %d column %d: %g",
                     path, plane, y, x, io_sample(layer, plane, y, x));
    seg_layer_unref(layer);
}
#define CHECK(path, kind, plane, y, ...)                                                           \
    check_row(path, kind, plane, y, (int32_t)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)),   \
              (const double[]){__VA_ARGS__})

Test(formats, nothing_is_told_by_its_name)
{
    io_write_file("a.png", TEXT("P2 2 1 255 7 9"));
    CHECK("a.png", 0, 0, 0, 7, 9);
    io_write_file("b.png", TEXT("hello, world"));
    io_refuse_load("b.png", 0, SEG_IO, "b.png: not a PNG, JPEG, TIFF, PNM, NPY or BMP image");
    io_write_file("c.png", TEXT("GIF89a\1\2\3\4\5"));
    io_refuse_load("c.png", 0, SEG_IO,
                   "c.png: GIF is not read: not a PNG, JPEG, TIFF, PNM, NPY or BMP image");
    io_write_file("d.png", "", 0);
    io_refuse_load("d.png", 0, SEG_IO, "d.png: is empty");
    io_refuse_load("none.png", 0, SEG_IO, "none.png: cannot open: No such file or directory");
    io_refuse_load("/tmp", 0, SEG_IO, "/tmp: is a folder, not an image");
    io_refuse_load("/dev/zero", 0, SEG_IO,
                   "/dev/zero: not a PNG, JPEG, TIFF, PNM, NPY or BMP image");
}

Test(formats, standard_input_is_a_dash)
{
    io_write_file("in", TEXT("P2 2 1 255 7 9"));
    cr_assert(freopen("in", "rb", stdin));
    CHECK("-", 0, 0, 0, 7, 9);
    io_refuse_load("-", 0, SEG_IO, "standard input: is empty");
}

/* -- PNM -------------------------------------------------------------------------------------- */

Test(formats, pnm_text)
{
    io_write_file("a.pbm", TEXT("P1 # note\n3 2\n010\n1 0 1\n"));
    CHECK("a.pbm", 0, 0, 0, 255, 0, 255);
    CHECK("a.pbm", SEG_MASK, 0, 1, 1, 0, 1);
    io_write_file("a.pgm", TEXT("P2\n3 1 15\n0 5 15"));
    CHECK("a.pgm", 0, 0, 0, 0, 85, 255);
    CHECK("a.pgm", SEG_LABELS, 0, 0, 0, 5, 15);
    io_write_file("a.ppm", TEXT("P3 1 1 65535 1 256 65535"));
    CHECK("a.ppm", 0, 1, 0, 256);
}

Test(formats, pnm_binary)
{
    io_write_file("b.pbm", TEXT("P4\n9 1\n\x81\x80"));
    CHECK("b.pbm", SEG_MASK, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1);
    io_write_file("b.pgm", TEXT("P5 2 1 4095\n\x01\x02\x0f\xff"));
    CHECK("b.pgm", 0, 0, 0, 258, 4095);
    io_write_file("b.pam", TEXT("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\n"
                                "TUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\x09\x80"));
    CHECK("b.pam", 0, 1, 0, 128);
}

Test(formats, pnm_refusals)
{
    io_write_file("r.pgm", TEXT("P5 4 4 255\n12345"));
    io_refuse_load("r.pgm", 0, SEG_IO, "r.pgm: truncated: 1 of 4 rows");
    io_write_file("r.pgm", TEXT("P2 2 2 255 1 2 3 x"));
    io_refuse_load("r.pgm", 0, SEG_IO, "r.pgm: damaged: row 1: not a number in 0..255");
    io_write_file("r.pgm", TEXT("P2 2 2 255 1 2 3 256"));
    io_refuse_load("r.pgm", 0, SEG_IO, "r.pgm: truncated: 1 of 2 rows");
    io_write_file("r.pgm", TEXT("P5 2 2 70000\n"));
    io_refuse_load("r.pgm", 0, SEG_IO, "r.pgm: damaged: largest value 70000: not in 1..65535");
    io_write_file("r.pgm", TEXT("P5 2000000 2000000 255\n"));
    io_refuse_load("r.pgm", 0, SEG_LIMIT,
                   "r.pgm: 2000000 x 2000000 pixels: more than the limit of 1000000 "
                   "(--max-pixels)");
    io_write_file("r.pam", TEXT("P7\nWIDTH 2\nHIGHT 2\n"));
    io_refuse_load("r.pam", 0, SEG_IO, "r.pam: damaged: the header is not that of a PAM file");
}

Test(formats, pnm_round_trips)
{
    static const struct {
        const char *name;
        int32_t planes;
        uint32_t color;
    } kinds[] = {{"t.pgm", 1, SEG_COLOR_GRAY},
                 {"t.ppm", 3, SEG_COLOR_RGB},
                 {"t.pam", 2, SEG_COLOR_GRAY_ALPHA},
                 {"t.pam", 4, SEG_COLOR_RGBA}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (uint32_t dtype = SEG_U8; dtype <= SEG_U16; dtype++) {
            seg_layer *layer = io_layer(SEG_IMAGE, dtype, 13, 7, kinds[i].planes, kinds[i].color);
            io_round_trip(layer, kinds[i].name);
            seg_layer_unref(layer);
        }
    seg_layer *f32 = io_layer(SEG_IMAGE, SEG_F32, 5, 7, 3, SEG_COLOR_RGB);
    io_round_trip(f32, "t.pfm");
    seg_layer_unref(f32);
    seg_layer *mask = io_layer(SEG_MASK, SEG_U8, 13, 7, 1, 0);
    io_round_trip(mask, "t.pbm");
    seg_layer_unref(mask);
    seg_layer *labels = io_layer(SEG_LABELS, SEG_I32, 13, 7, 1, 0);
    io_round_trip(labels, "t.pgm");
    seg_layer_unref(labels);
}

/* -- NPY -------------------------------------------------------------------------------------- */

static void write_npy(const char *path, const char *header, const void *data, size_t size)
{
    unsigned char bytes[512] = "\x93NUMPY\1";
    bytes[8] = (unsigned char)strlen(header);
    memcpy(bytes + 10, header, strlen(header));
    memcpy(bytes + 10 + strlen(header), data, size);
    io_write_file(path, bytes, 10 + strlen(header) + size);
}

Test(formats, npy_types_and_orders)
{
    write_npy("a.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }\n",
              (const int64_t[]){1, 70000, -1, 3}, 32);
    CHECK("a.npy", SEG_LABELS, 0, 0, 1, 70000);
    CHECK("a.npy", SEG_LABELS, 0, 1, -1, 3);
    CHECK("a.npy", 0, 0, 0, 1, 70000);
    write_npy("a.npy", "{'descr': '>u2', 'fortran_order': True, 'shape': (2, 3), }\n",
              (const unsigned char[]){1, 0, 1, 1, 1, 2, 1, 3, 1, 4, 1, 5}, 12);
    CHECK("a.npy", 0, 0, 0, 256, 258, 260);
    CHECK("a.npy", 0, 0, 1, 257, 259, 261);
    write_npy("a.npy", "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 3), }\n", "\1\0\1",
              3);
    CHECK("a.npy", SEG_MASK, 0, 0, 1, 0, 1);
    write_npy("a.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1, 2), }\n",
              (const double[]){0.5, 0.25, 0.5, 0.75}, 32);
    CHECK("a.npy", SEG_SCORES, 1, 0, 0.5, 0.75);
}

Test(formats, npy_colours_may_come_last)
{
    unsigned char rgb[5 * 2 * 3];
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (unsigned char)i;
    write_npy("a.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 2, 3), }\n", rgb,
              sizeof rgb);
    CHECK("a.npy", 0, 0, 0, 0, 3);
    CHECK("a.npy", 0, 2, 1, 8, 11);
    CHECK("a.npy", SEG_SCORES, 4, 1, 27, 28, 29);
}

Test(formats, npy_refusals)
{
    write_npy("r.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 2), }\n",
              (const int32_t[]){1, 2, 3, -7}, 16);
    io_refuse_load("r.npy", SEG_LABELS, SEG_IO,
                   "r.npy: row 1, column 1: label -7 is not in -1..2147483647");
    write_npy("r.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n",
              (const float[]){1, 2.5F}, 8);
    io_refuse_load("r.npy", SEG_LABELS, SEG_IO,
                   "r.npy: row 0, column 1: 2.5 is no label: labels are whole numbers");
    write_npy("r.npy", "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }\n",
              (const int32_t[]){1, 16777217}, 8);
    io_refuse_load("r.npy", 0, SEG_IO,
                   "r.npy: row 0, column 1: 16777217 is beyond the whole numbers that an image of "
                   "type f32 can hold (read it as labels)");
    write_npy("r.npy", "{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }\n", "", 0);
    io_refuse_load("r.npy", 0, SEG_IO,
                   "r.npy: samples of type '<c8', are not read: only bool, integers, f4 and f8");
    write_npy("r.npy", "{'descr': '<u1', 'fortran_order': False, 'shape': (7,), }\n", "", 0);
    io_refuse_load("r.npy", 0, SEG_IO,
                   "r.npy: an array of fewer than 2 dimensions is no image: (rows, columns) or "
                   "(planes, rows, columns)");
    write_npy("r.npy", "{'descr': '<u1', 'fortran_order': False, 'shape': (4, 3), }\n", "12345", 5);
    io_refuse_load("r.npy", 0, SEG_IO, "r.npy: truncated: 1 of 4 rows");
    write_npy("r.npy", "{'descr': '<u1', 'fortran_order': True, 'shape': (4, 3), }\n", "12345", 5);
    io_refuse_load("r.npy", 0, SEG_IO, "r.npy: truncated: 0 of 4 rows");
    write_npy("r.npy", "{'descr': '<u1', 'fortran_order': False, 'shape': (3, 2, 2), }\n",
              "123456789012", 12);
    io_refuse_load("r.npy", SEG_LABELS, SEG_IO, "r.npy: 3 planes: labels has 1");
}

Test(formats, npy_round_trips)
{
    static const struct {
        uint32_t kind, dtype;
        int32_t planes;
    } kinds[] = {{SEG_IMAGE, SEG_U8, 1},   {SEG_IMAGE, SEG_U16, 5},  {SEG_IMAGE, SEG_F32, 2},
                 {SEG_SCORES, SEG_F32, 3}, {SEG_LABELS, SEG_I32, 1}, {SEG_MASK, SEG_U8, 1}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        seg_layer *layer = io_layer(kinds[i].kind, kinds[i].dtype, 11, 6, kinds[i].planes, 0);
        io_round_trip(layer, "t.npy");
        seg_layer_unref(layer);
    }
}

/* -- BMP -------------------------------------------------------------------------------------- */

/* 3 x 2 pixels; rows of 4, 4 and 12 bytes. */
static void write_bmp(unsigned bits, int height, const unsigned char *palette, unsigned colors,
                      const unsigned char *data, size_t size)
{
    unsigned char bytes[400] = "BM";
    const unsigned offset = 54 + colors * 4;
    bytes[10] = (unsigned char)offset;
    bytes[14] = 40;
    bytes[18] = 3;
    memcpy(bytes + 22, &height, 4);
    bytes[26] = 1;
    bytes[28] = (unsigned char)bits;
    bytes[46] = (unsigned char)colors;
    if (colors)
        memcpy(bytes + 54, palette, colors * 4);
    memcpy(bytes + offset, data, size);
    io_write_file("b.bmp", bytes, offset + size);
}

Test(formats, bmp)
{
    static const unsigned char palette[] = {0, 0, 0, 0, 255, 255, 255, 0, 9, 8, 7, 0};
    write_bmp(1, 2, palette, 2, (const unsigned char[]){0xa0, 0, 0, 0, 0x40, 0, 0, 0}, 8);
    CHECK("b.bmp", 0, 0, 0, 0, 255, 0);
    CHECK("b.bmp", 0, 0, 1, 255, 0, 255);
    write_bmp(8, -2, palette, 3, (const unsigned char[]){2, 0, 1, 0, 1, 1, 2, 0}, 8);
    CHECK("b.bmp", 0, 0, 0, 7, 0, 255);
    CHECK("b.bmp", 0, 2, 0, 9, 0, 255);
    CHECK("b.bmp", SEG_LABELS, 0, 1, 1, 1, 2);
    write_bmp(24, -2, NULL, 0, (const unsigned char[24]){3, 2, 1, 6, 5, 4}, 24);
    CHECK("b.bmp", 0, 0, 0, 1, 4, 0);
    CHECK("b.bmp", 0, 2, 0, 3, 6, 0);
    write_bmp(24, 2, NULL, 0, (const unsigned char[24]){0}, 15);
    io_refuse_load("b.bmp", 0, SEG_IO, "b.bmp: truncated: 1 of 2 rows");
    write_bmp(16, 2, NULL, 0, (const unsigned char[24]){0}, 24);
    io_refuse_load("b.bmp", 0, SEG_IO,
                   "b.bmp: BMP with 16 bits a pixel is not read: only 1, 4, 8, 24 and 32");
    write_bmp(8, 2, palette, 2, (const unsigned char[]){2, 0, 0, 0, 0, 0, 0, 0}, 8);
    io_refuse_load("b.bmp", 0, SEG_IO, "b.bmp: damaged: index 2 into a palette of 2");
}

/* -- JPEG ------------------------------------------------------------------------------------- */

/* 16 x 32 pixels, the upper left quarter light and the rest dark; `orientation` 0 writes no EXIF.
 */
static void write_jpeg(J_COLOR_SPACE space, int components, unsigned orientation, bool progressive)
{
    struct jpeg_compress_struct out;
    struct jpeg_error_mgr errors;
    unsigned char exif[] = "Exif\0\0MM\0\x2a\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\0\0\0\0\0\0\0";
    FILE *file = fopen("j.jpg", "wb");
    out.err = jpeg_std_error(&errors);
    jpeg_create_compress(&out);
    jpeg_stdio_dest(&out, file);
    out.image_width = 16;
    out.image_height = 32;
    out.input_components = components;
    out.in_color_space = space;
    jpeg_set_defaults(&out);
    jpeg_set_quality(&out, 95, TRUE);
    if (progressive)
        jpeg_simple_progression(&out);
    jpeg_start_compress(&out, TRUE);
    exif[25] = (unsigned char)orientation;
    if (orientation)
        jpeg_write_marker(&out, JPEG_APP0 + 1, exif, sizeof exif - 1);
    for (int y = 0; y < 32; y++) {
        unsigned char row[64];
        for (int i = 0; i < 16 * components; i++)
            row[i] = y < 16 && i < 8 * components ? 200 : 40;
        JSAMPROW rows[1] = {row};
        jpeg_write_scanlines(&out, rows, 1);
    }
    jpeg_finish_compress(&out);
    jpeg_destroy_compress(&out);
    fclose(file);
}

static void near(const seg_layer *layer, int32_t plane, int32_t y, int32_t x, double want)
{
    const double got = io_sample(layer, plane, y, x);
    cr_assert(got > want - 4 && got < want + 4, "plane %d row %d column %d: %g for %g", plane, y, x,
              got, want);
}

Test(formats, jpeg_colour_spaces)
{
    for (int progressive = 0; progressive < 2; progressive++) {
        write_jpeg(JCS_GRAYSCALE, 1, 0, progressive);
        seg_layer *layer = io_load("j.jpg", 0);
        near(layer, 0, 3, 3, 200);
        near(layer, 0, 20, 3, 40);
        seg_layer_unref(layer);
        write_jpeg(JCS_RGB, 3, 0, progressive);
        layer = io_load("j.jpg", 0);
        near(layer, 2, 3, 3, 200);
        near(layer, 1, 3, 12, 40);
        seg_layer_unref(layer);
        write_jpeg(JCS_CMYK, 4, 0, progressive); /* as Adobe: 255 is no ink */
        layer = io_load("j.jpg", 0);
        struct seg_shape shape;
        seg_layer_shape(layer, &shape);
        cr_assert_eq(shape.planes, 3);
        near(layer, 0, 3, 3, 200.0 * 200 / 255);
        near(layer, 0, 20, 3, 40.0 * 40 / 255);
        seg_layer_unref(layer);
    }
}

Test(formats, jpeg_is_turned_upright)
{
    /* where the light quarter ends up: right, low */
    static const bool places[9][2] = {{0, 0}, {0, 0}, {1, 0}, {1, 1}, {0, 1},
                                      {0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (unsigned o = 1; o <= 8; o++) {
        struct seg_shape shape;
        write_jpeg(JCS_GRAYSCALE, 1, o, false);
        seg_layer *layer = io_load("j.jpg", 0);
        seg_layer_shape(layer, &shape);
        cr_assert_eq(shape.width, o < 5 ? 16 : 32, "%u", o);
        for (int32_t low = 0; low < 2; low++)
            for (int32_t right = 0; right < 2; right++)
                near(layer, 0, low ? shape.height - 3 : 2, right ? shape.width - 3 : 2,
                     places[o][0] == right && places[o][1] == low ? 200 : 40);
        seg_layer_unref(layer);
    }
}

Test(formats, a_cut_jpeg_is_refused)
{
    unsigned char bytes[4000];
    write_jpeg(JCS_GRAYSCALE, 1, 0, false);
    const size_t size = io_read_file("j.jpg", bytes, sizeof bytes);
    for (size_t n = 2; n < size - 2; n++) {
        seg_layer *layer = NULL;
        io_write_file("c.jpg", bytes, n);
        cr_assert_eq(seg_layer_load(io_context, "c.jpg", 0, 0, &layer, &io_err), SEG_IO,
                     "%zu of %zu", n, size);
        cr_assert(!strncmp(io_err.text, "c.jpg: ", 7));
    }
}
