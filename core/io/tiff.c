/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading TIFF and BigTIFF through libtiff: strips and tiles, samples together or in planes, one
 * page of several. */
#include "tiff.h"

#include "../base/error.h"

#include <string.h>

struct reader {
    struct segi_tiff tiff;
    struct segi_reading *reading;
    uint32_t width, height;
    uint16_t bits, samples, format, photometric, planar, compression, orientation;
    bool inverted;          /* 0 is white, and that is to be undone */
    const uint16_t *map[3]; /* red, green, blue of a palette's entries */
    unsigned map_shift;     /* to bytes */
    uint8_t *block;         /* a strip or tile */
    uint64_t block_size;
    uint8_t *row; /* its unpacked or coloured samples */
};

static int damaged(struct reader *r, uint32_t y)
{
    return segi_error(r->reading->err, SEG_IO, "damaged or truncated: row %u of %u: %s", y,
                      r->height, r->tiff.said[0] ? r->tiff.said : "less data than it needs");
}

/* -- what the file holds ---------------------------------------------------------------------- */

static int read_fields(struct reader *r)
{
    const struct segi_tiff_lib *lib = &r->tiff.lib;
    TIFF *tif = r->tiff.tif;
    if (!lib->TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &r->width) ||
        !lib->TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &r->height))
        return segi_error(r->reading->err, SEG_IO, "damaged: the image's size is missing");
    lib->TIFFGetFieldDefaulted(tif, TIFFTAG_BITSPERSAMPLE, &r->bits);
    lib->TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLESPERPIXEL, &r->samples);
    lib->TIFFGetFieldDefaulted(tif, TIFFTAG_SAMPLEFORMAT, &r->format);
    lib->TIFFGetFieldDefaulted(tif, TIFFTAG_PLANARCONFIG, &r->planar);
    lib->TIFFGetFieldDefaulted(tif, TIFFTAG_COMPRESSION, &r->compression);
    lib->TIFFGetFieldDefaulted(tif, TIFFTAG_ORIENTATION, &r->orientation);
    if (!lib->TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &r->photometric))
        r->photometric = r->samples == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    if (!lib->TIFFIsCODECConfigured(r->compression))
        return segi_error(r->reading->err, SEG_IO, "TIFF compression %u is not read",
                          r->compression);
    return SEG_OK;
}

static bool sample_of(unsigned format, unsigned bits, enum segi_sample *sample)
{
    static const enum segi_sample whole[4] = {SEGI_S_U8, SEGI_S_U16, SEGI_S_U32, SEGI_S_U64};
    static const enum segi_sample with_sign[4] = {SEGI_S_I8, SEGI_S_I16, SEGI_S_I32, SEGI_S_I64};
    const int size = bits <= 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16 && bits != 32 && bits != 64)
        return false;
    switch (format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
        *sample = whole[size];
        return true;
    case SAMPLEFORMAT_INT:
        *sample = with_sign[size];
        return bits >= 8;
    case SAMPLEFORMAT_IEEEFP:
        *sample = bits == 32 ? SEGI_S_F32 : SEGI_S_F64;
        return bits >= 32;
    default:
        return false;
    }
}

static uint32_t color_of(const struct reader *r)
{
    uint16_t count = 0;
    const uint16_t *extra = NULL;
    r->tiff.lib.TIFFGetFieldDefaulted(r->tiff.tif, TIFFTAG_EXTRASAMPLES, &count, &extra);
    const bool alpha = count == 1 && extra && extra[0] != EXTRASAMPLE_UNSPECIFIED;
    if (r->photometric == PHOTOMETRIC_RGB || r->photometric == PHOTOMETRIC_YCBCR)
        return r->samples == 3            ? SEG_COLOR_RGB
               : r->samples == 4 && alpha ? SEG_COLOR_RGBA
                                          : SEG_COLOR_UNKNOWN;
    return r->samples == 1            ? SEG_COLOR_GRAY
           : r->samples == 2 && alpha ? SEG_COLOR_GRAY_ALPHA
                                      : SEG_COLOR_UNKNOWN;
}

static int read_palette(struct reader *r, struct segi_picture *picture)
{
    uint16_t *map[3];
    if (r->samples != 1 || r->bits > 8 ||
        !r->tiff.lib.TIFFGetField(r->tiff.tif, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]))
        return segi_error(r->reading->err, SEG_IO, "damaged: a palette with %u samples of %u bits",
                          r->samples, r->bits);
    for (int c = 0; c < 3; c++) {
        r->map[c] = map[c];
        for (unsigned i = 0; i < 1u << r->bits; i++)
            if (map[c][i] > 255) /* else it was written as bytes, which some do */
                r->map_shift = 8;
    }
    picture->planes = 3;
    picture->color = SEG_COLOR_RGB;
    return SEG_OK;
}

