/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "io.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "data/layer.h"

TestSuite(tiff, .init = io_setup, .fini = io_teardown);

Test(tiff, layers_come_back_as_they_were)
{
    static const struct {
        uint32_t kind, dtype, color;
        int32_t planes;
    } kinds[] = {
        {SEG_IMAGE, SEG_U8, SEG_COLOR_GRAY, 1},
        {SEG_IMAGE, SEG_U16, SEG_COLOR_GRAY, 1},
        {SEG_IMAGE, SEG_F32, SEG_COLOR_GRAY, 1},
        {SEG_IMAGE, SEG_U8, SEG_COLOR_RGB, 3},
        {SEG_IMAGE, SEG_U16, SEG_COLOR_RGBA, 4},
        {SEG_IMAGE, SEG_U8, SEG_COLOR_GRAY_ALPHA, 2},
        {SEG_IMAGE, SEG_U16, 0, 5},
        {SEG_SCORES, SEG_F32, 0, 3},
        {SEG_LABELS, SEG_I32, 0, 1},
        {SEG_MASK, SEG_U8, 0, 1},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int32_t w = 1; w < 700; w = w * 5 + 1) {
            seg_layer *layer = io_layer(kinds[i].kind, kinds[i].dtype, w, 900 / (w + 1) + 1,
                                        kinds[i].planes, kinds[i].color);
            io_round_trip(layer, "a.tif");
            seg_layer_unref(layer);
        }
}

static unsigned bits_of(const char *path)
{
    uint16_t bits = 0;
    TIFF *tif = TIFFOpen(path, "r");
    TIFFGetField(tif, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFClose(tif);
    return bits;
}

Test(tiff, labels_take_the_smallest_depth)
{
    static const struct {
        int32_t label;
        unsigned bits;
    } cases[] = {{255, 8}, {256, 16}, {65536, 32}, {INT32_MAX, 32}, {-1, 32}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seg_view view = SEG_VIEW;
        seg_layer *labels = io_layer(SEG_LABELS, SEG_I32, 6, 4, 1, 0);
        seg_layer_view(labels, &view, NULL);
        ((int32_t *)seg_row(&view, 0, 1))[2] = cases[i].label;
        io_round_trip(labels, "l.tif");
        cr_assert_eq(bits_of("l.tif"), cases[i].bits);
        seg_layer_unref(labels);
    }
}

/* -- files of others -------------------------------------------------------------------------- */

struct make {
    unsigned bits, samples, format, photometric, planar, compression;
    bool tiled;
    const char *mode;
};

static unsigned value(int plane, int y, int x, unsigned bits)
{
    const unsigned v = (unsigned)(y * 31 + x * 7 + plane * 57);
    return bits >= 16 ? v * 11 : v & ((1u << bits) - 1);
}

static void put(unsigned char *row, int i, unsigned bits, unsigned format, unsigned v)
{
    const float f = (float)v;
    const uint16_t word = (uint16_t)v;
    if (bits < 8)
        row[i * (int)bits / 8] |= (unsigned char)(v << (8 - bits - (unsigned)i * bits % 8));
    else if (bits == 8)
        row[i] = (unsigned char)v;
    else if (bits == 16)
        memcpy(row + 2 * i, &word, 2);
    else if (format == SAMPLEFORMAT_IEEEFP)
        memcpy(row + 4 * i, &f, 4);
    else
        memcpy(row + 4 * i, &v, 4);
}

#define W 37
#define H 21

static void write_block(TIFF *tif, const struct make *m, int plane, int x0, int y0, int w, int h,
                        uint32_t block)
{
    static unsigned char bytes[64 * 64 * 16];
    const int together = m->planar == PLANARCONFIG_CONTIG ? (int)m->samples : 1;
    const size_t size = ((size_t)(w * together) * m->bits + 7) / 8;
    memset(bytes, 0, sizeof bytes);
    for (int y = 0; y < h && y0 + y < H; y++)
        for (int x = 0; x < w && x0 + x < W; x++)
            for (int s = 0; s < together; s++)
                put(bytes + (size_t)y * size, x * together + s, m->bits, m->format,
                    value(together > 1 ? s : plane, y0 + y, x0 + x, m->bits));
    if (m->tiled)
        TIFFWriteEncodedTile(tif, block, bytes, (tmsize_t)(size * (size_t)h));
    else
        TIFFWriteEncodedStrip(tif, block, bytes,
                              (tmsize_t)(size * (size_t)(y0 + h > H ? H - y0 : h)));
}

static void write_page(TIFF *tif, const struct make *m)
{
    TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, W);
    TIFFSetField(tif, TIFFTAG_IMAGELENGTH, H);
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, m->bits);
    TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, m->samples);
    TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, m->format);
    TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, m->photometric);
    TIFFSetField(tif, TIFFTAG_PLANARCONFIG, m->planar);
    TIFFSetField(tif, TIFFTAG_COMPRESSION, m->compression);
    uint32_t block = 0;
    const int planes = m->planar == PLANARCONFIG_SEPARATE ? (int)m->samples : 1;
    if (m->tiled) {
        TIFFSetField(tif, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tif, TIFFTAG_TILELENGTH, 16);
    } else {
        TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, 6);
    }
    for (int p = 0; p < planes; p++)
        for (int y = 0; y < H; y += m->tiled ? 16 : 6)
            for (int x = 0; x < W; x += m->tiled ? 16 : W)
                write_block(tif, m, p, x, y, m->tiled ? 16 : W, m->tiled ? 16 : 6, block++);
}

