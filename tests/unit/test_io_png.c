/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "io/png.h"

TestSuite(png, .init = io_setup, .fini = io_teardown);

/* -- a small encoder of everything that the format has ---------------------------------------- */

struct image {
    uint32_t width, height;
    unsigned depth, color, samples;
    bool interlaced;
    uint16_t pixels[40][40][4];
};

struct bytes {
    unsigned char data[200000];
    size_t size;
};

static void add(struct bytes *b, const void *data, size_t size)
{
    cr_assert_leq(b->size + size, sizeof b->data);
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void add32(struct bytes *b, uint32_t v)
{
    const unsigned char bytes[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
                                    (unsigned char)(v >> 8), (unsigned char)v};
    add(b, bytes, 4);
}

static void add_chunk(struct bytes *b, const char *type, const void *data, size_t size)
{
    const size_t at = b->size;
    add32(b, (uint32_t)size);
    add(b, type, 4);
    add(b, data, size);
    add32(b, (uint32_t)crc32(0, b->data + at + 4, (uInt)size + 4));
}

static int paeth(int a, int b, int c)
{
    const int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* One row as stored, behind the filter that its turn brings. */
static void add_row(struct bytes *raw, const unsigned char *row, const unsigned char *above,
                    size_t size, size_t step, unsigned filter)
{
    unsigned char out[400];
    for (size_t i = 0; i < size; i++) {
        const int a = i >= step ? row[i - step] : 0, b = above[i];
        const int c = i >= step ? above[i - step] : 0;
        const int guess[] = {0, a, b, (a + b) / 2, paeth(a, b, c)};
        out[i] = (unsigned char)(row[i] - guess[filter]);
    }
    const unsigned char number = (unsigned char)filter;
    add(raw, &number, 1);
    add(raw, out, size);
}

static void add_pass(struct bytes *raw, const struct image *im, uint32_t x0, uint32_t y0,
                     uint32_t dx, uint32_t dy)
{
    unsigned char rows[2][400] = {{0}};
    unsigned turn = 0;
    if (x0 >= im->width)
        return;
    for (uint32_t y = y0; y < im->height; y += dy, turn++) {
        unsigned char *row = rows[turn % 2];
        size_t bits = 0;
        memset(row, 0, sizeof rows[0]);
        for (uint32_t x = x0; x < im->width; x += dx)
            for (unsigned s = 0; s < im->samples; s++, bits += im->depth) {
                const unsigned v = im->pixels[y][x][s];
                if (im->depth == 16) {
                    row[bits / 8] = (unsigned char)(v >> 8);
                    row[bits / 8 + 1] = (unsigned char)v;
                } else {
                    row[bits / 8] =
                        (unsigned char)(row[bits / 8] | v << (8 - im->depth - bits % 8));
                }
            }
        const size_t step = im->samples * im->depth < 8 ? 1 : im->samples * im->depth / 8;
        add_row(raw, row, rows[(turn + 1) % 2], (bits + 7) / 8, step, turn % 5);
    }
}

static void encode(struct bytes *out, const struct image *im, const unsigned char *palette,
                   size_t palette_size, const unsigned char *clear, size_t clear_size)
{
    static struct bytes raw;
    static unsigned char packed[200000];
    uLongf packed_size = sizeof packed;
    struct bytes head = {.size = 0};
    raw.size = 0;
    if (im->interlaced) {
        static const uint32_t passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8},
                                              {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2},
                                              {0, 1, 1, 2}};
        for (int i = 0; i < 7; i++)
            add_pass(&raw, im, passes[i][0], passes[i][1], passes[i][2], passes[i][3]);
    } else {
        add_pass(&raw, im, 0, 0, 1, 1);
    }
    cr_assert_eq(compress(packed, &packed_size, raw.data, raw.size), Z_OK);
    out->size = 0;
    add(out, PNG_SIGNATURE, 8);
    add32(&head, im->width);
    add32(&head, im->height);
    const unsigned char rest[5] = {(unsigned char)im->depth, (unsigned char)im->color, 0, 0,
                                   im->interlaced};
    add(&head, rest, 5);
    add_chunk(out, "IHDR", head.data, head.size);
    if (palette)
        add_chunk(out, "PLTE", palette, palette_size);
    if (clear)
        add_chunk(out, "tRNS", clear, clear_size);
    add_chunk(out, "IDAT", packed, packed_size / 2);
    add_chunk(out, "IDAT", packed + packed_size / 2, packed_size - packed_size / 2);
    add_chunk(out, "IEND", "", 0);
}

