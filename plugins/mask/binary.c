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

struct morph {
    struct seg_view in, out;
    const enum mask_step *steps;
    const int32_t *half;
    int32_t rows;
    uint64_t *buffer;         /* of struct pass */
    struct mask_packed whole; /* its form */
    uint64_t *room;           /* of bands: two of `share` words for each worker */
    size_t band, share;
};

/* Rows that are needed beyond `y` for those of `steps` steps, or 0. */
static size_t rows_before(size_t y, int32_t rows, int steps)
{
    const size_t reach = (size_t)steps * (size_t)rows;
    return y < reach ? 0 : y - reach;
}

static size_t rows_after(size_t y, int32_t rows, int steps, int32_t height)
{
    const size_t reach = (size_t)steps * (size_t)rows;
    return y + reach < (size_t)height ? y + reach : (size_t)height;
}

/* All steps of bands of rows, one after the other, so that no packed image is kept. */
static int morph_bands(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct morph *m = arg;
    const int steps = m->steps[1] == MASK_END ? 1 : 2;
    const int32_t height = m->in.height;
    for (size_t i = begin; i < end; i++) {
        const size_t first = i * m->band, after = rows_after(first + m->band, 0, 0, height);
        struct pass pass = {.to = m->whole, .half = m->half, .rows = m->rows, .buffer = m->buffer};
        pass.to.first = rows_before(first, m->rows, steps);
        pass.to.bits = m->room + 2 * worker * m->share;
        pass.from = pass.to;
        pass.from.bits += m->share;
        mask_pack_rows(&m->in, &pass.to, pass.to.first, rows_after(after, m->rows, steps, height));
        for (int k = 0; k < steps; k++) {
            const struct mask_packed from = pass.to;
            const int left = steps - 1 - k;
            pass.to = pass.from;
            pass.from = from;
            pass.erode = m->steps[k] == MASK_ERODE;
            dilate_rows(&pass, rows_before(first, m->rows, left),
                        rows_after(after, m->rows, left, height), worker);
        }
        mask_unpack_rows(&pass.to, &m->out, first, after);
    }
    return SEG_OK;
}

static int morph_in_bands(const struct common_env *env, struct morph *m)
{
    const size_t workers = env->host->workers(env->call), height = (size_t)m->in.height;
    m->share = (m->band + 4 * (size_t)m->rows) * m->whole.words;
    if (!COMMON_SCRATCH(env, m->room, 2 * workers * m->share))
        return common_nomem(env);
    return common_parallel(env, (height + m->band - 1) / m->band, 1, morph_bands, m);
}

static int morph_whole(const struct common_env *env, const struct morph *m)
{
    struct pass pass = {.half = m->half, .rows = m->rows, .buffer = m->buffer};
    int status = mask_packed_make(env, &m->in, &pass.from);
    if (!status)
        status = mask_packed_make(env, &m->in, &pass.to);
    if (!status)
        status = mask_pack(env, &m->in, &pass.to);
    for (int i = 0; !status && i < 2 && m->steps[i] != MASK_END; i++) {
        const struct mask_packed from = pass.to;
        pass.to = pass.from;
        pass.from = from;
        pass.erode = m->steps[i] == MASK_ERODE;
        status = common_parallel(env, (size_t)m->in.height, common_grain(m->in.width), dilate_rows,
                                 &pass);
    }
    return status ? status : mask_unpack(env, &pass.to, &m->out);
}

int mask_morph(const struct common_env *env, const struct mask_element *element,
               const enum mask_step steps[2])
{
    struct morph m = {.steps = steps,
                      .rows =
                          element->shape == MASK_RECTANGLE ? element->height / 2 : element->radius};
    int32_t *half;
    const unsigned workers = env->host->workers(env->call);
    const int status = common_open(env, &m.in, &m.out);
    if (status)
        return status;
    m.whole = mask_packed_of(&m.in);
    if (!COMMON_SCRATCH(env, half, m.rows + 1) ||
        !COMMON_SCRATCH(env, m.buffer, 2 * (m.whole.words + 2) * workers))
        return common_nomem(env);
    measure_element(element, m.rows, half);
    m.half = half;
    m.band = 8 * (size_t)m.rows + 64;
    /* Rows around a band are worked out twice, and must not have been overwritten. */
    const bool bands = m.in.data != m.out.data && (size_t)m.in.height > 4 * workers * m.band;
    return bands ? morph_in_bands(env, &m) : morph_whole(env, &m);
}
