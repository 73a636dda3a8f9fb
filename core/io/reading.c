/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a file's samples to a layer's. */
#include "reading.h"

#include "../base/cpu.h"
#include "../base/error.h"
#include "../base/names.h"

#include <math.h>
#include <segkit/plugin-util.h>
#include <string.h>

#define PIECE 256 /* samples that are converted at once */

/* Above this, f32 leaves out whole numbers. */
#define F32_WHOLE 16777216.0

size_t segi_sample_size(enum segi_sample sample)
{
    static const unsigned char sizes[] = {
        [SEGI_S_U8] = 1,  [SEGI_S_U16] = 2, [SEGI_S_U32] = 4, [SEGI_S_U64] = 8, [SEGI_S_I8] = 1,
        [SEGI_S_I16] = 2, [SEGI_S_I32] = 4, [SEGI_S_I64] = 8, [SEGI_S_F32] = 4, [SEGI_S_F64] = 8};
    return sizes[sample];
}

bool segi_reading_wants_numbers(const struct segi_reading *reading)
{
    return reading->kind == SEG_MASK || reading->kind == SEG_LABELS;
}

static bool is_float(enum segi_sample sample)
{
    return sample == SEGI_S_F32 || sample == SEGI_S_F64;
}

static uint32_t dtype_for(const struct segi_reading *reading, enum segi_sample sample)
{
    switch ((uint32_t)reading->kind) {
    case SEG_MASK:
        return SEG_U8;
    case SEG_LABELS:
        return SEG_I32;
    case SEG_SCORES:
        return SEG_F32;
    default:
        return sample == SEGI_S_U8 ? SEG_U8 : sample == SEGI_S_U16 ? SEG_U16 : SEG_F32;
    }
}

/* Whether samples go into the layer as they are. */
static bool is_direct(uint32_t kind, uint32_t dtype, enum segi_sample sample)
{
    return (kind == SEG_IMAGE && dtype == SEG_U8 && sample == SEGI_S_U8) ||
           (dtype == SEG_U16 && sample == SEGI_S_U16) || (dtype == SEG_F32 && sample == SEGI_S_F32);
}

static bool is_picture_color(uint32_t color)
{
    return color == SEG_COLOR_RGB || color == SEG_COLOR_RGBA || color == SEG_COLOR_GRAY_ALPHA;
}

static int check_picture(const struct segi_reading *r, const struct segi_picture *p)
{
    const uint64_t limit = r->context->max_pixels;
    const char *kind = segi_kind_name(r->kind);
    if (!p->width || !p->height || !p->planes)
        return segi_error(r->err, SEG_IO, "%llu x %llu pixels: there is nothing in it",
                          (unsigned long long)p->width, (unsigned long long)p->height);
    if (p->width > INT32_MAX || p->height > INT32_MAX || p->width > limit / p->height)
        return segi_error(
            r->err, SEG_LIMIT, "%llu x %llu pixels: more than the limit of %llu (--max-pixels)",
            (unsigned long long)p->width, (unsigned long long)p->height, (unsigned long long)limit);
    if (p->planes > INT32_MAX || p->planes > 65536 * (limit / (p->width * p->height)))
        return segi_error(r->err, SEG_LIMIT, "%llu planes of %llu x %llu pixels: too many",
                          (unsigned long long)p->planes, (unsigned long long)p->width,
                          (unsigned long long)p->height);
    if (segi_reading_wants_numbers(r) && p->planes > 1 && !is_picture_color(p->color))
        return segi_error(r->err, SEG_IO, "%llu planes: %s has 1", (unsigned long long)p->planes,
                          kind);
    if (r->kind == SEG_SCORES && !is_float(p->sample) && p->color != SEG_COLOR_UNKNOWN)
        return segi_error(r->err, SEG_IO, "holds integers: scores are floating-point numbers");
    return SEG_OK;
}

int segi_reading_start(struct segi_reading *r, const struct segi_picture *p)
{
    int status = check_picture(r, p);
    if (status)
        return status;
    const uint32_t kind = r->kind ? r->kind : SEG_IMAGE;
    const struct seg_shape shape = {sizeof shape,
                                    kind,
                                    dtype_for(r, p->sample),
                                    (int32_t)p->width,
                                    (int32_t)p->height,
                                    segi_reading_wants_numbers(r) ? 1 : (int32_t)p->planes};
    status = seg_layer_new(r->context, &shape, &r->layer, r->err);
    if (status)
        return status;
    r->layer->props.color = segi_reading_wants_numbers(r) ? SEG_COLOR_UNKNOWN : p->color;
    r->view = r->layer->view;
    r->sample = p->sample;
    r->planes = (int32_t)p->planes;
    r->color = p->color;
    r->direct = is_direct(kind, shape.dtype, p->sample);
    r->avx2 = segi_cpu_avx2();
    if (r->planes > 1 && !r->direct) {
        r->chunk =
            segi_alloc(&r->context->mem, (size_t)p->planes * PIECE, segi_sample_size(p->sample));
        if (!r->chunk)
            return segi_error_nomem(r->err);
    }
    return SEG_OK;
}

