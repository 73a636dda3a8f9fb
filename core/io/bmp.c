/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading BMP without compression: 1, 4, 8, 24 and 32 bits a pixel. */
#include "format.h"

#include "../base/error.h"

#include <string.h>

struct bmp {
    struct segi_reading *reading;
    const uint8_t *data;
    size_t size;
    uint64_t width, height;
    bool upright; /* the first row is the top one; it mostly is the last */
    unsigned bits;
    uint32_t offset;
    const uint8_t *palette; /* blue, green, red and, mostly, a byte that says nothing */
    uint32_t palette_size, palette_step;
    bool gray; /* every colour of the palette */
};

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int bad(const struct bmp *bmp, const char *what)
{
    return segi_error(bmp->reading->err, SEG_IO, "damaged: %s", what);
}

static int read_palette(struct bmp *bmp, uint32_t header, uint32_t used)
{
    const uint32_t most = 1u << bmp->bits;
    bmp->palette_step = header == 12 ? 3 : 4;
    bmp->palette_size = used && used < most ? used : most;
    const uint64_t end = 14u + (uint64_t)header + bmp->palette_size * bmp->palette_step;
    if (used > most || end > bmp->size)
        return bad(bmp, "the palette's size is wrong");
    bmp->palette = bmp->data + 14 + header;
    bmp->gray = true;
    for (uint32_t i = 0; i < bmp->palette_size; i++) {
        const uint8_t *c = bmp->palette + (size_t)i * bmp->palette_step;
        bmp->gray = bmp->gray && c[0] == c[1] && c[1] == c[2];
    }
    return SEG_OK;
}

static int read_header(struct bmp *bmp)
{
    const uint8_t *d = bmp->data;
    if (bmp->size < 26 || bmp->size < 14 + (uint64_t)le32(d + 14))
        return bad(bmp, "it ends within the header");
    const uint32_t header = le32(d + 14);
    uint32_t compression = 0, used = 0;
    bmp->offset = le32(d + 10);
    if (header == 12) {
        bmp->width = d[18] | (unsigned)d[19] << 8;
        bmp->height = d[20] | (unsigned)d[21] << 8;
        bmp->bits = d[24] | (unsigned)d[25] << 8;
    } else if (header >= 40) {
        const int32_t width = (int32_t)le32(d + 18), height = (int32_t)le32(d + 22);
        bmp->upright = height < 0;
        bmp->height = (uint64_t)(height < 0 ? -(int64_t)height : height);
        bmp->width = width > 0 ? (uint64_t)width : 0;
        bmp->bits = d[28] | (unsigned)d[29] << 8;
        compression = le32(d + 30);
        used = le32(d + 46);
        if (width < 0)
            return segi_error(bmp->reading->err, SEG_IO, "damaged: a width of %d pixels", width);
    } else {
        return bad(bmp, "unknown header");
    }
    if (compression)
        return segi_error(bmp->reading->err, SEG_IO,
                          "compressed BMP (type %u) is not read; convert it to PNG", compression);
    switch (bmp->bits) {
    case 1:
    case 4:
    case 8:
        return read_palette(bmp, header, used);
    case 24:
    case 32:
        return SEG_OK;
    default:
        return segi_error(bmp->reading->err, SEG_IO,
                          "BMP with %u bits a pixel is not read: only 1, 4, 8, 24 and 32",
                          bmp->bits);
    }
}

/* One row to gray bytes, numbers, or red, green, blue. */
static int convert(const struct bmp *bmp, const uint8_t *from, uint8_t *to)
{
    const size_t n = (size_t)bmp->width, step = bmp->bits / 8;
    const bool numbers = segi_reading_wants_numbers(bmp->reading);
    if (!bmp->palette) {
        for (size_t i = 0; i < n; i++, from += step, to += 3) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
        return SEG_OK;
    }
    uint8_t *index = to + (bmp->gray || numbers ? 0 : 2 * n); /* so that it is read before it is
                                                                 written over */
    segi_unpack_bits(index, from, n, bmp->bits, false);
    for (size_t i = 0; i < n && !numbers; i++) {
        if (index[i] >= bmp->palette_size)
            return segi_error(bmp->reading->err, SEG_IO, "damaged: index %u into a palette of %u",
                              index[i], bmp->palette_size);
        const uint8_t *c = bmp->palette + (size_t)index[i] * bmp->palette_step;
        if (bmp->gray) {
            to[i] = c[0];
            continue;
        }
        to[3 * i] = c[2];
        to[3 * i + 1] = c[1];
        to[3 * i + 2] = c[0];
    }
    return SEG_OK;
}

static int read_rows(struct bmp *bmp, uint8_t *row)
{
    struct segi_reading *r = bmp->reading;
    const uint64_t stride = (bmp->width * bmp->bits + 31) / 32 * 4;
    int status = SEG_OK;
    for (uint64_t i = 0; i < bmp->height && !status; i++) {
        const uint64_t at = bmp->offset + i * stride;
        if (at > bmp->size || bmp->size - at < (bmp->width * bmp->bits + 7) / 8)
            return segi_reading_truncated(r, i, bmp->height);
        status = convert(bmp, bmp->data + at, row);
        if (!status)
            status = segi_reading_chunky(r, (int32_t)(bmp->upright ? i : bmp->height - 1 - i), 0,
                                         (int32_t)bmp->width, row);
    }
    return status;
}

static int load(struct segi_reading *r)
{
    if (r->page > 0)
        return segi_error(r->err, SEG_IO, "page %d: a BMP file has one, 0", r->page);
    int status = segi_source_all(r->source, r->err);
    if (status)
        return status;
    struct bmp bmp = {.reading = r, .data = r->source->data, .size = (size_t)r->source->size};
    status = read_header(&bmp);
    if (status)
        return status;
    const bool gray = bmp.palette && (bmp.gray || segi_reading_wants_numbers(r));
    const struct segi_picture picture = {.width = bmp.width,
                                         .height = bmp.height,
                                         .planes = gray ? 1 : 3,
                                         .sample = SEGI_S_U8,
                                         .color = gray ? SEG_COLOR_GRAY : SEG_COLOR_RGB};
    r->bits = bmp.palette ? bmp.bits : 8;
    r->palette = bmp.palette && !bmp.gray;
    status = segi_reading_start(r, &picture);
    if (status)
        return status;
    uint8_t *row = segi_alloc(&r->context->mem, (size_t)bmp.width, 3);
    status = row ? read_rows(&bmp, row) : segi_error_nomem(r->err);
    segi_free(&r->context->mem, row);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    return size >= 18 && head[0] == 'B' && head[1] == 'M' && head[15] == 0 && head[16] == 0 &&
           head[17] == 0;
}

const struct segi_format segi_format_bmp = {.name = "BMP", .match = match, .load = load};
