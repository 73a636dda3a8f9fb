/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Box means without running differences, so that nothing drifts and NaN stays in its windows.
 *
 * Down the columns, as M. van Herk (A fast algorithm for local minimum and maximum filters on
 * rectangular and octagonal kernels, Pattern Recognition Letters 13, 1992) does for extrema: rows
 * are cut into blocks as high as a window, and each window is the end of one block and the begin
 * of the next. Along the rows, sums of 2, 4, 8, ... samples are made out of each other, and those
 * that the binary number of the window's width names are added. */
#include "box.h"

#include "common/cpu.h"

#include <string.h>

struct work {
    const struct filter_box *box;
    size_t side, padded; /* padded: a row and half a window on either side */
    float *room;         /* `share` floats for each worker */
    size_t share;
    const float *shares; /* 1 / columns of the windows around each column */
};

/* A worker's rows, `padded` floats each. */
struct rows {
    float *ends;   /* sums from a row of the block to its end: side rows for each image */
    float *begins; /* sums from the begin of the next block */
    float *made;   /* room for `make` */
    float *means;
    float *line, *spare; /* a row with zeros beside it */
};

static struct rows rows_of(const struct work *w, unsigned worker)
{
    const size_t count = w->box->count;
    struct rows r = {.ends = w->room + worker * w->share};
    r.begins = r.ends + w->side * count * w->padded;
    r.made = r.begins + count * w->padded;
    r.means = r.made + count * w->padded;
    r.line = r.means + count * w->padded;
    r.spare = r.line + w->padded;
    return r;
}

COMMON_INLINE void add_body(const float *restrict a, const float *restrict b, float *restrict to,
                            size_t count)
{
    for (size_t x = 0; x < count; x++)
        to[x] = a[x] + b[x];
}

COMMON_AVX2 static void add_avx2(const float *a, const float *b, float *to, size_t count)
{
    add_body(a, b, to, count);
}

static void add(const float *a, const float *b, float *to, size_t count)
{
    (common_cpu_avx2() ? add_avx2 : add_body)(a, b, to, count);
}

COMMON_INLINE void scale_body(float *restrict row, const float *restrict by, float all,
                              size_t count)
{
    for (size_t x = 0; x < count; x++)
        row[x] *= by[x] * all;
}

COMMON_AVX2 static void scale_avx2(float *row, const float *by, float all, size_t count)
{
    scale_body(row, by, all, count);
}

COMMON_INLINE void slide_body(float *from, float *spare, size_t side, size_t width,
                              float *restrict to)
{
    size_t offset = 0, reach = width + side - 1;
    for (size_t x = 0; x < width; x++)
        to[x] = 0;
    for (size_t power = 1; power <= side; power *= 2) {
        const float *restrict sums = from;
        if (side & power) {
            for (size_t x = 0; x < width; x++)
                to[x] += sums[x + offset];
            offset += power;
        }
        if (power * 2 > side)
            break;
        float *restrict twice = spare;
        reach -= power;
        for (size_t x = 0; x < reach; x++)
            twice[x] = sums[x] + sums[x + power];
        spare = from;
        from = twice;
    }
}

COMMON_AVX2 static void slide_avx2(float *from, float *spare, size_t side, size_t width, float *to)
{
    slide_body(from, spare, side, width, to);
}

void filter_slide(float *from, float *spare, size_t side, size_t width, float *to)
{
    (common_cpu_avx2() ? slide_avx2 : slide_body)(from, spare, side, width, to);
}

/* The number of 0..size-1 that lie within `radius` of `at`. */
static int32_t seen(int32_t at, int32_t radius, int32_t size)
{
    const int32_t first = at > radius ? at - radius : 0;
    const int32_t last = size - 1 - at > radius ? at + radius : size - 1;
    return last - first + 1;
}