void segi_reading_end(struct segi_reading *r)
{
    segi_free(&r->context->mem, r->chunk);
    r->chunk = NULL;
}

int segi_reading_truncated(struct segi_reading *r, uint64_t rows, uint64_t of)
{
    return segi_error(r->err, SEG_IO, "truncated: %llu of %llu rows", (unsigned long long)rows,
                      (unsigned long long)of);
}

/* -- conversion ------------------------------------------------------------------------------- */

static void to_doubles(enum segi_sample sample, const void *from, int32_t n, double *to)
{
#define CASE(name, type)                                                                           \
    case name:                                                                                     \
        for (int32_t i = 0; i < n; i++) {                                                          \
            type v;                                                                                \
            memcpy(&v, (const char *)from + (size_t)i * sizeof v, sizeof v);                       \
            to[i] = (double)v;                                                                     \
        }                                                                                          \
        break;
    switch (sample) {
        CASE(SEGI_S_U8, uint8_t)
        CASE(SEGI_S_U16, uint16_t)
        CASE(SEGI_S_U32, uint32_t)
        CASE(SEGI_S_U64, uint64_t)
        CASE(SEGI_S_I8, int8_t)
        CASE(SEGI_S_I16, int16_t)
        CASE(SEGI_S_I32, int32_t)
        CASE(SEGI_S_I64, int64_t)
        CASE(SEGI_S_F32, float)
        CASE(SEGI_S_F64, double)
    }
#undef CASE
}

static int bad_label(const struct segi_reading *r, int32_t y, int32_t x, double value)
{
    if (!(value == floor(value)))
        return segi_error(r->err, SEG_IO,
                          "row %d, column %d: %g is no label: labels are whole numbers", y, x,
                          value);
    return segi_error(r->err, SEG_IO, "row %d, column %d: label %.0f is not in -1..%d", y, x, value,
                      INT32_MAX);
}

static int put_labels(const struct segi_reading *r, int32_t y, int32_t x, const double *from,
                      int32_t n)
{
    int32_t *to = (int32_t *)seg_row(&r->view, 0, y) + x;
    for (int32_t i = 0; i < n; i++) {
        if (!(from[i] >= -1 && from[i] <= INT32_MAX && from[i] == floor(from[i])))
            return bad_label(r, y, x + i, from[i]);
        to[i] = (int32_t)from[i];
    }
    return SEG_OK;
}

static int put_mask(const struct segi_reading *r, int32_t y, int32_t x, const double *from,
                    int32_t n)
{
    uint8_t *to = (uint8_t *)seg_row(&r->view, 0, y) + x;
    for (int32_t i = 0; i < n; i++) {
        if (isnan(from[i]))
            return segi_error(r->err, SEG_IO, "row %d, column %d: nan in a mask", y, x + i);
        to[i] = from[i] != 0;
    }
    return SEG_OK;
}

static int put_floats(const struct segi_reading *r, int32_t plane, int32_t y, int32_t x,
                      const double *from, int32_t n)
{
    float *to = (float *)seg_row(&r->view, plane, y) + x;
    const bool whole = !is_float(r->sample);
    for (int32_t i = 0; i < n; i++) {
        if (whole && fabs(from[i]) > F32_WHOLE)
            return segi_error(r->err, SEG_IO,
                              "row %d, column %d: %.0f is beyond the whole numbers that an image "
                              "of type f32 can hold (read it as labels)",
                              y, x + i, from[i]);
        to[i] = (float)from[i];
    }
    return SEG_OK;
}

static int put_slowly(const struct segi_reading *r, int32_t plane, int32_t y, int32_t x, int32_t n,
                      const void *samples)
{
    double values[PIECE];
    const char *from = samples;
    int status = SEG_OK;
    while (n > 0 && !status) {
        const int32_t m = n < PIECE ? n : PIECE;
        to_doubles(r->sample, from, m, values);
        status = r->view.kind == SEG_LABELS ? put_labels(r, y, x, values, m)
                 : r->view.kind == SEG_MASK ? put_mask(r, y, x, values, m)
                                            : put_floats(r, plane, y, x, values, m);
        from += (size_t)m * segi_sample_size(r->sample);
        x += m;
        n -= m;
    }
    return status;
}

