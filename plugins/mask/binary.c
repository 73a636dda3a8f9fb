/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dilation and erosion by a symmetric element whose rows are runs.
 *
 * A dilation is the union over the element's rows of the image's row, shifted and widened by half
 * the run. Rows are united from the widest to the narrowest, and what is gathered is widened step
 * by step, as Horner's rule does with powers (van den Boomgaard and van Balen, CVGIP 54, 1992, for
 * bitmaps). An erosion is the dilation of the background. */
#include "binary.h"

#include "common/cpu.h"
#include "packed.h"

#include <math.h>
#include <string.h>

struct pass {
    struct mask_packed from, to;
    const int32_t *half; /* half width of row dy >= 0 of the element, never rising; those below 0 by
                            symmetry */
    int32_t rows;        /* dy is at most this */
    bool erode;
    uint64_t *buffer; /* two padded rows for each worker */
};

/* to = from, united with itself shifted by `by` <= 63 pixels to both sides. A word of zeros lies
 * before and after the row. */
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
    /* A pixel widened by n covers n + 1 to either side, where the border cuts off the other one. */
    for (int32_t done = 0; done < by;) {
        int32_t step = by - done < done + 1 ? by - done : done + 1;
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
    if (y < 0 || y >= pass->from.height)
        return;
    size_t words = pass->from.words;
    const uint64_t *from = mask_packed_row(&pass->from, (size_t)y);
    if (pass->erode)
        for (size_t i = 0; i < words; i++)
            row[i] |= ~from[i];
    else
        for (size_t i = 0; i < words; i++)
            row[i] |= from[i];
    row[words - 1] &= pass->from.last;
}

COMMON_INLINE void dilate_rows_body(const struct pass *pass, size_t begin, size_t end,
                                    unsigned worker)
{
    size_t words = pass->from.words, padded = words + 2;
    uint64_t *row = pass->buffer + 2 * padded * worker + 1, *spare = row + padded;
    row[-1] = row[words] = spare[-1] = spare[words] = 0;
    for (size_t y = begin; y < end; y++) {
        memset(row, 0, words * sizeof *row);
        for (int32_t dy = 0; dy <= pass->rows; dy++) {
            gather(pass, (int64_t)y + dy, row);
            if (dy)
                gather(pass, (int64_t)y - dy, row);
            int32_t next = dy < pass->rows ? pass->half[dy + 1] : 0;
            row = widen(row, &spare, words, pass->half[dy] - next, pass->from.last);
        }
        uint64_t *to = mask_packed_row(&pass->to, y);
        uint64_t flip = pass->erode ? UINT64_MAX : 0;
        for (size_t i = 0; i < words; i++)
            to[i] = row[i] ^ flip;
        to[words - 1] &= pass->from.last;
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

/* All shapes are widest in the middle and do not widen from there. */
static void measure_element(const struct mask_element *element, int32_t rows, int32_t *half)
{
    int32_t r = element->radius;
    for (int32_t dy = 0; dy <= rows; dy++)
        half[dy] = element->shape == MASK_DISK      ? (int32_t)sqrt((double)r * r - (double)dy * dy)
                   : element->shape == MASK_DIAMOND ? r - dy
                   : element->shape == MASK_RECTANGLE ? element->width / 2
                                                      : r;
}

int mask_morph(const struct common_env *env, const struct mask_element *element,
               const enum mask_step steps[2])
{
    struct seg_view in, out;
    struct pass pass = {.rows = element->shape == MASK_RECTANGLE ? element->height / 2
                                                                 : element->radius};
    int32_t *half;
    unsigned workers = env->host->workers(env->call);
    int status = common_open(env, &in, &out);
    if (!status)
        status = mask_packed_make(env, &in, &pass.from);
    if (!status)
        status = mask_packed_make(env, &in, &pass.to);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, half, pass.rows + 1) ||
        !COMMON_SCRATCH(env, pass.buffer, 2 * (pass.from.words + 2) * workers))
        return common_nomem(env);
    measure_element(element, pass.rows, half);
    pass.half = half;
    status = mask_pack(env, &in, &pass.to);
    for (int i = 0; !status && i < 2 && steps[i] != MASK_END; i++) {
        const struct mask_packed from = pass.to;
        pass.to = pass.from;
        pass.from = from;
        pass.erode = steps[i] == MASK_ERODE;
        status =
            common_parallel(env, (size_t)in.height, common_grain(in.width), dilate_rows, &pass);
    }
    return status ? status : mask_unpack(env, &pass.to, &out);
}