static void write_file(const char *path, const struct make *m)
{
    TIFF *tif = TIFFOpen(path, m->mode ? m->mode : "w");
    cr_assert(tif);
    write_page(tif, m);
    TIFFClose(tif);
}

static void check_file(const struct make *m)
{
    write_file("x.tif", m);
    seg_layer *layer = io_load("x.tif", 0);
    const unsigned stretch = m->bits < 8 ? 255 / ((1u << m->bits) - 1) : 1;
    for (int p = 0; p < (int)m->samples; p++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                double want = value(p, y, x, m->bits) * stretch;
                if (m->photometric == PHOTOMETRIC_MINISWHITE)
                    want = (m->bits == 16 ? 65535 : 255) - want;
                cr_assert_eq(io_sample(layer, p, y, x), want,
                             "%u bits, %u samples, planar %u, compression %u, tiled %d, %s: "
                             "plane %d row %d column %d",
                             m->bits, m->samples, m->planar, m->compression, m->tiled,
                             m->mode ? m->mode : "w", p, y, x);
            }
    seg_layer_unref(layer);
}

Test(tiff, reads_strips_tiles_planes_and_codecs)
{
    static const unsigned codecs[] = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE,
                                      COMPRESSION_PACKBITS};
    static const char *const modes[] = {"wl", "wb", "wl8", "wb8"};
    unsigned turn = 0;
    for (unsigned bits = 1; bits <= 32; bits *= 2)
        for (unsigned samples = 1; samples <= 3; samples += 2)
            for (size_t c = 0; c < sizeof codecs / sizeof *codecs; c++)
                for (int tiled = 0; tiled < 2; tiled++)
                    for (unsigned planar = 1; planar <= (samples > 1 && bits >= 8 ? 2 : 1);
                         planar++) {
                        const struct make m = {
                            bits,
                            samples,
                            bits == 32 && c % 2 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT,
                            samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK,
                            planar,
                            codecs[c],
                            tiled,
                            modes[turn++ % 4]};
                        check_file(&m);
                    }
}

Test(tiff, white_may_be_zero)
{
    for (unsigned bits = 1; bits <= 16; bits *= 2) {
        const struct make m = {.bits = bits,
                               .samples = 1,
                               .format = SAMPLEFORMAT_UINT,
                               .photometric = PHOTOMETRIC_MINISWHITE,
                               .planar = 1,
                               .compression = COMPRESSION_LZW};
        check_file(&m);
        seg_layer *labels = io_load("x.tif", SEG_LABELS);
        cr_assert_eq(io_sample(labels, 0, 2, 3), value(0, 2, 3, bits));
        seg_layer_unref(labels);
    }
}

