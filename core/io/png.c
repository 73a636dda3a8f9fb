/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading PNG (ISO 15948). The chunks are walked here and the image data is inflated as one piece
 * by libdeflate, which is some three times faster than a stream through zlib. */
#include "png.h"

#include "../base/error.h"

#include <libdeflate.h>
#include <segkit/plugin-util.h>
#include <string.h>
#include <zlib.h>

struct png {
    struct segi_reading *reading;
    uint32_t width, height;
    unsigned depth, color, interlaced;
    unsigned samples; /* of a pixel as stored */
    uint8_t palette[256][4];
    unsigned palette_size;
    bool has_alpha;      /* of the palette, or one colour that means transparent */
    uint16_t clear[3];   /* that colour */
    const uint8_t *data; /* what is to be inflated */
    size_t data_size;
    uint8_t *joined;            /* `data` where it was in several chunks; owned */
    const uint8_t *icc, *pixel; /* the chunks of the profile and of the pixel's size */
    size_t icc_size, pixel_size;
    bool cut;     /* the file ends within image data */
    uint8_t *raw; /* inflated: filtered rows, each behind its filter's number */
    size_t raw_size;
    uint8_t *row; /* samples of a row as bytes or 16 bits, interleaved */
};

static int bad(const struct png *png, const char *what)
{
    return segi_error(png->reading->err, SEG_IO, "%s", what);
}

/* -- chunks ----------------------------------------------------------------------------------- */

static int read_header(struct png *png, const uint8_t *data, size_t size)
{
    static const uint8_t samples[] = {1, 0, 3, 1, 2, 0, 4};
    static const uint32_t depths[] = {/* bit n: n bits a sample are allowed */
                                      0x10116, 0, 0x10100, 0x116, 0x10100, 0, 0x10100};
    if (size != 13)
        return bad(png, "damaged: the header's length is wrong");
    png->width = segi_be32(data);
    png->height = segi_be32(data + 4);
    png->depth = data[8];
    png->color = data[9];
    png->interlaced = data[12];
    if (png->color > 6 || !samples[png->color])
        return segi_error(png->reading->err, SEG_IO, "damaged: colour type %u is not in PNG",
                          png->color);
    if (png->depth > 16 || !(depths[png->color] >> png->depth & 1))
        return segi_error(png->reading->err, SEG_IO,
                          "damaged: %u bits a sample are not in PNG's colour type %u", png->depth,
                          png->color);
    if (data[10] || data[11] || png->interlaced > 1)
        return bad(png, "damaged: unknown compression, filter or interlacing");
    png->samples = samples[png->color];
    return SEG_OK;
}

static int read_palette(struct png *png, const uint8_t *data, size_t size)
{
    if (size % 3 || !size || size > 768) {
        if (png->color != PNG_PALETTE)
            return SEG_OK; /* only a suggestion there */
        return bad(png, "damaged: the palette's length is wrong");
    }
    png->palette_size = (unsigned)(size / 3);
    for (unsigned i = 0; i < png->palette_size; i++) {
        memcpy(png->palette[i], data + (size_t)i * 3, 3);
        png->palette[i][3] = 255;
    }
    return SEG_OK;
}

static void read_transparency(struct png *png, const uint8_t *data, size_t size)
{
    if (png->color == PNG_PALETTE && size <= 256) {
        for (size_t i = 0; i < size; i++)
            png->palette[i][3] = data[i];
        png->has_alpha = size > 0;
    } else if ((png->color == PNG_GRAY && size == 2) || (png->color == PNG_RGB && size == 6)) {
        for (size_t i = 0; i < size / 2; i++)
            png->clear[i] = (uint16_t)(data[2 * i] << 8 | data[2 * i + 1]);
        png->has_alpha = true;
    }
}