static int describe(struct reader *r, struct segi_picture *picture)
{
    struct seg_error *err = r->reading->err;
    const bool numbers = segi_reading_wants_numbers(r->reading);
    picture->width = r->width;
    picture->height = r->height;
    picture->planes = r->samples;
    picture->color = color_of(r);
    if (!sample_of(r->format, r->bits, &picture->sample))
        return segi_error(err, SEG_IO, "TIFF with %u-bit samples of format %u is not read", r->bits,
                          r->format);
    switch (r->photometric) {
    case PHOTOMETRIC_MINISWHITE:
        r->inverted = !numbers && r->format == SAMPLEFORMAT_UINT && r->bits <= 16;
        return SEG_OK;
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_MASK:
        return SEG_OK;
    case PHOTOMETRIC_PALETTE:
        return numbers ? SEG_OK : read_palette(r, picture);
    case PHOTOMETRIC_SEPARATED:
        if (r->samples != 4 || r->bits != 8 || r->planar != PLANARCONFIG_CONTIG)
            break;
        picture->planes = 3;
        picture->color = SEG_COLOR_RGB;
        return SEG_OK;
    case PHOTOMETRIC_YCBCR:
        if (r->compression != COMPRESSION_JPEG || r->samples != 3)
            break;
        r->tiff.lib.TIFFSetField(r->tiff.tif, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        return SEG_OK;
    default:
        break;
    }
    return segi_error(err, SEG_IO, "TIFF of colour model %u with %u samples of %u bits is not read",
                      r->photometric, r->samples, r->bits);
}

/* -- samples ---------------------------------------------------------------------------------- */

static void invert(const struct reader *r, uint8_t *samples, size_t count)
{
    if (r->bits == 16)
        for (size_t i = 0; i < count; i++) {
            uint16_t v;
            memcpy(&v, samples + 2 * i, 2);
            v = (uint16_t)~v;
            memcpy(samples + 2 * i, &v, 2);
        }
    else
        for (size_t i = 0; i < count; i++)
            samples[i] = (uint8_t)~samples[i];
}

static void from_map(const struct reader *r, const uint8_t *from, uint8_t *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++)
            to[3 * i + (size_t)c] = (uint8_t)(r->map[c][from[i]] >> r->map_shift);
}

static void from_inks(const uint8_t *from, uint8_t *to, size_t n)
{
    for (size_t i = 0; i < n; i++, from += 4, to += 3)
        for (int c = 0; c < 3; c++)
            to[c] = (uint8_t)(((255u - from[c]) * (255u - from[3]) + 127) / 255);
}

/* n pixels of row y from column x on, of `plane` or, below 0, of all in turn. */
static int put(struct reader *r, int32_t plane, uint32_t y, uint32_t x, uint32_t n, uint8_t *from)
{
    struct segi_reading *reading = r->reading;
    const size_t count = (size_t)n * (plane < 0 ? r->samples : 1);
    uint8_t *spare = r->row;
    if (r->bits < 8) {
        segi_unpack_bits(spare, from, count, r->bits,
                         !segi_reading_wants_numbers(reading) && !r->map[0]);
        from = spare;
        spare += count;
    }
    if (r->inverted)
        invert(r, from, count);
    if (r->map[0])
        from_map(r, from, spare, n);
    else if (r->photometric == PHOTOMETRIC_SEPARATED)
        from_inks(from, spare, n);
    else
        spare = from;
    if (plane >= 0)
        return segi_reading_plane(reading, plane, (int32_t)y, (int32_t)x, (int32_t)n, spare);
    return segi_reading_chunky(reading, (int32_t)y, (int32_t)x, (int32_t)n, spare);
}

/* The part of the image that a strip or tile covers. */
static int put_block(struct reader *r, int32_t plane, uint32_t x, uint32_t y, uint32_t width,
                     uint32_t height, tmsize_t got)
{
    const uint32_t n = width < r->width - x ? width : r->width - x;
    const uint32_t rows = height < r->height - y ? height : r->height - y;
    const uint64_t bits = (uint64_t)r->bits * (plane < 0 ? r->samples : 1);
    const uint64_t size = (width * bits + 7) / 8;
    int status = SEG_OK;
    for (uint32_t i = 0; i < rows && !status; i++) {
        if (got < 0 || (uint64_t)got < size * i + (n * bits + 7) / 8)
            return damaged(r, y + i);
        status = put(r, plane, y + i, x, n, r->block + size * i);
    }
    return status;
}

static int read_strips(struct reader *r, int32_t plane)
{
    const struct segi_tiff_lib *lib = &r->tiff.lib;
    uint32_t rows = 0;
    lib->TIFFGetFieldDefaulted(r->tiff.tif, TIFFTAG_ROWSPERSTRIP, &rows);
    if (!rows)
        return segi_error(r->reading->err, SEG_IO, "damaged: strips of 0 rows");
    rows = rows < r->height ? rows : r->height;
    int status = SEG_OK;
    for (uint64_t y = 0; y < r->height && !status; y += rows) {
        const uint32_t strip =
            lib->TIFFComputeStrip(r->tiff.tif, (uint32_t)y, (uint16_t)(plane < 0 ? 0 : plane));
        const tmsize_t got =
            lib->TIFFReadEncodedStrip(r->tiff.tif, strip, r->block, (tmsize_t)r->block_size);
        status = put_block(r, plane, 0, (uint32_t)y, r->width, rows, got);
    }
    return status;
}

