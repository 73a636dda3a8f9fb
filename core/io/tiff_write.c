/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing TIFF, deflated: labels as 8, 16 or 32 bits, masks as 0 and 255, colours together and
 * other planes apart. Above 4 GB it becomes a BigTIFF. */
#include "label.h"
#include "tiff.h"

#include "../base/error.h"

#include <segkit/plugin-util.h>
#include <string.h>
#include <unistd.h>

#define STRIP_BYTES (1u << 18)
#define LEVEL       1

struct writer {
    struct segi_tiff tiff;
    struct segi_writing *writing;
    const struct seg_view *view;
    unsigned size;     /* bytes of a sample */
    uint16_t together; /* samples of a pixel that are stored side by side */
    uint16_t format;
    int32_t rows; /* of a strip */
    uint8_t *strip;
};

static void set_alpha(struct writer *w, uint32_t color)
{
    uint16_t kinds[1] = {EXTRASAMPLE_UNASSALPHA};
    if (color == SEG_COLOR_RGBA || color == SEG_COLOR_GRAY_ALPHA)
        w->tiff.lib.TIFFSetField(w->tiff.tif, TIFFTAG_EXTRASAMPLES, 1, kinds);
}

static void set_fields(struct writer *w)
{
    const struct segi_tiff_lib *lib = &w->tiff.lib;
    TIFF *tif = w->tiff.tif;
    const struct seg_view *v = w->view;
    const uint32_t color = w->writing->layer->props.color;
    const bool rgb = w->together >= 3;
    lib->TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, (uint32_t)v->width);
    lib->TIFFSetField(tif, TIFFTAG_IMAGELENGTH, (uint32_t)v->height);
    lib->TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, w->size * 8);
    lib->TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, v->planes);
    lib->TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT, w->format);
    lib->TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, rgb ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    lib->TIFFSetField(tif, TIFFTAG_PLANARCONFIG,
                      w->together == v->planes ? PLANARCONFIG_CONTIG : PLANARCONFIG_SEPARATE);
    lib->TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, (uint32_t)w->rows);
    lib->TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    lib->TIFFSetField(tif, TIFFTAG_ZIPQUALITY, LEVEL);
    /* The predictor for floating point shrinks files, but many readers lack it. */
    if (v->kind == SEG_IMAGE && w->format == SAMPLEFORMAT_UINT)
        lib->TIFFSetField(tif, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    set_alpha(w, color);
    segi_tiff_set_props(&w->tiff, w->writing->layer);
    if (w->writing->options.provenance)
        lib->TIFFSetField(tif, TIFFTAG_IMAGEDESCRIPTION, w->writing->options.provenance);
}

static void fetch_row(const struct writer *w, int32_t plane, int32_t y, uint8_t *to)
{
    const struct seg_view *v = w->view;
    const size_t n = (size_t)v->width;
    const uint8_t *from = seg_row(v, plane, y);
    if (v->kind == SEG_MASK) {
        for (size_t x = 0; x < n; x++)
            to[x] = from[x] ? 255 : 0;
    } else if (v->kind == SEG_LABELS && w->size < 4) {
        segi_label_pack(to, (const int32_t *)from, v->width, w->size);
    } else {
        segi_writing_interleave(v, plane, w->together, y, to);
    }
}

static int write_plane(struct writer *w, int32_t plane, uint32_t *strip)
{
    const struct seg_view *v = w->view;
    const size_t row_size = (size_t)v->width * w->together * w->size;
    for (int32_t y = 0; y < v->height; y += w->rows, ++*strip) {
        const int32_t rows = w->rows < v->height - y ? w->rows : v->height - y;
        for (int32_t i = 0; i < rows; i++)
            fetch_row(w, plane, y + i, w->strip + row_size * (size_t)i);
        const tmsize_t size = (tmsize_t)(row_size * (size_t)rows);
        if (w->tiff.lib.TIFFWriteEncodedStrip(w->tiff.tif, *strip, w->strip, size) == size)
            continue;
        return w->writing->sink->status
                   ? w->writing->sink->status
                   : segi_error(w->writing->err, SEG_IO, "cannot write: %s", w->tiff.said);
    }
    return SEG_OK;
}

static int write_planes(struct writer *w)
{
    const struct segi_mem *mem = &w->writing->context->mem;
    const size_t row_size = (size_t)w->view->width * w->together * w->size;
    w->rows = row_size < STRIP_BYTES ? (int32_t)(STRIP_BYTES / row_size) : 1;
    w->rows = w->rows < w->view->height ? w->rows : w->view->height;
    const double all = (double)row_size * w->view->height * w->view->planes / w->together;
    uint32_t strip = 0;
    int status = segi_tiff_open(&w->tiff, all > 4e9 ? "w8" : "w", w->writing->err);
    if (!status) {
        w->strip = segi_alloc(mem, row_size, (size_t)w->rows);
        status = w->strip ? SEG_OK : segi_error_nomem(w->writing->err);
    }
    if (!status)
        set_fields(w);
    for (int32_t p = 0; p < w->view->planes && !status; p += w->together)
        status = write_plane(w, p, &strip);
    segi_tiff_close(&w->tiff); /* writes the directory */
    segi_free(mem, w->strip);
    if (!status)
        status = w->writing->sink->status;
    if (!status && w->tiff.said[0])
        status = segi_error(w->writing->err, SEG_IO, "cannot write: %s", w->tiff.said);
    return status;
}

int segi_tiff_save(struct segi_writing *writing)
{
    const struct seg_view *v = &writing->layer->view;
    const uint32_t color = writing->layer->props.color;
    struct writer w = {.tiff.sink = writing->sink,
                       .writing = writing,
                       .view = v,
                       .size = (unsigned)seg_dtype_size(v->dtype),
                       .together = 1,
                       .format = SAMPLEFORMAT_UINT};
    if (lseek(writing->sink->fd, 0, SEEK_CUR) < 0)
        return segi_error(writing->err, SEG_USAGE,
                          "TIFF cannot be written to a pipe; use .png or .npy");
    if (v->planes > UINT16_MAX)
        return segi_error(writing->err, SEG_USAGE, "TIFF holds up to 65535 planes, not %d",
                          v->planes);
    if (v->kind == SEG_LABELS) {
        const struct segi_label_range range = segi_label_range(v);
        w.size = segi_label_size(range);
        if (range.least < 0)
            w.format = SAMPLEFORMAT_INT;
    } else if (v->dtype == SEG_F32) {
        w.format = SAMPLEFORMAT_IEEEFP;
    }
    if (v->kind == SEG_IMAGE &&
        ((v->planes == 3 && (color == SEG_COLOR_RGB || color == SEG_COLOR_UNKNOWN)) ||
         color == SEG_COLOR_RGBA || color == SEG_COLOR_GRAY_ALPHA))
        w.together = (uint16_t)v->planes;
    return write_planes(&w);
}
