/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Netpbm's formats P1 to P7, and PFM: reading all of them, writing the binary ones. */
#include "label.h"

#include "../base/error.h"
#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <stdlib.h>
#include <string.h>

struct pnm {
    struct segi_reading *reading;
    const uint8_t *p, *end;
    char type; /* '1' to '7', 'F' or 'f' */
    uint64_t width, height, planes, top;
    double scale; /* PFM: below 0 for little endian */
    uint32_t color;
    bool ascii, bits;
    uint8_t *row;
};

static int bad(const struct pnm *pnm, const char *what)
{
    return segi_error(pnm->reading->err, SEG_IO, "damaged: %s", what);
}

/* -- headers ---------------------------------------------------------------------------------- */

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Past blanks and comments. */
static void skip(struct pnm *pnm)
{
    while (pnm->p < pnm->end && (is_space(*pnm->p) || *pnm->p == '#'))
        if (*pnm->p == '#')
            while (pnm->p < pnm->end && *pnm->p != '\n')
                pnm->p++;
        else
            pnm->p++;
}

/* The next number; false where there is none or it has more than 18 digits. */
static bool number(struct pnm *pnm, uint64_t *value)
{
    skip(pnm);
    const uint8_t *begin = pnm->p;
    *value = 0;
    while (pnm->p < pnm->end && *pnm->p >= '0' && *pnm->p <= '9' && pnm->p - begin < 19)
        *value = *value * 10 + (uint64_t)(*pnm->p++ - '0');
    return pnm->p > begin && pnm->p - begin < 19;
}

/* The next word, terminated; cut where it is longer than any that counts. */
static void word(struct pnm *pnm, char *text, size_t size)
{
    size_t n = 0;
    skip(pnm);
    for (; pnm->p < pnm->end && !is_space(*pnm->p); pnm->p++)
        if (n + 1 < size)
            text[n++] = (char)*pnm->p;
    text[n] = 0;
}

static int pam_header(struct pnm *pnm)
{
    char key[24], type[24] = "";
    for (;;) {
        word(pnm, key, sizeof key);
        uint64_t *to = !strcmp(key, "WIDTH")    ? &pnm->width
                       : !strcmp(key, "HEIGHT") ? &pnm->height
                       : !strcmp(key, "DEPTH")  ? &pnm->planes
                       : !strcmp(key, "MAXVAL") ? &pnm->top
                                                : NULL;
        if (!strcmp(key, "ENDHDR"))
            break;
        if (!strcmp(key, "TUPLTYPE"))
            word(pnm, type, sizeof type);
        else if (!to || !number(pnm, to))
            return bad(pnm, "the header is not that of a PAM file");
    }
    const bool alpha = strstr(type, "_ALPHA") != NULL;
    pnm->color = !strncmp(type, "RGB", 3) && pnm->planes == 3u + alpha
                     ? (alpha ? SEG_COLOR_RGBA : SEG_COLOR_RGB)
                 : alpha && pnm->planes == 2 ? SEG_COLOR_GRAY_ALPHA
                 : pnm->planes == 1          ? SEG_COLOR_GRAY
                                             : SEG_COLOR_UNKNOWN;
    return SEG_OK;
}

static int float_header(struct pnm *pnm)
{
    char text[40];
    pnm->planes = pnm->type == 'F' ? 3 : 1;
    pnm->top = 1;
    if (!number(pnm, &pnm->width) || !number(pnm, &pnm->height))
        return bad(pnm, "the header lacks the image's size");
    word(pnm, text, sizeof text);
    pnm->scale = strtod(text, NULL);
    return pnm->scale != 0 ? SEG_OK : bad(pnm, "the header lacks a scale");
}

static int header(struct pnm *pnm)
{
    pnm->type = (char)pnm->p[1];
    pnm->p += 2;
    pnm->ascii = pnm->type >= '1' && pnm->type <= '3';
    pnm->bits = pnm->type == '1' || pnm->type == '4';
    pnm->planes = pnm->type == '3' || pnm->type == '6' || pnm->type == 'F' ? 3 : 1;
    pnm->color = pnm->planes == 3 ? SEG_COLOR_RGB : SEG_COLOR_GRAY;
    int status = SEG_OK;
    if (pnm->type == 'F' || pnm->type == 'f') {
        status = float_header(pnm);
    } else if (pnm->type == '7') {
        status = pam_header(pnm);
    } else {
        pnm->top = 1;
        if (!number(pnm, &pnm->width) || !number(pnm, &pnm->height) ||
            (!pnm->bits && !number(pnm, &pnm->top)))
            return bad(pnm, "the header lacks the image's size");
    }
    if (!status && (pnm->top < 1 || pnm->top > 65535))
        return segi_error(pnm->reading->err, SEG_IO, "damaged: largest value %llu: not in 1..65535",
                          (unsigned long long)pnm->top);
    if (!status && pnm->p < pnm->end && !pnm->ascii)
        pnm->p++; /* one blank ends the header */
    return status;
}