/* Collects image data; the usual single chunk is used where it is. */
static int read_data(struct png *png, const uint8_t *data, size_t size)
{
    const struct segi_source *source = png->reading->source;
    if (!png->data) {
        png->data = data;
        png->data_size = size;
        return SEG_OK;
    }
    if (!png->joined) {
        png->joined = segi_alloc(&png->reading->context->mem, (size_t)source->size, 1);
        if (!png->joined)
            return segi_error_nomem(png->reading->err);
        memcpy(png->joined, png->data, png->data_size);
        png->data = png->joined;
    }
    memcpy(png->joined + png->data_size, data, size);
    png->data_size += size;
    return SEG_OK;
}

static int read_chunk(struct png *png, const uint8_t *type, const uint8_t *data, size_t size)
{
    if (!memcmp(type, "IDAT", 4))
        return read_data(png, data, size);
    if (!memcmp(type, "PLTE", 4))
        return read_palette(png, data, size);
    if (!memcmp(type, "tRNS", 4)) {
        read_transparency(png, data, size);
    } else if (!memcmp(type, "iCCP", 4)) {
        png->icc = data;
        png->icc_size = size;
    } else if (!memcmp(type, "pHYs", 4)) {
        png->pixel = data;
        png->pixel_size = size;
    } else if (!(type[0] & 32) && memcmp(type, "IEND", 4)) {
        return segi_error(png->reading->err, SEG_IO, "damaged: unknown chunk '%.4s'",
                          (const char *)type);
    }
    return SEG_OK;
}

static bool is_right(const uint8_t *type, const uint8_t *data, size_t size)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    (void)type, (void)data, (void)size;
    return true; /* a fuzzer would not get past it */
#else
    return libdeflate_crc32(0, type, size + 4) == segi_be32(data + size);
#endif
}

/* Walks the chunks. What an image does without may be damaged; what it needs may not. */
static int read_chunks(struct png *png)
{
    const uint8_t *p = png->reading->source->data + 8;
    const uint8_t *end = png->reading->source->data + png->reading->source->size;
    bool first = true, last = false;
    int status = SEG_OK;
    while (!status && !last && end - p >= 12) {
        const uint8_t *type = p + 4, *data = p + 8;
        size_t size = segi_be32(p);
        const bool is_data = !memcmp(type, "IDAT", 4);
        const bool needed = !(type[0] & 32);
        if (first && memcmp(type, "IHDR", 4))
            return bad(png, "damaged: does not begin with a header");
        if (size > INT32_MAX)
            return segi_error(png->reading->err, SEG_IO,
                              "damaged: chunk '%.4s' of %zu bytes: not in 0..%d",
                              (const char *)type, size, INT32_MAX);
        png->cut = size > (size_t)(end - data) - 4;
        if (png->cut) {
            if (!is_data || !png->width)
                break;
            size = (size_t)(end - data);
        }
        const bool right = png->cut || is_right(type, data, size);
        if (!right && needed)
            return segi_error(png->reading->err, SEG_IO,
                              "damaged: the checksum of chunk '%.4s' is wrong", (const char *)type);
        if (first)
            status = read_header(png, data, size);
        else if (right)
            status = read_chunk(png, type, data, size);
        last = png->cut || !memcmp(type, "IEND", 4);
        first = false;
        p = png->cut ? end : data + size + 4;
    }
    if (status)
        return status;
    if (first)
        return bad(png, "truncated: it ends within the header");
    if (!png->data)
        return bad(png, "holds no image data");
    if (png->color == PNG_PALETTE && !png->palette_size)
        return bad(png, "damaged: the palette is missing");
    return SEG_OK;
}

/* -- image data ------------------------------------------------------------------------------- */