static void fill(struct image *im)
{
    uint32_t seed = im->width * 31 + im->height * 17 + im->color + im->depth;
    for (uint32_t y = 0; y < im->height; y++)
        for (uint32_t x = 0; x < im->width; x++)
            for (unsigned s = 0; s < im->samples; s++) {
                seed = seed * 1664525 + 1013904223;
                /* noise on a slope, so that every filter meets all cases */
                const uint32_t v = x * 3 + y * 5 + (seed >> 28);
                im->pixels[y][x][s] =
                    (uint16_t)((im->depth == 16 ? v * 777 : v) & ((1u << im->depth) - 1));
            }
}

static struct image im;
static struct bytes file;

static void check_numbers(unsigned depth, unsigned color, unsigned samples, bool interlaced)
{
    static const uint32_t sizes[][2] = {{1, 1}, {5, 1}, {1, 9}, {8, 8}, {17, 13}, {33, 40}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        im = (struct image){.width = sizes[i][0],
                            .height = sizes[i][1],
                            .depth = depth,
                            .color = color,
                            .samples = samples,
                            .interlaced = interlaced};
        fill(&im);
        encode(&file, &im, NULL, 0, NULL, 0);
        io_write_file("a.png", file.data, file.size);
        seg_layer *layer = io_load("a.png", 0);
        const unsigned stretch = depth < 8 ? 255 / ((1u << depth) - 1) : 1;
        struct seg_shape shape;
        seg_layer_shape(layer, &shape);
        cr_assert_eq((uint32_t)shape.width, im.width);
        cr_assert_eq((uint32_t)shape.height, im.height);
        cr_assert_eq((unsigned)shape.planes, samples);
        for (int32_t y = 0; y < shape.height; y++)
            for (int32_t x = 0; x < shape.width; x++)
                for (int32_t p = 0; p < shape.planes; p++)
                    cr_assert_eq(io_sample(layer, p, y, x), im.pixels[y][x][p] * stretch,
                                 "%ux%u depth %u colour %u: row %d column %d", im.width, im.height,
                                 depth, color, y, x);
        seg_layer_unref(layer);
    }
}

static void check_all_kinds(void)
{
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        for (unsigned depth = 1; depth <= 16; depth *= 2)
            check_numbers(depth, PNG_GRAY, 1, interlaced);
        for (unsigned depth = 8; depth <= 16; depth += 8) {
            check_numbers(depth, PNG_RGB, 3, interlaced);
            check_numbers(depth, PNG_GRAY_ALPHA, 2, interlaced);
            check_numbers(depth, PNG_RGBA, 4, interlaced);
        }
    }
}

Test(png, reads_every_depth_colour_filter_and_interlacing)
{
    check_all_kinds();
}

Test(png, reads_the_same_without_vector_code)
{
    setenv("SEGKIT_CPU", "portable", 1);
    check_all_kinds();
}

/* -- palettes and transparency ---------------------------------------------------------------- */

static const unsigned char colors[] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};

static void make_palette_file(unsigned depth, bool alpha)
{
    static const unsigned char clear[] = {0, 128, 255};
    im = (struct image){
        .width = 11, .height = 7, .depth = depth, .color = PNG_PALETTE, .samples = 1};
    for (uint32_t y = 0; y < 7; y++)
        for (uint32_t x = 0; x < 11; x++)
            im.pixels[y][x][0] = (uint16_t)((x + y) % 4);
    encode(&file, &im, colors, sizeof colors, alpha ? clear : NULL, sizeof clear);
    io_write_file("p.png", file.data, file.size);
}

