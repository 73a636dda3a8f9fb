/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dilation and erosion by a symmetric element whose rows are runs.
 *
 * A dilation is the union over the element's rows of the image's row, shifted and widened by half
 * the run. Rows are united from the widest to the narrowest, and what is gathered is widened step
 * by step, as Horner's rule does with powers (van den Boomgaard and van Balen, CVGIP 54, 1992, for
 * bitmaps). An erosion is the dilation of the background. */
#include "binary.h"

#include "common/bits.h"

#include <math.h>

struct pass {
    struct seg_view view; /* of bytes, when packing and unpacking */
    const uint64_t *from;
    uint64_t *to;
    size_t words;         /* of a row */
    uint64_t last;        /* the bits of a row's last word that are in the image */
    const int32_t *order; /* rows of the element, widest first; those below 0 by symmetry */
    const int32_t *half;  /* half width of row dy >= 0 */
    int32_t radius;
    bool erode;
    uint64_t *buffer; /* two padded rows for each worker */
};

static int pack_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    int32_t width = pass->view.width;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *row = seg_row(&pass->view, 0, (int32_t)y);
        uint64_t *to = pass->to + y * pass->words;
        int32_t x = 0;
        for (; x + 64 <= width; x += 64)
            *to++ = common_bits64(row + x);
        if (x < width)
            *to = common_bits_tail(row + x, width - x);
    }
    return SEG_OK;
}

static int unpack_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct pass *pass = arg;
    int32_t width = pass->view.width;
    for (size_t y = begin; y < end; y++) {
        uint8_t *row = seg_row(&pass->view, 0, (int32_t)y);
        const uint64_t *from = pass->from + y * pass->words;
        for (int32_t x = 0; x < width; x += 64)
            common_bytes64(*from++, row + x, width - x < 64 ? width - x : 64);
    }
    return SEG_OK;
}

/* to = from, widened by `by` <= 63 pixels to both sides, for by at most doubling what was gathered.
 * A word of zeros lies before and after the row. */
COMMON_INLINE void widen_once(const uint64_t *from, uint64_t *to, size_t words, int by)
{
    for (size_t i = 0; i < words; i++)
        to[i] = from[i] | from[i] << by | from[i - 1] >> (64 - by) | from[i] >> by |
                from[i + 1] << (64 - by);
}

/* Widens a row by any amount; returns the buffer that holds the result. */
COMMON_INLINE uint64_t *widen(uint64_t *row, uint64_t **spare, size_t words, int32_t by,
                              uint64_t last)
{
    for (int32_t done = 0; done < by;) { /* a row widened by n has no gap below 2 n + 2 */
        int32_t step = by - done < 2 * done + 1 ? by - done : 2 * done + 1;
        step = step > 63 ? 63 : step;
        widen_once(row, *spare, words, step);
        (*spare)[words - 1] &= last;
        uint64_t *full = *spare;
        *spare = row;
        row = full;
        done += step;
    }
    return row;
}

COMMON_INLINE void gather(const struct pass *pass, int64_t y, uint64_t *row)
{
    if (y < 0 || y >= pass->view.height)
        return;
    const uint64_t *from = pass->from + (size_t)y * pass->words;
    if (pass->erode)
        for (size_t i = 0; i < pass->words; i++)
            row[i] |= ~from[i];
    else
        for (size_t i = 0; i < pass->words; i++)
            row[i] |= from[i];
    row[pass->words - 1] &= pass->last;
}

COMMON_INLINE void dilate_rows_body(const struct pass *pass, size_t begin, size_t end,
                                    unsigned worker)
{
    size_t words = pass->words, padded = words + 2;
    uint64_t *row = pass->buffer + 2 * padded * worker + 1, *spare = row + padded;
    row[-1] = row[words] = spare[-1] = spare[words] = 0;
    for (size_t y = begin; y < end; y++) {
        memset(row, 0, words * sizeof *row);
        for (int32_t i = 0; i <= pass->radius; i++) {
            int32_t dy = pass->order[i];
            gather(pass, (int64_t)y + dy, row);
            if (dy)
                gather(pass, (int64_t)y - dy, row);
            int32_t next = i < pass->radius ? pass->half[pass->order[i + 1]] : 0;
            row = widen(row, &spare, words, pass->half[dy] - next, pass->last);
        }
        uint64_t *to = pass->to + y * words;
        uint64_t flip = pass->erode ? UINT64_MAX : 0;
        for (size_t i = 0; i < words; i++)
            to[i] = row[i] ^ flip;
        to[words - 1] &= pass->last;
    }
}

COMMON_AVX2 static void dilate_rows_avx2(const struct pass *pass, size_t begin, size_t end,
                                         unsigned worker)
{
    dilate_rows_body(pass, begin, end, worker);
}

static int dilate_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    if (common_cpu_avx2())
        dilate_rows_avx2(arg, begin, end, worker);
    else
        dilate_rows_body(arg, begin, end, worker);
    return SEG_OK;
}

/* All three shapes are widest in the middle and narrow from there. */
static void make_element(const struct mask_morph *morph, int32_t *half, int32_t *order)
{
    int32_t r = morph->radius;
    for (int32_t dy = 0; dy <= r; dy++) {
        order[dy] = dy;
        half[dy] = morph->shape == MASK_DISK      ? (int32_t)sqrt((double)r * r - (double)dy * dy)
                   : morph->shape == MASK_DIAMOND ? r - dy
                                                  : r;
    }
}

int mask_morph(const struct common_env *env, const struct mask_morph *morph,
               const enum mask_step steps[2])
{
    struct seg_view in, out;
    int status = common_open(env, &in, &out);
    if (status)
        return status;
    size_t height = (size_t)in.height, words = ((size_t)in.width + 63) / 64;
    size_t size = (size_t)morph->radius + 1, grain = common_grain(in.width);
    int32_t *half, *order;
    uint64_t *bits, *other, *buffer;
    unsigned workers = env->host->workers(env->call);
    if (!COMMON_SCRATCH(env, half, size) || !COMMON_SCRATCH(env, order, size) ||
        !COMMON_SCRATCH(env, bits, height * words) || !COMMON_SCRATCH(env, other, height * words) ||
        !COMMON_SCRATCH(env, buffer, 2 * (words + 2) * workers))
        return common_nomem(env);
    make_element(morph, half, order);
    struct pass pass = {.view = in,
                        .to = bits,
                        .words = words,
                        .last = UINT64_MAX >> (words * 64 - (size_t)in.width),
                        .order = order,
                        .half = half,
                        .radius = morph->radius,
                        .buffer = buffer};
    status = common_parallel(env, height, grain, pack_rows, &pass);
    for (int i = 0; !status && i < 2 && steps[i] != MASK_END; i++) {
        pass.from = bits;
        pass.to = other;
        pass.erode = steps[i] == MASK_ERODE;
        status = common_parallel(env, height, grain, dilate_rows, &pass);
        other = bits;
        bits = pass.to;
    }
    if (status)
        return status;
    pass.from = bits;
    pass.view = out;
    return common_parallel(env, height, grain, unpack_rows, &pass);
}
