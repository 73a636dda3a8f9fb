/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NumPy's .npy: arrays of shape (rows, columns) or (planes, rows, columns). */
#include "format.h"

#include "../base/error.h"

#include <segkit/plugin-util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC      "\x93NUMPY"
#define HEADER_MAX 65536

struct npy {
    struct segi_reading *reading;
    bool swap, fortran;
    enum segi_sample sample;
    uint32_t color;
    uint64_t shape[3];  /* planes, rows, columns */
    uint64_t stride[3]; /* from one to the next, in samples */
    uint64_t offset;    /* of the samples in the file */
};

static int bad(const struct npy *npy, const char *what)
{
    return segi_error(npy->reading->err, SEG_IO, "damaged: %s", what);
}

/* -- header ----------------------------------------------------------------------------------- */

/* The text behind 'key': in the header's dictionary; NULL where there is none. */
static const char *value_of(const char *header, const char *key)
{
    const char *p = strstr(header, key);
    if (!p)
        return NULL;
    p += strlen(key);
    return p + strspn(p, " \t:");
}

static int read_type(struct npy *npy, const char *text)
{
    static const struct {
        const char *code;
        enum segi_sample sample;
    } types[] = {{"u1", SEGI_S_U8},  {"u2", SEGI_S_U16}, {"u4", SEGI_S_U32}, {"u8", SEGI_S_U64},
                 {"i1", SEGI_S_I8},  {"i2", SEGI_S_I16}, {"i4", SEGI_S_I32}, {"i8", SEGI_S_I64},
                 {"f4", SEGI_S_F32}, {"f8", SEGI_S_F64}, {"b1", SEGI_S_U8}};
    char order = 0, code[3] = "", quote = 0;
    if (!text || sscanf(text, "%c%c%2[a-z0-9]%c", &quote, &order, code, &quote) < 3)
        return bad(npy, "the header lacks the type of the samples");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].code, code) && (quote == '\'' || quote == '"')) {
            npy->sample = types[i].sample;
            npy->swap = order == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
            return SEG_OK;
        }
    return segi_error(npy->reading->err, SEG_IO,
                      "samples of type %.6s are not read: only bool, integers, f4 and f8", text);
}

/* Which axis is which, and how many samples lie between neighbours along each. Two axes are rows
 * and columns; of three the first is planes, but (rows, columns, 3 or 4) is colours where an image
 * is wanted. */
static void set_shape(struct npy *npy, const uint64_t *sizes, int count)
{
    const bool colors = npy->reading->kind != SEG_SCORES && count == 3 && sizes[0] > 4 &&
                        (sizes[2] == 3 || sizes[2] == 4);
    const int axes[3] = {colors ? 2 : 0, count - 2 - colors, count - 1 - colors};
    uint64_t strides[3], stride = 1;
    for (int i = 0; i < count; i++) {
        const int axis = npy->fortran ? i : count - 1 - i;
        strides[axis] = stride;
        stride *= sizes[axis]; /* may wrap: the size is checked before it counts */
    }
    npy->color = colors                        ? (sizes[2] == 3 ? SEG_COLOR_RGB : SEG_COLOR_RGBA)
                 : count == 2 || sizes[0] == 1 ? SEG_COLOR_GRAY
                                               : SEG_COLOR_UNKNOWN;
    for (int i = 0; i < 3; i++) {
        npy->shape[i] = i || count == 3 ? sizes[axes[i]] : 1;
        npy->stride[i] = i || count == 3 ? strides[axes[i]] : 0;
    }
}

static int read_shape(struct npy *npy, const char *text)
{
    uint64_t sizes[3] = {0};
    int count = 0;
    if (!text || *text != '(')
        return bad(npy, "the header lacks the shape of the array");
    for (text++; count < 3 && *text && *text != ')'; count++) {
        char *end;
        sizes[count] = strtoull(text, &end, 10);
        if (end == text || *text == '-')
            return bad(npy, "the header lacks the shape of the array");
        text = end + strspn(end, ", L");
    }
    if (*text != ')' || count < 2)
        return segi_error(
            npy->reading->err, SEG_IO,
            "an array of %s dimensions is no image: (rows, columns) or (planes, rows, "
            "columns)",
            count < 2 ? "fewer than 2" : "more than 3");
    set_shape(npy, sizes, count);
    return SEG_OK;
}

static int read_header(struct npy *npy)
{
    struct segi_reading *r = npy->reading;
    const uint8_t *head = r->source->head;
    if (r->source->head_size < 12)
        return bad(npy, "it ends within the header");
    const unsigned start = head[6] == 1 ? 10 : 12;
    size_t length = head[8] | (size_t)head[9] << 8, got;
    if (head[6] > 1)
        length |= (size_t)head[10] << 16 | (size_t)head[11] << 24;
    if (head[6] < 1 || head[6] > 3 || length > HEADER_MAX)
        return bad(npy, "the header is of an unknown version or too long");
    char *header = segi_alloc(&r->context->mem, length + 1, 1);
    if (!header)
        return segi_error_nomem(r->err);
    int status = segi_source_read(r->source, start, header, length, &got, r->err);
    header[status ? 0 : got] = 0;
    if (!status && got < length)
        status = bad(npy, "it ends within the header");
    if (!status)
        status = read_type(npy, value_of(header, "'descr'"));
    const char *order = status ? NULL : value_of(header, "'fortran_order'");
    npy->fortran = order && !strncmp(order, "True", 4);
    if (!status)
        status = read_shape(npy, value_of(header, "'shape'"));
    npy->offset = start + length;
    segi_free(&r->context->mem, header);
    return status;
}