static const struct make plain = {.bits = 8,
                                  .samples = 1,
                                  .format = SAMPLEFORMAT_UINT,
                                  .photometric = PHOTOMETRIC_MINISBLACK,
                                  .planar = 1,
                                  .compression = COMPRESSION_NONE};

Test(tiff, palettes_are_colours_or_numbers)
{
    uint16_t map[3][256];
    struct make m = plain;
    m.photometric = PHOTOMETRIC_PALETTE;
    for (int i = 0; i < 256; i++) {
        map[0][i] = (uint16_t)(i << 8);
        map[1][i] = (uint16_t)((255 - i) << 8);
        map[2][i] = 0x4200;
    }
    TIFF *tif = TIFFOpen("p.tif", "w");
    TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, 8); /* says how many there are */
    TIFFSetField(tif, TIFFTAG_COLORMAP, map[0], map[1], map[2]);
    write_page(tif, &m);
    TIFFClose(tif);
    seg_layer *image = io_load("p.tif", 0), *labels = io_load("p.tif", SEG_LABELS);
    const unsigned v = value(0, 3, 5, 8);
    cr_assert_eq(io_sample(image, 0, 3, 5), v);
    cr_assert_eq(io_sample(image, 1, 3, 5), 255 - v);
    cr_assert_eq(io_sample(image, 2, 3, 5), 0x42);
    cr_assert_eq(io_sample(labels, 0, 3, 5), v);
    seg_layer_unref(image);
    seg_layer_unref(labels);
}

Test(tiff, pages_are_counted_from_zero)
{
    seg_layer *layer = NULL;
    TIFF *tif = TIFFOpen("m.tif", "w");
    struct make m = plain;
    write_page(tif, &m);
    TIFFWriteDirectory(tif);
    m.bits = 16;
    write_page(tif, &m);
    TIFFClose(tif);
    cr_assert_eq(seg_layer_load(io_context, "m.tif", 1, 0, &layer, &io_err), SEG_OK);
    cr_assert_eq(io_sample(layer, 0, 4, 5), value(0, 4, 5, 16));
    seg_layer_unref(layer);
    layer = NULL;
    cr_assert_eq(seg_layer_load(io_context, "m.tif", 2, 0, &layer, &io_err), SEG_IO);
    cr_assert_str_eq(io_err.text, "m.tif: page 2: it has pages 0 to 1");
    cr_assert_null(layer);
}

/* -- properties ------------------------------------------------------------------------------- */

static void check_size(double x, double y, const char *unit)
{
    struct seg_props props;
    seg_layer *layer = io_load("s.tif", 0);
    seg_layer_props(layer, &props);
    cr_assert_float_eq(props.pixel_size[0], x, 1e-6, "%g", props.pixel_size[0]);
    cr_assert_float_eq(props.pixel_size[1], y, 1e-6, "%g", props.pixel_size[1]);
    cr_assert_str_eq(props.unit, unit);
    seg_layer_unref(layer);
}

static void write_size(double x, double y, unsigned unit, const char *text)
{
    TIFF *tif = TIFFOpen("s.tif", "w");
    if (unit)
        TIFFSetField(tif, TIFFTAG_RESOLUTIONUNIT, unit);
    if (x > 0) {
        TIFFSetField(tif, TIFFTAG_XRESOLUTION, x);
        TIFFSetField(tif, TIFFTAG_YRESOLUTION, y);
    }
    if (text)
        TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION, text);
    write_page(tif, &plain);
    TIFFClose(tif);
}