/* -- samples ---------------------------------------------------------------------------------- */

static size_t stored_size(const struct pnm *pnm)
{
    return pnm->scale != 0 ? 4 : pnm->top > 255 ? 2 : 1;
}

static size_t stored_row(const struct pnm *pnm)
{
    return pnm->type == '4' ? (pnm->width + 7) / 8
                            : (size_t)(pnm->width * pnm->planes) * stored_size(pnm);
}

static bool ascii_row(struct pnm *pnm)
{
    for (uint64_t i = 0; i < pnm->width * pnm->planes; i++) {
        uint64_t v;
        skip(pnm);
        if (pnm->bits) { /* needs no blanks between */
            if (pnm->p == pnm->end || (*pnm->p != '0' && *pnm->p != '1'))
                return false;
            v = (uint64_t)(*pnm->p++ - '0');
        } else if (!number(pnm, &v) || v > pnm->top) {
            return false;
        }
        const uint16_t wide = (uint16_t)v;
        if (pnm->top > 255)
            memcpy(pnm->row + 2 * i, &wide, 2);
        else
            pnm->row[i] = (uint8_t)v;
    }
    return true;
}

static void binary_row(struct pnm *pnm)
{
    const size_t count = (size_t)(pnm->width * pnm->planes), size = stored_size(pnm);
    const bool big = pnm->scale >= 0;
    if (pnm->type == '4') {
        segi_unpack_bits(pnm->row, pnm->p, count, 1, false);
    } else {
        memcpy(pnm->row, pnm->p, count * size);
        if (big == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__))
            segi_swap_bytes(pnm->row, count, size);
    }
    pnm->p += stored_row(pnm);
}

/* Images of fewer than 8 bits fill the range of 8; a PBM's 1 is black. */
static void stretch(struct pnm *pnm)
{
    const size_t count = (size_t)(pnm->width * pnm->planes);
    if (segi_reading_wants_numbers(pnm->reading) || pnm->scale != 0 || pnm->top >= 255)
        return;
    const unsigned top = (unsigned)pnm->top;
    for (size_t i = 0; i < count; i++) {
        const unsigned v = pnm->row[i] < top ? pnm->row[i] : top;
        pnm->row[i] = (uint8_t)((pnm->bits ? top - v : v) * 255 / top);
    }
}

static int read_rows(struct pnm *pnm)
{
    const uint64_t height = pnm->height;
    const size_t size = stored_row(pnm);
    int status = SEG_OK;
    for (uint64_t i = 0; i < height && !status; i++) {
        if (pnm->ascii ? !ascii_row(pnm) : (size_t)(pnm->end - pnm->p) < size) {
            skip(pnm);
            if (pnm->p < pnm->end && pnm->ascii)
                return segi_error(pnm->reading->err, SEG_IO,
                                  "damaged: row %llu: not a number in 0..%llu",
                                  (unsigned long long)i, (unsigned long long)pnm->top);
            return segi_reading_truncated(pnm->reading, i, height);
        }
        if (!pnm->ascii)
            binary_row(pnm);
        stretch(pnm);
        /* PFM begins at the bottom. */
        const uint64_t y = pnm->scale != 0 ? height - 1 - i : i;
        status = segi_reading_chunky(pnm->reading, (int32_t)y, 0, (int32_t)pnm->width, pnm->row);
    }
    return status;
}