Test(png, shows_palettes_in_colour_and_reads_them_as_numbers)
{
    for (unsigned depth = 2; depth <= 8; depth *= 2) {
        make_palette_file(depth, false);
        seg_layer *image = io_load("p.png", 0), *labels = io_load("p.png", SEG_LABELS);
        struct seg_shape shape;
        seg_layer_shape(image, &shape);
        cr_assert_eq(shape.planes, 3);
        for (int32_t y = 0; y < 7; y++)
            for (int32_t x = 0; x < 11; x++) {
                const int i = (x + y) % 4;
                cr_assert_eq(io_sample(labels, 0, y, x), i);
                for (int32_t p = 0; p < 3; p++)
                    cr_assert_eq(io_sample(image, p, y, x), colors[3 * i + p]);
            }
        seg_layer_unref(image);
        seg_layer_unref(labels);
    }
}

Test(png, palettes_may_have_alpha)
{
    make_palette_file(2, true);
    seg_layer *image = io_load("p.png", 0);
    struct seg_shape shape;
    seg_layer_shape(image, &shape);
    cr_assert_eq(shape.planes, 4);
    cr_assert_eq(io_sample(image, 3, 0, 0), 0);
    cr_assert_eq(io_sample(image, 3, 0, 1), 128);
    cr_assert_eq(io_sample(image, 3, 0, 3), 255);
    seg_layer_unref(image);
}

Test(png, one_colour_may_mean_transparent)
{
    const unsigned char key[] = {0, 3};
    im = (struct image){.width = 4, .height = 1, .depth = 2, .color = PNG_GRAY, .samples = 1};
    for (uint16_t x = 0; x < 4; x++)
        im.pixels[0][x][0] = x;
    encode(&file, &im, NULL, 0, key, sizeof key);
    io_write_file("k.png", file.data, file.size);
    seg_layer *image = io_load("k.png", 0);
    cr_assert_eq(io_sample(image, 0, 0, 2), 170);
    cr_assert_eq(io_sample(image, 1, 0, 2), 255);
    cr_assert_eq(io_sample(image, 1, 0, 3), 0);
    seg_layer_unref(image);
}

Test(png, an_index_beyond_the_palette_is_refused)
{
    im = (struct image){.width = 2, .height = 2, .depth = 8, .color = PNG_PALETTE, .samples = 1};
    im.pixels[1][0][0] = 4;
    encode(&file, &im, colors, sizeof colors, NULL, 0);
    io_write_file("p.png", file.data, file.size);
    io_refuse_load("p.png", 0, SEG_IO, "p.png: damaged: row 1: index 4 into a palette of 4");
    seg_layer_unref(io_load("p.png", SEG_LABELS));
}

/* -- kinds ------------------------------------------------------------------------------------ */

Test(png, gray_colours_are_labels_and_others_are_not)
{
    im = (struct image){.width = 3, .height = 2, .depth = 8, .color = PNG_RGB, .samples = 3};
    for (int s = 0; s < 3; s++)
        im.pixels[1][2][s] = 7;
    encode(&file, &im, NULL, 0, NULL, 0);
    io_write_file("c.png", file.data, file.size);
    seg_layer *labels = io_load("c.png", SEG_LABELS), *mask = io_load("c.png", SEG_MASK);
    cr_assert_eq(io_sample(labels, 0, 1, 2), 7);
    cr_assert_eq(io_sample(mask, 0, 1, 2), 1);
    cr_assert_eq(io_sample(mask, 0, 1, 1), 0);
    seg_layer_unref(labels);
    seg_layer_unref(mask);
    im.pixels[1][2][1] = 8;
    encode(&file, &im, NULL, 0, NULL, 0);
    io_write_file("c.png", file.data, file.size);
    io_refuse_load("c.png", SEG_LABELS, SEG_IO,
                   "c.png: row 1, column 2: a colour is no label: red, green and blue differ");
    io_refuse_load("c.png", SEG_SCORES, SEG_IO,
                   "c.png: holds integers: scores are floating-point numbers");
}

/* -- damage ----------------------------------------------------------------------------------- */