/* The passes of Adam7, and one that is all of the image. */
struct pass {
    uint8_t x, y, dx, dy;
};
static const struct pass whole = {0, 0, 1, 1};
static const struct pass adam7[7] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                     {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

static uint32_t pass_size(uint32_t all, unsigned first, unsigned step)
{
    return all > first ? (all - first + step - 1) / step : 0;
}

static size_t row_bytes(const struct png *png, uint32_t width)
{
    return ((size_t)width * png->samples * png->depth + 7) / 8;
}

static size_t pass_bytes(const struct png *png, const struct pass *pass)
{
    const uint32_t w = pass_size(png->width, pass->x, pass->dx);
    const uint32_t h = pass_size(png->height, pass->y, pass->dy);
    return w ? (row_bytes(png, w) + 1) * h : 0;
}

/* Says how far a stream goes that does not hold the whole image. libdeflate cannot tell. */
static int explain(struct png *png)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)png->data};
    size_t left = png->data_size, out = 0;
    if (inflateInit(&z) != Z_OK)
        return segi_error_nomem(png->reading->err);
    int result = Z_OK;
    while (result == Z_OK && out < png->raw_size) {
        if (!z.avail_in) {
            z.avail_in = left > UINT_MAX / 2 ? UINT_MAX / 2 : (uInt)left;
            left -= z.avail_in;
        }
        const size_t room = png->raw_size - out;
        z.avail_out = room > UINT_MAX / 2 ? UINT_MAX / 2 : (uInt)room;
        const uInt before = z.avail_out;
        z.next_out = png->raw + out;
        result = inflate(&z, Z_NO_FLUSH);
        out += before - z.avail_out;
    }
    inflateEnd(&z);
    const uint64_t rows = png->interlaced ? 0 : out / (row_bytes(png, png->width) + 1);
    if (result == Z_BUF_ERROR || result == Z_STREAM_END) {
        if (!png->interlaced)
            return segi_reading_truncated(png->reading, rows, png->height);
        return segi_error(png->reading->err, SEG_IO, "truncated: %zu of %zu bytes of image data",
                          out, png->raw_size);
    }
    if (result == Z_OK)
        return segi_error(png->reading->err, SEG_IO,
                          "damaged: the image data does not end after %u rows or its checksum is "
                          "wrong",
                          png->height);
    return segi_error(png->reading->err, SEG_IO,
                      "damaged: the image data cannot be inflated beyond row %llu of %u",
                      (unsigned long long)rows, png->height);
}

static int inflate_data(struct png *png)
{
    size_t size = 0, got = 0;
    if (!png->interlaced)
        size = pass_bytes(png, &whole);
    for (int i = 0; png->interlaced && i < 7; i++)
        size += pass_bytes(png, &adam7[i]);
    png->raw_size = size;
    /* Deflate packs at most 1032 to 1: a small file that claims to be large costs nothing. */
    if (size / 1032 > png->data_size)
        return segi_reading_truncated(png->reading, 0, png->height);
    png->raw = segi_alloc(&png->reading->context->mem, size, 1);
    if (!png->raw)
        return segi_error_nomem(png->reading->err);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    if (!d)
        return segi_error_nomem(png->reading->err);
    enum libdeflate_result result =
        libdeflate_zlib_decompress(d, png->data, png->data_size, png->raw, size, &got);
    libdeflate_free_decompressor(d);
    if (result != LIBDEFLATE_SUCCESS || got != size)
        return explain(png);
    return png->cut ? bad(png, "truncated: it ends within its last chunk of image data") : SEG_OK;
}

/* -- pixels ----------------------------------------------------------------------------------- */

static bool is_expanded(const struct png *png) /* alpha or colours are added to what is stored */
{
    return !segi_reading_wants_numbers(png->reading) &&
           (png->has_alpha || png->color == PNG_PALETTE);
}

static void expand_palette(const struct png *png, const uint8_t *from, uint8_t *to, uint32_t n)
{
    const size_t step = png->has_alpha ? 4 : 3;
    for (uint32_t i = 0; i < n; i++, to += step)
        memcpy(to, png->palette[from[i]], step);
}

/* Adds an alpha sample that is 0 where a pixel has the transparent colour. */
static void expand_clear(const struct png *png, const uint8_t *from, uint8_t *to, uint32_t n)
{
    const size_t size = png->depth == 16 ? 2 : 1, step = size * png->samples;
    const unsigned scale = png->depth < 8 ? 255u / ((1u << png->depth) - 1) : 1;
    uint8_t clear[6];
    for (unsigned c = 0; c < png->samples; c++) {
        const uint16_t v = (uint16_t)(png->clear[c] * scale);
        if (size == 2)
            memcpy(clear + (size_t)c * 2, &v, 2);
        else
            clear[c] = (uint8_t)v;
    }
    for (uint32_t i = 0; i < n; i++, from += step, to += step + size) {
        memcpy(to, from, step);
        memset(to + step, memcmp(from, clear, step) ? 255 : 0, size);
    }
}

