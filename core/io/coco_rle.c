/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's run lengths. The text form holds each as the difference to the one before the last, in
 * groups of five bits, the lowest first; bit 5 says that more follow. */
#include "coco_rle.h"

#include "../base/error.h"

#include <string.h>

struct writer {
    struct segi_sink *sink;
    int64_t before[2]; /* the last two lengths, the older first */
    size_t count;
};

static void put_length(struct writer *w, int64_t length)
{
    int64_t x = w->count > 2 ? length - w->before[0] : length;
    bool more;
    do {
        int group = (int)(x & 31);
        x >>= 5;
        more = group & 16 ? x != -1 : x != 0;
        const char c = (char)((more ? group | 32 : group) + 48);
        segi_sink_write(w->sink, c == '\\' ? "\\\\" : &c, c == '\\' ? 2 : 1);
    } while (more);
    w->before[0] = w->before[1];
    w->before[1] = length;
    w->count++;
}

/* `columns` are the region's box, a column after the other. */
static void write_columns(struct writer *w, const uint8_t *columns, const int32_t box[4],
                          int64_t canvas, int64_t canvas_height)
{
    const int64_t height = box[2] - box[0];
    int64_t begin = 0, end = 0; /* of the ones that are not written yet */
    for (int64_t x = 0; x < box[3] - box[1]; x++) {
        const uint8_t *column = columns + x * height, *stop = column + height;
        for (const uint8_t *p = column; p < stop && (p = memchr(p, 1, (size_t)(stop - p)));) {
            const uint8_t *zero = memchr(p, 0, (size_t)(stop - p));
            zero = zero ? zero : stop;
            const int64_t at = (x + box[1]) * canvas_height + box[0] + (p - column);
            if (at != end || at == 0) { /* else they go on from the column before */
                if (end > begin)
                    put_length(w, end - begin);
                put_length(w, at - end);
                begin = at;
            }
            end = at + (zero - p);
            p = zero;
        }
    }
    if (end > begin)
        put_length(w, end - begin);
    if (end < canvas)
        put_length(w, canvas - end);
}

int segi_coco_rle_write(struct segi_sink *sink, const struct segi_region *r, int32_t width,
                        int32_t height, struct seg_error *err)
{
    const struct segi_mem *mem = &sink->context->mem;
    struct writer w = {.sink = sink};
    const size_t rows = (size_t)(r->box[2] - r->box[0]);
    uint8_t *columns = segi_calloc(mem, rows, (size_t)(r->box[3] - r->box[1]));
    if (!columns)
        return segi_error_nomem(err);
    for (size_t i = 0; i < r->run_count; i++) {
        const struct seg_run run = r->runs[i];
        uint8_t *p = columns + (size_t)(run.x - r->box[1]) * rows + (size_t)(run.y - r->box[0]);
        for (int32_t k = 0; k < run.length; k++)
            p[(size_t)k * rows] = 1;
    }
    write_columns(&w, columns, r->box, (int64_t)width * height, height);
    segi_free(mem, columns);
    return SEG_OK;
}

int segi_coco_rle_run(struct segi_coco_rle *rle, double length, struct seg_error *err)
{
    struct segi_fill *f = rle->fill;
    const uint64_t all = (uint64_t)f->width * (uint64_t)f->height;
    if (!(length >= 0 && length <= (double)(all - rle->at)) || length != (double)(uint64_t)length)
        return segi_error(err, SEG_IO, "run lengths beyond %d x %d pixels", f->width, f->height);
    uint64_t left = (uint64_t)length;
    const uint64_t height = (uint64_t)f->height;
    int status = SEG_OK;
    while (rle->ones && left && !status) {
        const uint64_t y = rle->at % height, n = left < height - y ? left : height - y;
        status = segi_fill_column(f, (int32_t)(rle->at / height), (int32_t)y, (int32_t)n, err);
        rle->at += n;
        left -= n;
    }
    rle->at += left;
    rle->ones = !rle->ones;
    return status;
}

int segi_coco_rle_text(struct segi_coco_rle *rle, const char *text, size_t size,
                       struct seg_error *err)
{
    double before[2] = {0};
    size_t count = 0;
    int status = SEG_OK;
    for (size_t i = 0; i < size && !status; count++) {
        int64_t x = 0;
        unsigned shift = 0, group;
        do {
            group = (unsigned)text[i++] - 48;
            if (group > 63 || shift > 50 || (i == size && group & 32))
                return segi_error(err, SEG_IO, "run lengths: the text form is damaged");
            x |= (int64_t)(group & 31) << shift;
            shift += 5;
        } while (group & 32);
        if (group & 16)
            x -= (int64_t)1 << shift;
        const double length = (double)x + (count > 2 ? before[0] : 0);
        status = segi_coco_rle_run(rle, length, err);
        before[0] = before[1];
        before[1] = length;
    }
    return status;
}
