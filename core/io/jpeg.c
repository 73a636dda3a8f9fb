/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading JPEG through libjpeg-turbo: gray, colour, CMYK and YCCK, turned as EXIF says. */
#include "format.h"

#include "../base/error.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#define SCANS_MAX 500 /* a progressive file with more only wants to be slow */

struct jpeg {
    struct jpeg_error_mgr errors; /* libjpeg hands this back to the handlers */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct in;
    jmp_buf fail;
    struct segi_reading *reading;
    int status;
    uint8_t *row; /* as libjpeg makes it, and then as red, green, blue */
};

/* -- what libjpeg calls ----------------------------------------------------------------------- */

static void fatal(j_common_ptr info)
{
    struct jpeg *jpeg = (struct jpeg *)info->err;
    char text[JMSG_LENGTH_MAX];
    if (info->err->msg_code == JERR_OUT_OF_MEMORY) {
        jpeg->status = segi_error_nomem(jpeg->reading->err);
    } else {
        info->err->format_message(info, text);
        jpeg->status = segi_error(jpeg->reading->err, SEG_IO, "damaged: %s", text);
    }
    longjmp(jpeg->fail, 1);
}

/* Of what libjpeg only warns, some means that pixels are made up. */
static void warn(j_common_ptr info, int level)
{
    struct jpeg *jpeg = (struct jpeg *)info->err;
    if (level >= 0)
        return;
    switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
        jpeg->status =
            jpeg->in.image_height
                ? segi_reading_truncated(jpeg->reading, jpeg->in.output_scanline,
                                         jpeg->in.image_height)
                : segi_error(jpeg->reading->err, SEG_IO, "truncated: it ends within the header");
        longjmp(jpeg->fail, 1);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_MUST_RESYNC:
        fatal(info);
        break;
    default:
        break;
    }
}

static void watch_scans(j_common_ptr info)
{
    struct jpeg *jpeg = (struct jpeg *)info->err;
    if (jpeg->in.input_scan_number <= SCANS_MAX)
        return;
    jpeg->status = segi_error(jpeg->reading->err, SEG_LIMIT, "more than %d scans", SCANS_MAX);
    longjmp(jpeg->fail, 1);
}

static void silent(j_common_ptr info)
{
    (void)info;
}

/* -- EXIF ------------------------------------------------------------------------------------- */

static unsigned get(const uint8_t *p, unsigned size, bool little)
{
    unsigned v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= (unsigned)p[i] << 8 * (little ? i : size - 1 - i);
    return v;
}

/* Tag 0x112 of the first directory; 1 where anything is not as it should be. */
static unsigned exif_orientation(const uint8_t *data, size_t size)
{
    if (size < 14 || memcmp(data, "Exif\0\0", 6))
        return 1;
    data += 6;
    size -= 6;
    const bool little = data[0] == 'I';
    const size_t at = get(data + 4, 4, little);
    if (at > size - 2)
        return 1;
    const unsigned count = get(data + at, 2, little);
    for (size_t i = 0; i < count && at + 2 + (i + 1) * 12 <= size; i++) {
        const uint8_t *entry = data + at + 2 + i * 12;
        if (get(entry, 2, little) == 0x112 && get(entry + 2, 2, little) == 3)
            return get(entry + 8, 2, little);
    }
    return 1;
}

static unsigned orientation(const struct jpeg *jpeg)
{
    for (jpeg_saved_marker_ptr m = jpeg->in.marker_list; m; m = m->next)
        if (m->marker == JPEG_APP0 + 1) {
            const unsigned o = exif_orientation(m->data, m->data_length);
            if (o > 1)
                return o;
        }
    return 1;
}

/* -- decoding --------------------------------------------------------------------------------- */

/* Four inks to light. Adobe stores them inverted, and almost nobody else writes such files. */
static void from_inks(uint8_t *row, JDIMENSION n, bool inverted)
{
    const uint8_t *from = row;
    for (JDIMENSION i = 0; i < n; i++, from += 4, row += 3) {
        const unsigned k = inverted ? from[3] : 255u - from[3];
        for (int c = 0; c < 3; c++) {
            const unsigned light = inverted ? from[c] : 255u - from[c];
            row[c] = (uint8_t)((light * k + 127) / 255);
        }
    }
}

static int decode(struct jpeg *jpeg)
{
    struct segi_reading *r = jpeg->reading;
    struct jpeg_decompress_struct *in = &jpeg->in;
    jpeg_mem_src(in, r->source->data, (unsigned long)r->source->size);
    jpeg_save_markers(in, JPEG_APP0 + 1, 0xffff);
    jpeg_save_markers(in, JPEG_APP0 + 2, 0xffff);
    jpeg_read_header(in, TRUE);
    const bool inks = in->num_components == 4;
    in->out_color_space = in->num_components == 1 ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_RGB;
    const struct segi_picture picture = {.width = in->image_width,
                                         .height = in->image_height,
                                         .planes = in->num_components == 1 ? 1 : 3,
                                         .sample = SEGI_S_U8,
                                         .color = in->num_components == 1 ? SEG_COLOR_GRAY
                                                                          : SEG_COLOR_RGB};
    int status = segi_reading_start(r, &picture);
    if (status)
        return status;
    jpeg->row = segi_alloc(&r->context->mem, in->image_width, 4);
    if (!jpeg->row)
        return segi_error_nomem(r->err);
    jpeg_start_decompress(in);
    while (!status && in->output_scanline < in->output_height) {
        const int32_t y = (int32_t)in->output_scanline;
        JSAMPROW rows[1] = {jpeg->row};
        jpeg_read_scanlines(in, rows, 1);
        if (inks)
            from_inks(jpeg->row, in->output_width, in->saw_Adobe_marker);
        status = segi_reading_chunky(r, y, 0, (int32_t)in->output_width, jpeg->row);
    }
    if (!status)
        status = segi_reading_orient(r, orientation(jpeg));
    return status;
}

static int load(struct segi_reading *reading)
{
    if (reading->page > 0)
        return segi_error(reading->err, SEG_IO, "page %d: a JPEG file has one, 0", reading->page);
    int status = segi_source_all(reading->source, reading->err);
    if (status)
        return status;
    struct jpeg *jpeg = segi_calloc(&reading->context->mem, 1, sizeof *jpeg);
    if (!jpeg)
        return segi_error_nomem(reading->err);
    jpeg->reading = reading;
    jpeg->in.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = fatal;
    jpeg->errors.emit_message = warn;
    jpeg->errors.output_message = silent;
    jpeg->progress.progress_monitor = watch_scans;
    if (!setjmp(jpeg->fail)) {
        jpeg_create_decompress(&jpeg->in);
        jpeg->in.progress = &jpeg->progress;
        jpeg->status = decode(jpeg);
    }
    status = jpeg->status;
    jpeg_destroy_decompress(&jpeg->in);
    segi_free(&reading->context->mem, jpeg->row);
    segi_free(&reading->context->mem, jpeg);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    return size >= 2 && head[0] == 0xff && head[1] == 0xd8;
}

const struct segi_format segi_format_jpeg = {.name = "JPEG", .match = match, .load = load};