static size_t big_file(void)
{
    im = (struct image){.width = 40, .height = 40, .depth = 8, .color = PNG_GRAY, .samples = 1};
    fill(&im);
    encode(&file, &im, NULL, 0, NULL, 0);
    return file.size;
}

Test(png, a_cut_file_says_how_far_it_goes)
{
    /* one chunk of stored blocks, so that rows can be counted by hand */
    static unsigned char packed[4000], raw[40 * 41];
    uLongf size = sizeof packed;
    cr_assert_eq(compress2(packed, &size, raw, sizeof raw, 0), Z_OK);
    big_file();
    struct bytes cut = {.size = 0};
    add(&cut, file.data, 33);
    add_chunk(&cut, "IDAT", packed, size);
    io_write_file("t.png", cut.data, 33 + 8 + 7 + 41 * 31 + 5);
    io_refuse_load("t.png", 0, SEG_IO, "t.png: truncated: 31 of 40 rows");
}

Test(png, every_cut_is_refused_with_one_line)
{
    const size_t size = big_file();
    for (size_t n = 0; n < size - 12; n++) { /* without its end it is whole */
        seg_layer *layer = NULL;
        io_write_file("t.png", file.data, n);
        cr_assert_eq(seg_layer_load(io_context, "t.png", 0, 0, &layer, &io_err), SEG_IO, "%zu", n);
        cr_assert_null(layer);
        cr_assert(!strncmp(io_err.text, "t.png: ", 7), "%s", io_err.text);
    }
}

Test(png, a_changed_byte_is_noticed)
{
    const size_t size = big_file();
    for (size_t n = 0; n < size - 12; n++) {
        seg_layer *layer = NULL;
        file.data[n] ^= 0x10;
        io_write_file("d.png", file.data, size);
        cr_assert_neq(seg_layer_load(io_context, "d.png", 0, 0, &layer, &io_err), SEG_OK, "%zu", n);
        file.data[n] ^= 0x10;
    }
}

Test(png, the_limit_counts_before_anything_is_made)
{
    big_file();
    file.data[16] = file.data[20] = 0x7f; /* width and height; the checksum is mended */
    const uint32_t crc = (uint32_t)crc32(0, file.data + 12, 17);
    for (int i = 0; i < 4; i++)
        file.data[29 + i] = (unsigned char)(crc >> (24 - 8 * i));
    io_write_file("h.png", file.data, file.size);
    io_refuse_load("h.png", 0, SEG_LIMIT,
                   "h.png: 2130706472 x 2130706472 pixels: more than the limit of 1000000 "
                   "(--max-pixels)");
}

Test(png, a_small_file_cannot_claim_many_rows)
{
    big_file();
    file.data[17] = 0; /* 40 x 20008: below the limit, and far more than the data can hold */
    file.data[22] = 0x4e;
    const uint32_t crc = (uint32_t)crc32(0, file.data + 12, 17);
    for (int i = 0; i < 4; i++)
        file.data[29 + i] = (unsigned char)(crc >> (24 - 8 * i));
    io_write_file("h.png", file.data, file.size);
    io_refuse_load("h.png", 0, SEG_IO, "h.png: truncated: 40 of 20008 rows");
}

/* -- writing ---------------------------------------------------------------------------------- */

