/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing PNG: masks as 1 bit, labels as 8 or 16, images as they are. Rows are filtered here and
 * deflated in one piece by libdeflate. */
#include "label.h"
#include "png.h"

#include "../base/error.h"
#include "../base/names.h"

#include <libdeflate.h>
#include <segkit/plugin-util.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef uint8_t bytes __attribute__((vector_size(16)));

struct encoder {
    struct segi_writing *writing;
    const struct seg_view *view;
    unsigned depth, color;
    size_t step;       /* bytes from a pixel to the next, at least 1 */
    size_t row_size;   /* bytes */
    bool filtered;     /* else all rows are stored as they are */
    uint8_t *raw;      /* filtered rows, each behind its filter's number */
    uint8_t *rows[2];  /* this one and the one above, unfiltered */
    uint8_t *trial[2]; /* filtered in two ways */
};

static void put32(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)(v >> 24);
    to[1] = (uint8_t)(v >> 16);
    to[2] = (uint8_t)(v >> 8);
    to[3] = (uint8_t)v;
}

static void write_chunk(struct segi_sink *sink, const char *type, const void *data, size_t size)
{
    uint8_t head[8], tail[4];
    put32(head, (uint32_t)size);
    memcpy(head + 4, type, 4);
    put32(tail, libdeflate_crc32(libdeflate_crc32(0, type, 4), data, size));
    segi_sink_write(sink, head, 8);
    segi_sink_write(sink, data, size);
    segi_sink_write(sink, tail, 4);
}

/* -- rows ------------------------------------------------------------------------------------- */

/* Eight bytes of 0 or 1 to one of eight bits. */
static void pack_mask(uint8_t *to, const uint8_t *from, int32_t n)
{
    int32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t v;
        memcpy(&v, from + i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        v = __builtin_bswap64(v);
#endif
        to[i / 8] = (uint8_t)(v * 0x8040201008040201u >> 56);
    }
    if (i < n)
        to[i / 8] = 0;
    for (; i < n; i++)
        to[i / 8] = (uint8_t)(to[i / 8] | from[i] << (7 - i % 8));
}