/* -- samples ---------------------------------------------------------------------------------- */

static int put_row(struct npy *npy, uint64_t plane, uint64_t y, void *samples)
{
    const size_t n = (size_t)npy->shape[2];
    if (npy->swap)
        segi_swap_bytes(samples, n, segi_sample_size(npy->sample));
    return segi_reading_plane(npy->reading, (int32_t)plane, (int32_t)y, 0, (int32_t)n, samples);
}

/* Rows that lie in one piece. */
static int read_rows(struct npy *npy, uint8_t *row, size_t row_size)
{
    struct segi_reading *r = npy->reading;
    uint64_t offset = npy->offset;
    int status = SEG_OK;
    for (uint64_t p = 0; p < npy->shape[0]; p++)
        for (uint64_t y = 0; y < npy->shape[1] && !status; y++, offset += row_size) {
            size_t got;
            status = segi_source_read(r->source, offset, row, row_size, &got, r->err);
            if (!status && got < row_size)
                return segi_reading_truncated(r, p * npy->shape[1] + y,
                                              npy->shape[0] * npy->shape[1]);
            if (!status)
                status = put_row(npy, p, y, row);
        }
    return status;
}

/* Rows whose samples are gathered from all over the file. */
static int gather_rows(struct npy *npy, uint8_t *row)
{
    struct segi_reading *r = npy->reading;
    const size_t size = segi_sample_size(npy->sample);
    int status = segi_source_all(r->source, r->err);
    if (!status &&
        (r->source->size - npy->offset) / size < npy->shape[0] * npy->shape[1] * npy->shape[2])
        return segi_reading_truncated(r, 0, npy->shape[1]);
    for (uint64_t p = 0; p < npy->shape[0] && !status; p++)
        for (uint64_t y = 0; y < npy->shape[1] && !status; y++) {
            const uint8_t *from =
                r->source->data + npy->offset + (p * npy->stride[0] + y * npy->stride[1]) * size;
            for (uint64_t x = 0; x < npy->shape[2]; x++)
                memcpy(row + x * size, from + x * npy->stride[2] * size, size);
            status = put_row(npy, p, y, row);
        }
    return status;
}

static int load(struct segi_reading *r)
{
    struct npy npy = {.reading = r};
    int status = r->page > 0
                     ? segi_error(r->err, SEG_IO, "page %d: an NPY file has one, 0", r->page)
                     : read_header(&npy);
    if (status)
        return status;
    const struct segi_picture picture = {.width = npy.shape[2],
                                         .height = npy.shape[1],
                                         .planes = npy.shape[0],
                                         .sample = npy.sample,
                                         .color = npy.color};
    status = segi_reading_start(r, &picture);
    if (status)
        return status;
    const size_t row_size = (size_t)npy.shape[2] * segi_sample_size(npy.sample);
    const bool in_rows = npy.stride[2] == 1 && !npy.fortran;
    uint8_t *row = segi_alloc(&r->context->mem, row_size, 1);
    status = !row      ? segi_error_nomem(r->err)
             : in_rows ? read_rows(&npy, row, row_size)
                       : gather_rows(&npy, row);
    segi_free(&r->context->mem, row);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    return size >= 8 && !memcmp(head, MAGIC, 6);
}

/* -- writing ---------------------------------------------------------------------------------- */

static int save(struct segi_writing *w)
{
    static const char *const codes[] = {
        [SEG_U8] = "u1", [SEG_U16] = "u2", [SEG_F32] = "f4", [SEG_I32] = "i4"};
    const struct seg_view *v = &w->layer->view;
    char header[128], planes[16] = "";
    if (v->planes > 1)
        snprintf(planes, sizeof planes, "%d, ", v->planes);
    const char *code = v->kind == SEG_MASK ? "b1" : codes[v->dtype];
    const char order = strchr("ub", code[0]) && code[1] == '1'     ? '|'
                       : __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<'
                                                                   : '>';
    const int n = snprintf(header, sizeof header,
                           "{'descr': '%c%s', 'fortran_order': False, 'shape': (%s%d, %d), }",
                           order, code, planes, v->height, v->width);
    /* The samples begin at a multiple of 64, behind blanks and a line end. */
    const unsigned length = (10u + (unsigned)n + 1 + 63) / 64 * 64 - 10;
    const uint8_t start[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)length, (uint8_t)(length >> 8)};
    segi_sink_write(w->sink, start, sizeof start);
    segi_sink_printf(w->sink, "%-*s\n", (int)length - 1, header);
    const size_t row_size = (size_t)v->width * seg_dtype_size(v->dtype);
    for (int32_t p = 0; p < v->planes; p++)
        for (int32_t y = 0; y < v->height; y++)
            segi_sink_write(w->sink, seg_row(v, p, y), row_size);
    return SEG_OK;
}

const struct segi_format segi_format_npy = {
    .name = "NPY", .match = match, .load = load, .endings = ".npy", .save = save};