static int load(struct segi_reading *r)
{
    struct pnm pnm = {.reading = r};
    if (r->page > 0)
        return segi_error(r->err, SEG_IO, "page %d: only the first image of a PNM file is read",
                          r->page);
    int status = segi_source_all(r->source, r->err);
    if (status)
        return status;
    pnm.p = r->source->data;
    pnm.end = pnm.p + r->source->size;
    status = header(&pnm);
    if (status)
        return status;
    const struct segi_picture picture = {.width = pnm.width,
                                         .height = pnm.height,
                                         .planes = pnm.planes,
                                         .sample = pnm.scale != 0  ? SEGI_S_F32
                                                   : pnm.top > 255 ? SEGI_S_U16
                                                                   : SEGI_S_U8,
                                         .color = pnm.color};
    status = segi_reading_start(r, &picture);
    if (status)
        return status;
    pnm.row = segi_alloc(&r->context->mem, (size_t)(pnm.width * pnm.planes), stored_size(&pnm));
    status = pnm.row ? read_rows(&pnm) : segi_error_nomem(r->err);
    segi_free(&r->context->mem, pnm.row);
    return status;
}

static bool match(const unsigned char *head, size_t size)
{
    return size >= 3 && head[0] == 'P' && strchr("1234567Ff", head[1]) && head[1] &&
           (is_space(head[2]) || head[2] == '#');
}

/* -- writing ---------------------------------------------------------------------------------- */

static int write_rows(struct segi_writing *w, unsigned size)
{
    const struct seg_view *v = &w->layer->view;
    const size_t count = (size_t)v->width * (size_t)v->planes;
    uint8_t *row = segi_alloc(&w->context->mem, count, 4);
    if (!row)
        return segi_error_nomem(w->err);
    for (int32_t i = 0; i < v->height; i++) {
        const int32_t y = v->dtype == SEG_F32 ? v->height - 1 - i : i;
        if (v->kind == SEG_LABELS)
            segi_label_pack(row, seg_row(v, 0, y), v->width, size);
        else
            segi_writing_interleave(v, 0, v->planes, y, row);
        const bool swap = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? size == 2 : size == 4;
        if (swap)
            segi_swap_bytes(row, count, size);
        segi_sink_write(w->sink, row, count * size);
    }
    segi_free(&w->context->mem, row);
    return SEG_OK;
}

static int save_mask(struct segi_writing *w)
{
    const struct seg_view *v = &w->layer->view;
    segi_sink_printf(w->sink, "P4\n%d %d\n", v->width, v->height);
    for (int32_t y = 0; y < v->height; y++) {
        const uint8_t *row = seg_row(v, 0, y);
        for (int32_t x = 0; x < v->width; x += 8) {
            uint8_t byte = 0;
            for (int32_t k = 0; k < 8 && x + k < v->width; k++)
                byte = (uint8_t)(byte | row[x + k] << (7 - k));
            segi_sink_write(w->sink, &byte, 1);
        }
    }
    return SEG_OK;
}

static int save(struct segi_writing *w)
{
    static const char *const tuples[] = {"", "GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"};
    const struct seg_view *v = &w->layer->view;
    unsigned size = (unsigned)seg_dtype_size(v->dtype);
    if (v->kind == SEG_MASK)
        return save_mask(w);
    if (v->kind == SEG_SCORES || v->planes > 4)
        return segi_error(w->err, SEG_USAGE, "PNM cannot hold %d planes of %s; use .tif or .npy",
                          v->planes, segi_kind_name(v->kind));
    if (v->kind == SEG_LABELS) {
        const struct segi_label_range range = segi_label_range(v);
        size = segi_label_size(range);
        if (size > 2)
            return segi_error(w->err, SEG_USAGE,
                              "label %d: PNM holds labels in 0..65535; use .tif or .npy",
                              range.least < 0 ? range.least : range.most);
    }
    if (size == 4 && v->planes != 1 && v->planes != 3)
        return segi_error(w->err, SEG_USAGE, "PFM holds 1 or 3 planes, not %d; use .tif or .npy",
                          v->planes);
    if (size == 4)
        segi_sink_printf(w->sink, "P%c\n%d %d\n-1.0\n", v->planes == 3 ? 'F' : 'f', v->width,
                         v->height);
    else if (v->planes == 1 || v->planes == 3)
        segi_sink_printf(w->sink, "P%c\n%d %d\n%d\n", v->planes == 3 ? '6' : '5', v->width,
                         v->height, size == 2 ? 65535 : 255);
    else
        segi_sink_printf(
            w->sink, "P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n",
            v->width, v->height, v->planes, size == 2 ? 65535 : 255, tuples[v->planes]);
    return write_rows(w, size);
}

const struct segi_format segi_format_pnm = {.name = "PNM",
                                            .match = match,
                                            .load = load,
                                            .endings = ".pgm .ppm .pbm .pnm .pam .pfm",
                                            .save = save};