static void fetch_row(const struct encoder *e, uint8_t *to, int32_t y)
{
    const struct seg_view *v = e->view;
    if (v->kind == SEG_MASK)
        pack_mask(to, seg_row(v, 0, y), v->width);
    else if (v->kind == SEG_LABELS)
        segi_label_pack(to, seg_row(v, 0, y), v->width, e->depth / 8);
    else if (v->planes == 1)
        memcpy(to, seg_row(v, 0, y), e->row_size);
    else
        segi_writing_interleave(v, 0, v->planes, y, to);
    if (e->depth == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        segi_swap_bytes(to, e->row_size / 2, 2);
}

/* The sum of absolute values of bytes taken as signed. */
static inline uint64_t sum_of_sizes(bytes a)
{
    const bytes negative = (bytes)(a > 127);
    const bytes sizes = (a ^ negative) - negative;
#if defined(__SSE2__)
    const __m128i sums = _mm_sad_epu8((__m128i)sizes, _mm_setzero_si128());
    return (uint64_t)_mm_cvtsi128_si64(sums) + (uint64_t)_mm_extract_epi16(sums, 4);
#else
    uint64_t sum = 0;
    for (size_t k = 0; k < sizeof sizes; k++)
        sum += sizes[k];
    return sum;
#endif
}

/* to = from - before, and the sum of its absolute values taken as signed. */
static uint64_t subtract(uint8_t *to, const uint8_t *from, const uint8_t *before, size_t size)
{
    uint64_t sum = 0;
    size_t i = 0;
    for (; i + sizeof(bytes) <= size; i += sizeof(bytes)) {
        bytes a, b;
        memcpy(&a, from + i, sizeof a);
        memcpy(&b, before + i, sizeof b);
        a -= b;
        memcpy(to + i, &a, sizeof a);
        sum += sum_of_sizes(a);
    }
    for (; i < size; i++) {
        to[i] = (uint8_t)(from[i] - before[i]);
        sum += to[i] < 128 ? to[i] : 256u - to[i];
    }
    return sum;
}

/* The better of the two filters that cost least to undo, by the sum of what is left. */
static void filter_row(const struct encoder *e, uint8_t *to, const uint8_t *row,
                       const uint8_t *above)
{
    memcpy(e->trial[0], row, e->step);
    const uint64_t left =
        subtract(e->trial[0] + e->step, row + e->step, row, e->row_size - e->step);
    const uint64_t up = subtract(e->trial[1], row, above, e->row_size);
    to[0] = up <= left ? PNG_UP : PNG_SUB;
    memcpy(to + 1, e->trial[up <= left], e->row_size);
}

static void fill_raw(struct encoder *e)
{
    uint8_t *to = e->raw;
    for (int32_t y = 0; y < e->view->height; y++, to += e->row_size + 1) {
        if (!e->filtered) {
            to[0] = PNG_NONE;
            fetch_row(e, to + 1, y);
            continue;
        }
        fetch_row(e, e->rows[y % 2], y);
        filter_row(e, to, e->rows[y % 2], e->rows[(y + 1) % 2]);
    }
}

/* -- file ------------------------------------------------------------------------------------- */

#define LEVEL 1

static int deflate_raw(struct encoder *e, size_t raw_size)
{
    const struct segi_mem *mem = &e->writing->context->mem;
    struct segi_sink *sink = e->writing->sink;
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
    const size_t bound = c ? libdeflate_zlib_compress_bound(c, raw_size) : 0;
    uint8_t *out = c ? segi_alloc(mem, bound, 1) : NULL;
    int status = out ? SEG_OK : segi_error_nomem(e->writing->err);
    if (!status) {
        const size_t size = libdeflate_zlib_compress(c, e->raw, raw_size, out, bound);
        /* A chunk holds less than 2^31 bytes. */
        for (size_t at = 0; at < size; at += (size_t)1 << 30)
            write_chunk(sink, "IDAT", out + at,
                        size - at < (size_t)1 << 30 ? size - at : (size_t)1 << 30);
    }
    libdeflate_free_compressor(c);
    segi_free(mem, out);
    return status;
}

static int encode(struct encoder *e)
{
    const struct segi_mem *mem = &e->writing->context->mem;
    size_t size, room;
    uint8_t *rows = NULL;
    int status = SEG_OK;
    if (segi_size_mul(e->row_size + 1, (size_t)e->view->height, &size) &&
        segi_size_mul(e->row_size, 4, &room)) {
        e->raw = segi_alloc(mem, size, 1);
        rows = segi_calloc(mem, room, 1);
    }
    if (!e->raw || !rows)
        status = segi_error_nomem(e->writing->err);
    if (!status) {
        for (int i = 0; i < 2; i++) {
            e->rows[i] = rows + (size_t)i * e->row_size;
            e->trial[i] = rows + (size_t)(i + 2) * e->row_size;
        }
        fill_raw(e);
        status = deflate_raw(e, size);
    }
    segi_free(mem, e->raw);
    segi_free(mem, rows);
    return status;
}

static int write_provenance(struct encoder *e)
{
    const char *text = e->writing->options.provenance;
    if (!text)
        return SEG_OK;
    const struct segi_mem *mem = &e->writing->context->mem;
    const size_t size = strlen(text);
    char *data = segi_alloc(mem, PNG_PROVENANCE_HEAD + size, 1);
    if (!data)
        return segi_error_nomem(e->writing->err);
    memcpy(data, segi_png_provenance_head, PNG_PROVENANCE_HEAD);
    memcpy(data + PNG_PROVENANCE_HEAD, text, size);
    write_chunk(e->writing->sink, "iTXt", data, PNG_PROVENANCE_HEAD + size);
    segi_free(mem, data);
    return SEG_OK;
}

/* A profile says what colours look like, and labels have none. */
static void write_props(struct encoder *e)
{
    const seg_layer *layer = e->writing->layer;
    uint8_t size[9], *icc = NULL;
    const size_t icc_size = e->view->kind == SEG_IMAGE ? segi_png_put_icc(layer, &icc) : 0;
    if (icc_size)
        write_chunk(e->writing->sink, "iCCP", icc, icc_size);
    if (segi_png_put_size(layer, size))
        write_chunk(e->writing->sink, "pHYs", size, sizeof size);
    segi_free(&e->writing->context->mem, icc);
}

static int save_view(struct encoder *e, unsigned depth, unsigned color, unsigned samples)
{
    const struct seg_view *v = e->view;
    struct segi_sink *sink = e->writing->sink;
    e->depth = depth;
    e->color = color;
    e->step = depth < 8 ? 1 : samples * depth / 8;
    e->row_size = ((size_t)v->width * samples * depth + 7) / 8;
    e->filtered = v->kind == SEG_IMAGE;
    uint8_t header[13] = {[8] = (uint8_t)depth, [9] = (uint8_t)color};
    put32(header, (uint32_t)v->width);
    put32(header + 4, (uint32_t)v->height);
    segi_sink_write(sink, PNG_SIGNATURE, 8);
    write_chunk(sink, "IHDR", header, sizeof header);
    write_props(e);
    int status = write_provenance(e);
    if (!status)
        status = encode(e);
    if (!status)
        write_chunk(sink, "IEND", "", 0);
    return status;
}

static int save_labels(struct encoder *e)
{
    const struct segi_label_range range = segi_label_range(e->view);
    const unsigned size = segi_label_size(range);
    if (range.least < 0)
        return segi_error(e->writing->err, SEG_USAGE,
                          "PNG cannot hold void pixels (label -1); use .tif or .npy");
    if (size > 2)
        return segi_error(e->writing->err, SEG_USAGE,
                          "label %d: PNG holds labels up to 65535; use .tif or .npy", range.most);
    return save_view(e, size * 8, PNG_GRAY, 1);
}

static int save_image(struct encoder *e)
{
    static const uint8_t types[] = {0, PNG_GRAY, PNG_GRAY_ALPHA, PNG_RGB, PNG_RGBA};
    const struct seg_view *v = e->view;
    const uint32_t color = e->writing->layer->props.color;
    if (v->dtype != SEG_U8 && v->dtype != SEG_U16)
        return segi_error(e->writing->err, SEG_USAGE,
                          "PNG cannot hold samples of type %s; use .tif or .npy",
                          segi_dtype_name(v->dtype));
    if (v->planes > 4 || color > SEG_COLOR_GRAY_ALPHA ||
        (v->planes == 2 && color != SEG_COLOR_GRAY_ALPHA))
        return segi_error(e->writing->err, SEG_USAGE,
                          "PNG cannot hold %d planes of colour space '%s'; use .tif or .npy",
                          v->planes, segi_color_name(color));
    return save_view(e, v->dtype == SEG_U8 ? 8 : 16, types[v->planes], (unsigned)v->planes);
}

int segi_png_save(struct segi_writing *w)
{
    struct encoder e = {.writing = w, .view = &w->layer->view};
    switch (w->layer->view.kind) {
    case SEG_MASK:
        return save_view(&e, 1, PNG_GRAY, 1);
    case SEG_LABELS:
        return save_labels(&e);
    case SEG_IMAGE:
        return save_image(&e);
    default:
        return segi_error(w->err, SEG_USAGE, "PNG cannot hold %s; use .tif or .npy",
                          segi_kind_name(w->layer->view.kind));
    }
}