/* Has row `y` made; false: there is no such row. */
static bool make(const struct work *w, const struct rows *r, int64_t y, const float **made)
{
    const struct filter_box *box = w->box;
    float *room[FILTER_BOX_MOST];
    if (y < 0 || y >= box->height)
        return false;
    for (unsigned k = 0; k < box->count; k++)
        made[k] = room[k] = r->made + k * w->padded;
    box->make(box->arg, (int32_t)y, made, room);
    return true;
}

/* Sums from each row of a block to the end of it. */
static void sum_ends(const struct work *w, const struct rows *r, int64_t first)
{
    const unsigned count = w->box->count;
    const size_t step = count * w->padded;
    const float *made[FILTER_BOX_MOST];
    for (size_t i = w->side; i-- > 0;) {
        float *to = r->ends + i * step;
        if (i + 1 == w->side)
            memset(to, 0, step * sizeof *to);
        else
            memcpy(to, to + step, step * sizeof *to);
        if (make(w, r, first + (int64_t)i, made))
            for (unsigned k = 0; k < count; k++)
                add(to + k * w->padded, made[k], to + k * w->padded, (size_t)w->box->width);
    }
}

static void take(const struct work *w, const struct rows *r, size_t i, int32_t y, unsigned worker)
{
    const struct filter_box *box = w->box;
    const size_t width = (size_t)box->width, radius = (size_t)box->radius;
    const float down = 1.0F / (float)seen(y, box->radius, box->height);
    const float *means[FILTER_BOX_MOST];
    for (unsigned k = 0; k < box->count; k++) {
        const float *ends = r->ends + (i * box->count + k) * w->padded;
        float *to = r->means + k * w->padded;
        memset(r->line, 0, radius * sizeof *r->line);
        memset(r->line + radius + width, 0, radius * sizeof *r->line);
        add(ends, r->begins + k * w->padded, r->line + radius, width);
        filter_slide(r->line, r->spare, w->side, width, to);
        (common_cpu_avx2() ? scale_avx2 : scale_body)(to, w->shares, down, width);
        means[k] = to;
    }
    box->take(box->arg, y, means, worker);
}

/* The windows that begin in each of the blocks, the first of which lies above the image. */
static int filter_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct filter_box *box = w->box;
    const struct rows r = rows_of(w, worker);
    const int64_t side = (int64_t)w->side;
    const float *made[FILTER_BOX_MOST];
    for (size_t block = begin; block < end; block++) {
        const int64_t first = ((int64_t)block - 1) * side;
        sum_ends(w, &r, first);
        memset(r.begins, 0, box->count * w->padded * sizeof *r.begins);
        for (int64_t i = 0; i < side && first + i + box->radius < box->height; i++) {
            if (i && make(w, &r, first + side + i - 1, made))
                for (unsigned k = 0; k < box->count; k++) {
                    float *sum = r.begins + k * w->padded;
                    add(sum, made[k], sum, (size_t)box->width);
                }
            if (first + i + box->radius >= 0)
                take(w, &r, (size_t)i, (int32_t)(first + i + box->radius), worker);
        }
    }
    return SEG_OK;
}

int filter_box(const struct common_env *env, const struct filter_box *box)
{
    struct work w = {.box = box, .side = 2 * (size_t)box->radius + 1};
    float *shares;
    w.padded = ((size_t)box->width + w.side + 15) / 16 * 16;
    w.share = ((w.side + 3) * box->count + 2) * w.padded;
    if (!COMMON_SCRATCH(env, shares, box->width) ||
        !(w.room = env->host->scratch(env->call, env->host->workers(env->call),
                                      w.share * sizeof *w.room)))
        return common_nomem(env);
    for (int32_t x = 0; x < box->width; x++)
        shares[x] = 1.0F / (float)seen(x, box->radius, box->width);
    w.shares = shares;
    const size_t blocks = ((size_t)box->height + (size_t)box->radius) / w.side + 1;
    return common_parallel(env, blocks, 1, filter_blocks, &w);
}
