/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Box means. Down the columns sums run, in double precision, within strips of a fixed height, so
 * that rounding does not depend on the number of threads. Along the rows, sums of 2, 4, 8, ...
 * samples are made out of each other, and those that the binary number of the window's width names
 * are added: nothing waits for the sum before. */
#include "box.h"

#include "cpu.h"

#include <string.h>

struct work {
    const struct common_box *box;
    size_t side, strip;
    float *room; /* `share` floats for each worker */
    size_t share;
    const float *shares; /* 1 / columns of the windows around each column */
};

/* A worker's rows. */
struct rows {
    double *columns;      /* sums over the rows of a window, for each image */
    float *enter, *leave; /* room for rows that are made */
    float *means;
    float *line, *spare; /* a row with zeros beside it */
};

static struct rows rows_of(const struct work *w, unsigned worker)
{
    const size_t size = w->box->count * (size_t)w->box->width;
    struct rows r = {.columns = (double *)(void *)(w->room + worker * w->share)};
    r.enter = (float *)(void *)(r.columns + size);
    r.leave = r.enter + size;
    r.means = r.leave + size;
    r.line = r.means + size;
    r.spare = r.line + (size_t)w->box->width + w->side;
    return r;
}

COMMON_INLINE void move_body(double *restrict columns, const float *restrict row, double sign,
                             size_t count)
{
    for (size_t x = 0; x < count; x++)
        columns[x] += sign * (double)row[x];
}

COMMON_AVX2 static void move_avx2(double *columns, const float *row, double sign, size_t count)
{
    move_body(columns, row, sign, count);
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

COMMON_INLINE void narrow_body(const double *restrict from, float *restrict to, size_t count)
{
    for (size_t x = 0; x < count; x++)
        to[x] = (float)from[x];
}

COMMON_AVX2 static void narrow_avx2(const double *from, float *to, size_t count)
{
    narrow_body(from, to, count);
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

void common_slide(float *from, float *spare, size_t side, size_t width, float *to)
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

/* Lets row `y`, where there is one, enter the sums, or leave them. */
static void move(const struct work *w, const struct rows *r, int64_t y, bool enter)
{
    const struct common_box *box = w->box;
    const size_t width = (size_t)box->width;
    const float *made[COMMON_BOX_MOST];
    float *room[COMMON_BOX_MOST];
    if (y < 0 || y >= box->height)
        return;
    for (unsigned k = 0; k < box->count; k++)
        made[k] = room[k] = (enter ? r->enter : r->leave) + k * width;
    box->make(box->arg, (int32_t)y, made, room);
    for (unsigned k = 0; k < box->count; k++)
        (common_cpu_avx2() ? move_avx2 : move_body)(r->columns + k * width, made[k],
                                                    enter ? 1.0 : -1.0, width);
}

static void take(const struct work *w, const struct rows *r, int32_t y, unsigned worker)
{
    const struct common_box *box = w->box;
    const size_t width = (size_t)box->width, radius = (size_t)box->radius;
    const float down = 1.0F / (float)seen(y, box->radius, box->height);
    const float *means[COMMON_BOX_MOST];
    const bool avx2 = common_cpu_avx2();
    for (unsigned k = 0; k < box->count; k++) {
        float *to = r->means + k * width;
        memset(r->line, 0, radius * sizeof *r->line);
        memset(r->line + radius + width, 0, radius * sizeof *r->line);
        (avx2 ? narrow_avx2 : narrow_body)(r->columns + k * width, r->line + radius, width);
        common_slide(r->line, r->spare, w->side, width, to);
        (avx2 ? scale_avx2 : scale_body)(to, w->shares, down, width);
        means[k] = to;
    }
    box->take(box->arg, y, means, worker);
}

static int do_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct work *w = arg;
    const struct common_box *box = w->box;
    const struct rows r = rows_of(w, worker);
    const int64_t radius = box->radius;
    for (size_t strip = begin; strip < end; strip++) {
        const int64_t first = (int64_t)(strip * w->strip);
        memset(r.columns, 0, box->count * (size_t)box->width * sizeof *r.columns);
        for (int64_t y = first - radius; y < first + radius; y++)
            move(w, &r, y, true);
        for (int64_t y = first; y < first + (int64_t)w->strip && y < box->height; y++) {
            move(w, &r, y + radius, true);
            take(w, &r, (int32_t)y, worker);
            move(w, &r, y - radius, false);
        }
    }
    return SEG_OK;
}

int common_box(const struct common_env *env, const struct common_box *wanted)
{
    const int32_t longest = wanted->width > wanted->height ? wanted->width : wanted->height;
    struct common_box box = *wanted;
    box.radius = box.radius < longest ? box.radius : longest;
    struct work w = {.box = &box, .side = 2 * (size_t)box.radius + 1};
    float *shares;
    w.strip = 4 * w.side + 64; /* a strip first adds up the rows of a window */
    w.share = 5 * box.count * (size_t)box.width + 2 * ((size_t)box.width + w.side);
    w.share = (w.share + 15) / 16 * 16;
    w.room = env->host->scratch(env->call, env->host->workers(env->call), w.share * sizeof *w.room);
    if (!w.room || !COMMON_SCRATCH(env, shares, box.width))
        return common_nomem(env);
    for (int32_t x = 0; x < box.width; x++)
        shares[x] = 1.0F / (float)seen(x, box.radius, box.width);
    w.shares = shares;
    return common_parallel(env, ((size_t)box.height + w.strip - 1) / w.strip, 1, do_strips, &w);
}