Test(tiff, knows_the_size_of_a_pixel)
{
    write_size(5000, 2500, RESUNIT_CENTIMETER, NULL);
    check_size(2, 4, "um");
    write_size(254, 254, RESUNIT_INCH, "a picture");
    check_size(100, 100, "um");
    write_size(72, 72, RESUNIT_INCH, NULL);
    check_size(0, 0, "");
    write_size(2, 4, RESUNIT_NONE, "ImageJ=1.53t\nunit=micron\nloop=false\n");
    check_size(0.5, 0.25, "um");
    write_size(2, 4, RESUNIT_NONE, "ImageJ=1.53t\nunit=mm\n");
    check_size(0.5, 0.25, "mm");
    write_size(0, 0, 0,
               "<?xml version=\"1.0\"?><OME><Image><Pixels PhysicalSizeX=\"0.325\" "
               "PhysicalSizeY=\"0.65\" PhysicalSizeXUnit=\"\xc2\xb5m\"/></Image></OME>");
    check_size(0.325, 0.65, "um");
}

Test(tiff, carries_scale_and_georeference_to_what_it_writes)
{
    const struct seg_props props = {
        .struct_size = sizeof props, .pixel_size = {0.5, 0.25}, .unit = "um"};
    const uint32_t head[2] = {33550, 3}, text_head[2] = {34737, 7};
    const double scale[3] = {10, 20, 0};
    unsigned char geo[8 + 24 + 8 + 7];
    memcpy(geo, head, 8);
    memcpy(geo + 8, scale, 24);
    memcpy(geo + 32, text_head, 8);
    memcpy(geo + 40, "WGS 84|", 7);
    geo[46] = 0;
    seg_layer *labels = io_layer(SEG_LABELS, SEG_I32, 8, 8, 1, 0);
    seg_layer_set_props(labels, &props, NULL);
    cr_assert(segi_layer_set_blob(labels, &labels->geo, geo, sizeof geo));
    io_round_trip(labels, "s.tif");
    check_size(0.5, 0.25, "um");
    seg_layer *back = io_load("s.tif", SEG_LABELS);
    cr_assert_eq(back->geo.size, sizeof geo);
    cr_assert_arr_eq(back->geo.data, geo, sizeof geo);
    seg_layer_unref(back);
    seg_layer_unref(labels);
}

/* -- damage ----------------------------------------------------------------------------------- */

Test(tiff, damage_is_refused_with_one_line)
{
    static unsigned char bytes[20000];
    struct make m = plain;
    m.compression = COMPRESSION_LZW;
    m.tiled = true;
    write_file("d.tif", &m);
    const size_t size = io_read_file("d.tif", bytes, sizeof bytes);
    for (size_t n = 0; n < size; n++) {
        seg_layer *layer = NULL;
        io_write_file("e.tif", bytes, n);
        if (!seg_layer_load(io_context, "e.tif", 0, 0, &layer, &io_err)) {
            seg_layer_unref(layer);
            continue;
        }
        cr_assert(!strncmp(io_err.text, "e.tif: ", 7), "%s", io_err.text);
        cr_assert_null(layer);
    }
    for (size_t n = 0; n < size; n++) {
        seg_layer *layer = NULL;
        bytes[n] ^= 0xff;
        io_write_file("e.tif", bytes, size);
        if (!seg_layer_load(io_context, "e.tif", 0, 0, &layer, &io_err))
            seg_layer_unref(layer);
        bytes[n] ^= 0xff;
    }
}

Test(tiff, refuses_what_it_does_not_read)
{
    struct make m = plain;
    m.bits = 16;
    m.format = SAMPLEFORMAT_IEEEFP;
    write_file("r.tif", &m);
    io_refuse_load("r.tif", 0, SEG_IO, "r.tif: TIFF with 16-bit samples of format 3 is not read");
    m = plain;
    m.samples = 3;
    m.photometric = PHOTOMETRIC_CIELAB;
    write_file("r.tif", &m);
    io_refuse_load("r.tif", 0, SEG_IO,
                   "r.tif: TIFF of colour model 8 with 3 samples of 8 bits is not read");
    m = plain;
    write_file("r.tif", &m);
    io_refuse_load("r.tif", SEG_SCORES, SEG_IO,
                   "r.tif: holds integers: scores are floating-point numbers");
}