/* The kinds of label files that are many, without the detour. */
static bool put_fast(const struct segi_reading *r, int32_t y, int32_t x, int32_t n,
                     const void *samples)
{
    void *row = seg_row(&r->view, 0, y);
    const uint8_t *bytes = samples;
    if (r->view.kind == SEG_MASK && r->sample == SEGI_S_U8) {
        uint8_t *to = (uint8_t *)row + x;
        for (int32_t i = 0; i < n; i++)
            to[i] = bytes[i] != 0;
        return true;
    }
    if (r->view.kind == SEG_LABELS && r->sample == SEGI_S_U8) {
        int32_t *to = (int32_t *)row + x;
        for (int32_t i = 0; i < n; i++)
            to[i] = bytes[i];
        return true;
    }
    if (r->view.kind == SEG_LABELS && r->sample == SEGI_S_U16) {
        int32_t *to = (int32_t *)row + x;
        for (int32_t i = 0; i < n; i++) {
            uint16_t v;
            memcpy(&v, bytes + 2 * (size_t)i, 2);
            to[i] = v;
        }
        return true;
    }
    return false;
}

int segi_reading_plane(struct segi_reading *r, int32_t plane, int32_t y, int32_t x, int32_t n,
                       const void *samples)
{
    if (r->direct) {
        const size_t size = segi_sample_size(r->sample);
        memcpy((char *)seg_row(&r->view, plane, y) + (size_t)x * size, samples, (size_t)n * size);
        return SEG_OK;
    }
    if (plane >= r->view.planes)
        return segi_error(r->err, SEG_IO, "%d planes stored apart: %s has 1", r->planes,
                          segi_kind_name(r->view.kind));
    return put_fast(r, y, x, n, samples) ? SEG_OK : put_slowly(r, plane, y, x, n, samples);
}

/* One number a pixel out of red, green and blue: masks take any that is not 0, labels need all
 * three to be the same. Alpha says nothing. `planes` are rows of n bytes or 16-bit samples. */
static int one_of_colors(const struct segi_reading *r, int32_t y, int32_t x, void *const *planes,
                         int32_t n)
{
    const int32_t colors = r->color == SEG_COLOR_GRAY_ALPHA ? 1 : 3;
    const int32_t bytes = n * (int32_t)segi_sample_size(r->sample);
    uint8_t *first = planes[0];
    for (int32_t c = 1; c < colors; c++) {
        const uint8_t *other = planes[c];
        for (int32_t i = 0; i < bytes; i++) {
            if (r->view.kind == SEG_LABELS && first[i] != other[i])
                return segi_error(r->err, SEG_IO,
                                  "row %d, column %d: a colour is no label: red, green and blue "
                                  "differ",
                                  y, x + i / (bytes / n));
            first[i] |= other[i];
        }
    }
    return SEG_OK;
}

static int put_chunk(struct segi_reading *r, int32_t y, int32_t x, int32_t n, const void *samples)
{
    const size_t size = segi_sample_size(r->sample);
    void *few[8];
    void **rows = few;
    if (r->planes > 8) {
        rows = segi_alloc(&r->context->mem, (size_t)r->planes, sizeof *rows);
        if (!rows)
            return segi_error_nomem(r->err);
    }
    for (int32_t p = 0; p < r->planes; p++)
        rows[p] = r->direct ? (char *)seg_row(&r->view, p, y) + (size_t)x * size
                            : (char *)r->chunk + (size_t)p * PIECE * size;
    segi_deinterleave(rows, r->planes, samples, (size_t)n, size, r->avx2);
    int status = SEG_OK;
    if (!r->direct && segi_reading_wants_numbers(r))
        status = one_of_colors(r, y, x, rows, n);
    for (int32_t p = 0; !r->direct && !status && p < r->view.planes; p++)
        status = segi_reading_plane(r, p, y, x, n, rows[p]);
    if (rows != few)
        segi_free(&r->context->mem, rows);
    return status;
}

int segi_reading_chunky(struct segi_reading *r, int32_t y, int32_t x, int32_t n,
                        const void *samples)
{
    if (r->planes == 1)
        return segi_reading_plane(r, 0, y, x, n, samples);
    if (r->direct)
        return put_chunk(r, y, x, n, samples);
    const size_t step = segi_sample_size(r->sample) * (size_t)r->planes;
    int status = SEG_OK;
    for (int32_t i = 0; i < n && !status; i += PIECE)
        status = put_chunk(r, y, x + i, n - i < PIECE ? n - i : PIECE,
                           (const char *)samples + (size_t)i * step);
    return status;
}