/* From a row as stored to interleaved samples in this machine's order. Returns where they are:
 * `stored`, or in png->row. */
static uint8_t *expand(const struct png *png, uint8_t *stored, uint32_t n)
{
    uint8_t *now = stored, *spare = png->row;
    const size_t count = (size_t)n * png->samples;
    if (png->depth == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        segi_swap_bytes(stored, count, 2);
    if (png->depth < 8) {
        const bool stretch = png->color == PNG_GRAY && !segi_reading_wants_numbers(png->reading);
        segi_unpack_bits(spare, stored, count, png->depth, stretch);
        now = spare;
        spare += count;
    }
    if (!is_expanded(png))
        return now;
    if (png->color == PNG_PALETTE)
        expand_palette(png, now, spare, n);
    else
        expand_clear(png, now, spare, n);
    return spare;
}

/* An index beyond the palette has no colour. */
static int check_indices(const struct png *png, const uint8_t *from, uint32_t n, uint32_t y)
{
    unsigned most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = from[i] > most ? from[i] : most;
    if (most < png->palette_size || segi_reading_wants_numbers(png->reading))
        return SEG_OK;
    return segi_error(png->reading->err, SEG_IO, "damaged: row %u: index %u into a palette of %u",
                      y, most, png->palette_size);
}

static int put_row(struct png *png, const struct pass *pass, uint8_t *stored, uint32_t n,
                   uint32_t y)
{
    struct segi_reading *r = png->reading;
    if (png->color == PNG_PALETTE) {
        uint8_t *indices = stored;
        if (png->depth < 8) {
            indices = png->row;
            segi_unpack_bits(indices, stored, n, png->depth, false);
        }
        int status = check_indices(png, indices, n, y);
        if (status)
            return status;
    }
    const uint8_t *samples = expand(png, stored, n);
    if (pass->dx == 1)
        return segi_reading_chunky(r, (int32_t)y, 0, (int32_t)n, samples);
    const size_t step = segi_sample_size(r->sample) * (size_t)r->planes;
    int status = SEG_OK;
    for (uint32_t i = 0; i < n && !status; i++)
        status = segi_reading_chunky(r, (int32_t)y, (int32_t)(pass->x + i * pass->dx), 1,
                                     samples + i * step);
    return status;
}

/* Several rows of gray bytes at once where all have Paeth's filter; false where they have not. */
static bool read_wave(struct png *png, uint8_t *raw, uint32_t y, size_t size)
{
    uint8_t *to[SEGI_PNG_WAVE];
    const uint8_t *from[SEGI_PNG_WAVE];
    if (png->height - y < SEGI_PNG_WAVE)
        return false;
    for (uint32_t k = 0; k < SEGI_PNG_WAVE; k++) {
        from[k] = raw + k * (size + 1) + 1;
        to[k] = seg_row(&png->reading->view, 0, (int32_t)(y + k));
        if (from[k][-1] != PNG_PAETH)
            return false;
    }
    segi_png_unfilter_wave(to, from, y ? seg_row(&png->reading->view, 0, (int32_t)y - 1) : png->row,
                           size);
    return true;
}

static int read_pass(struct png *png, const struct pass *pass, uint8_t *raw)
{
    struct segi_reading *r = png->reading;
    const uint32_t w = pass_size(png->width, pass->x, pass->dx);
    const uint32_t h = pass_size(png->height, pass->y, pass->dy);
    const size_t size = row_bytes(png, w);
    const size_t step = png->samples * png->depth < 8 ? 1 : (size_t)png->samples * png->depth / 8;
    /* Gray bytes, the commonest, go to their place at once. */
    const bool straight = r->direct && png->depth == 8 && r->planes == 1 && pass->dx == 1;
    const uint8_t *above = png->row; /* zeros at first */
    int status = SEG_OK;
    for (uint32_t i = 0; i < h && w && !status; i++, raw += size + 1) {
        const uint32_t y = pass->y + i * pass->dy;
        if (straight && read_wave(png, raw, y, size)) {
            i += SEGI_PNG_WAVE - 1;
            raw += (SEGI_PNG_WAVE - 1) * (size + 1);
            above = seg_row(&r->view, 0, (int32_t)i);
            continue;
        }
        uint8_t *to = straight ? seg_row(&r->view, 0, (int32_t)y) : raw + 1;
        if (!segi_png_unfilter(raw[0], to, raw + 1, above, size, step))
            return segi_error(r->err, SEG_IO, "damaged: row %u: %u is no filter", y, raw[0]);
        if (i && !straight)
            status = put_row(png, pass, (uint8_t *)(uintptr_t)above, w, y - pass->dy);
        above = to;
    }
    if (h && w && !straight && !status)
        status = put_row(png, pass, (uint8_t *)(uintptr_t)above, w, pass->y + (h - 1) * pass->dy);
    return status;
}

static int read_pixels(struct png *png)
{
    struct segi_reading *r = png->reading;
    /* A row with palette or alpha, in 16 bits, behind its unpacked indices. */
    size_t room;
    if (!segi_size_mul(png->width, 4 * 2 + 1, &room))
        return segi_error_nomem(r->err);
    png->row = segi_calloc(&r->context->mem, room, 1);
    if (!png->row)
        return segi_error_nomem(r->err);
    if (!png->interlaced)
        return read_pass(png, &whole, png->raw);
    uint8_t *raw = png->raw;
    int status = SEG_OK;
    for (int i = 0; i < 7 && !status; i++) {
        memset(png->row, 0, room);
        status = read_pass(png, &adam7[i], raw);
        raw += pass_bytes(png, &adam7[i]);
    }
    return status;
}

static int start(struct png *png)
{
    static const uint8_t colors[] = {[1] = SEG_COLOR_GRAY,
                                     [2] = SEG_COLOR_GRAY_ALPHA,
                                     [3] = SEG_COLOR_RGB,
                                     [4] = SEG_COLOR_RGBA};
    unsigned planes = png->samples;
    if (is_expanded(png))
        planes = (png->color == PNG_PALETTE ? 3 : planes) + png->has_alpha;
    const struct segi_picture picture = {.width = png->width,
                                         .height = png->height,
                                         .planes = planes,
                                         .sample = png->depth == 16 ? SEGI_S_U16 : SEGI_S_U8,
                                         .color = colors[planes]};
    png->reading->bits = png->depth;
    png->reading->palette = png->color == PNG_PALETTE;
    return segi_reading_start(png->reading, &picture);
}

static int load(struct segi_reading *reading)
{
    struct png png = {.reading = reading};
    int status = segi_source_all(reading->source, reading->err);
    if (!status && reading->page > 0)
        status = segi_error(reading->err, SEG_IO, "page %d: a PNG file has one, 0", reading->page);
    if (!status)
        status = read_chunks(&png);
    if (!status)
        status = start(&png);
    if (!status)
        status = inflate_data(&png);
    if (!status)
        status = read_pixels(&png);
    if (!status && ((png.icc && !segi_png_get_icc(reading->layer, png.icc, png.icc_size)) ||
                    (png.pixel && !segi_png_get_size(reading->layer, png.pixel, png.pixel_size))))
        status = segi_error_nomem(reading->err);
    segi_free(&reading->context->mem, png.joined);
    segi_free(&reading->context->mem, png.raw);
    segi_free(&reading->context->mem, png.row);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    return size >= 8 && !memcmp(head, PNG_SIGNATURE, 8);
}

const struct segi_format segi_format_png = {.name = "PNG",
                                            .match = match,
                                            .load = load,
                                            .endings = ".png",
                                            .save = segi_png_save,
                                            .tells = true,
                                            .provenance = segi_png_provenance};