static int read_tiles(struct reader *r, int32_t plane)
{
    const struct segi_tiff_lib *lib = &r->tiff.lib;
    uint32_t width = 0, height = 0;
    lib->TIFFGetField(r->tiff.tif, TIFFTAG_TILEWIDTH, &width);
    lib->TIFFGetField(r->tiff.tif, TIFFTAG_TILELENGTH, &height);
    if (!width || !height)
        return segi_error(r->reading->err, SEG_IO, "damaged: tiles of %u x %u pixels", width,
                          height);
    int status = SEG_OK;
    for (uint64_t y = 0; y < r->height && !status; y += height)
        for (uint64_t x = 0; x < r->width && !status; x += width) {
            const uint32_t tile = lib->TIFFComputeTile(r->tiff.tif, (uint32_t)x, (uint32_t)y, 0,
                                                       (uint16_t)(plane < 0 ? 0 : plane));
            const tmsize_t got =
                lib->TIFFReadEncodedTile(r->tiff.tif, tile, r->block, (tmsize_t)r->block_size);
            status = put_block(r, plane, (uint32_t)x, (uint32_t)y, width, height, got);
        }
    return status;
}

static int read_samples(struct reader *r)
{
    const struct segi_mem *mem = &r->reading->context->mem;
    const struct segi_tiff_lib *lib = &r->tiff.lib;
    const bool tiled = lib->TIFFIsTiled(r->tiff.tif);
    r->block_size = tiled ? lib->TIFFTileSize64(r->tiff.tif) : lib->TIFFStripSize64(r->tiff.tif);
    if (!r->block_size || r->block_size > r->reading->context->max_pixels * 64)
        return segi_error(r->reading->err, SEG_LIMIT, "%s of %llu bytes: too large",
                          tiled ? "tiles" : "strips", (unsigned long long)r->block_size);
    r->block = segi_alloc(mem, (size_t)r->block_size, 1);
    /* A row unpacked to bytes, and behind it the same in three colours. */
    r->row = segi_alloc(mem, (size_t)r->width, (size_t)r->samples + 3);
    if (!r->block || !r->row)
        return segi_error_nomem(r->reading->err);
    const bool apart = r->planar == PLANARCONFIG_SEPARATE && r->samples > 1;
    int status = SEG_OK;
    for (int32_t p = apart ? 0 : -1; p < (apart ? r->samples : 0) && !status; p++)
        status = tiled ? read_tiles(r, p) : read_strips(r, p);
    return status;
}

static int select_page(struct reader *r)
{
    const int page = r->reading->page;
    if (!page || (page <= 65535 && r->tiff.lib.TIFFSetDirectory(r->tiff.tif, (tdir_t)page)))
        return SEG_OK;
    const unsigned pages = r->tiff.lib.TIFFNumberOfDirectories(r->tiff.tif);
    if ((unsigned)page < pages)
        return segi_error(r->reading->err, SEG_IO, "damaged: %s", r->tiff.said);
    return segi_error(r->reading->err, SEG_IO, "page %d: it has pages 0 to %u", page, pages - 1);
}

static int load(struct segi_reading *reading)
{
    struct reader r = {.tiff.source = reading->source, .reading = reading};
    struct segi_picture picture;
    int status = segi_tiff_open(&r.tiff, "rm", reading->err);
    if (!status)
        status = select_page(&r);
    if (!status)
        status = read_fields(&r);
    if (!status)
        status = describe(&r, &picture);
    reading->bits = r.bits;
    reading->palette = r.photometric == PHOTOMETRIC_PALETTE;
    if (!status)
        status = segi_reading_start(reading, &picture);
    if (!status)
        status = read_samples(&r);
    if (!status)
        status = segi_tiff_get_props(&r.tiff, reading->layer, reading->err);
    if (!status)
        status = segi_reading_orient(reading, r.orientation);
    segi_tiff_close(&r.tiff);
    segi_free(&reading->context->mem, r.block);
    segi_free(&reading->context->mem, r.row);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    return size >= 8 && (!memcmp(head, "II\x2a\0", 4) || !memcmp(head, "MM\0\x2a", 4) ||
                         !memcmp(head, "II\x2b\0", 4) || !memcmp(head, "MM\0\x2b", 4));
}

const struct segi_format segi_format_tiff = {.name = "TIFF",
                                             .match = match,
                                             .load = load,
                                             .endings = ".tif .tiff",
                                             .save = segi_tiff_save,
                                             .tells = true,
                                             .provenance = segi_tiff_provenance};