Test(png, images_come_back_as_they_were)
{
    static const struct {
        int32_t planes;
        uint32_t color;
    } kinds[] = {
        {1, SEG_COLOR_GRAY}, {2, SEG_COLOR_GRAY_ALPHA}, {3, SEG_COLOR_RGB}, {4, SEG_COLOR_RGBA}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (uint32_t dtype = SEG_U8; dtype <= SEG_U16; dtype++)
            for (int32_t w = 1; w < 80; w = w * 3 + 2)
                for (int32_t h = 1; h < 30; h = h * 2 + 3) {
                    seg_layer *layer =
                        io_layer(SEG_IMAGE, dtype, w, h, kinds[i].planes, kinds[i].color);
                    io_round_trip(layer, "i.png");
                    seg_layer_unref(layer);
                }
}

Test(png, masks_are_one_bit)
{
    for (int32_t w = 1; w < 20; w++) {
        seg_layer *mask = io_layer(SEG_MASK, SEG_U8, w, 3, 1, 0);
        io_round_trip(mask, "m.png");
        seg_layer_unref(mask);
    }
    io_read_file("m.png", file.data, 64);
    cr_assert_eq(file.data[24], 1);
}

static seg_layer *labels_up_to(int32_t most)
{
    struct seg_view view = SEG_VIEW;
    seg_layer *labels = io_layer(SEG_LABELS, SEG_I32, 9, 5, 1, 0);
    seg_layer_view(labels, &view, NULL);
    ((int32_t *)seg_row(&view, 0, 2))[3] = most;
    return labels;
}

Test(png, labels_take_the_smallest_depth_and_never_wrap)
{
    static const struct {
        int32_t most;
        unsigned depth;
    } cases[] = {{255, 8}, {256, 16}, {65535, 16}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        seg_layer *labels = labels_up_to(cases[i].most);
        io_round_trip(labels, "l.png");
        io_read_file("l.png", file.data, 64);
        cr_assert_eq(file.data[24], cases[i].depth);
        seg_layer_unref(labels);
    }
    seg_layer *labels = labels_up_to(65536);
    io_refuse_save(labels, "n.png", SEG_USAGE,
                   "n.png: label 65536: PNG holds labels up to 65535; use .tif or .npy");
    seg_layer_unref(labels);
    labels = labels_up_to(-1);
    io_refuse_save(labels, "n.png", SEG_USAGE,
                   "n.png: PNG cannot hold void pixels (label -1); use .tif or .npy");
    seg_layer_unref(labels);
    cr_assert_eq(io_count_files(), 1);
}

Test(png, carries_the_size_of_a_pixel_and_the_profile)
{
    const struct seg_props props = {.struct_size = sizeof props,
                                    .color = SEG_COLOR_RGB,
                                    .pixel_size = {0.5, 0.25},
                                    .unit = "um"};
    struct seg_props again;
    static unsigned char profile[9000];
    for (size_t i = 0; i < sizeof profile; i++)
        profile[i] = (unsigned char)(i * i >> 3);
    seg_layer *image = io_layer(SEG_IMAGE, SEG_U8, 5, 4, 3, SEG_COLOR_RGB);
    seg_layer_set_props(image, &props, NULL);
    cr_assert(segi_layer_set_blob(image, &image->icc, profile, sizeof profile));
    cr_assert_eq(seg_layer_save(io_context, image, NULL, "c.png", &io_err), SEG_OK);
    seg_layer *back = io_load("c.png", 0);
    seg_layer_props(back, &again);
    cr_assert_float_eq(again.pixel_size[0], 0.5, 1e-6);
    cr_assert_float_eq(again.pixel_size[1], 0.25, 1e-6);
    cr_assert_str_eq(again.unit, "um");
    cr_assert_eq(back->icc.size, sizeof profile);
    cr_assert_arr_eq(back->icc.data, profile, sizeof profile);
    seg_layer_unref(image);
    seg_layer_unref(back);
}

Test(png, refuses_what_it_cannot_hold)
{
    seg_layer *f32 = io_layer(SEG_IMAGE, SEG_F32, 4, 4, 1, SEG_COLOR_GRAY);
    io_refuse_save(f32, "f.png", SEG_USAGE,
                   "f.png: PNG cannot hold samples of type f32; use .tif or .npy");
    seg_layer_unref(f32);
    seg_layer *lab = io_layer(SEG_IMAGE, SEG_U8, 4, 4, 3, SEG_COLOR_LAB);
    io_refuse_save(lab, "f.png", SEG_USAGE,
                   "f.png: PNG cannot hold 3 planes of colour space 'lab'; use .tif or .npy");
    seg_layer_unref(lab);
    seg_layer *scores = io_layer(SEG_SCORES, SEG_F32, 4, 4, 2, 0);
    io_refuse_save(scores, "f.png", SEG_USAGE, "f.png: PNG cannot hold scores; use .tif or .npy");
    seg_layer_unref(scores);
    cr_assert_eq(io_count_files(), 0);
}
