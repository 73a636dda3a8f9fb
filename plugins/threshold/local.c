/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over square windows by running sums, first down the columns and then along the row, so that
 * the cost does not depend on the window. */
#include "local.h"

#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"

#include <math.h>
#include <string.h>

struct local {
    struct seg_view image, mask;
    struct local_rule rule;
    int32_t window, radius;
    size_t band;    /* rows of a piece: the same however many threads there are */
    size_t columns; /* of a row and what the windows see beside it */
    double *room;   /* `share` for each worker */
    size_t share;
    bool measure;  /* only find the largest spread */
    double *range; /* least sample and largest spread for each worker */
    const struct common_env *env;
};

/* A worker's rows. */
struct rows {
    double *column, *column_square; /* sums over the window's rows */
    double *sum, *square;           /* over the window */
    float *sample, *enter, *leave;
};

static struct rows rows_of(const struct local *l, unsigned worker)
{
    double *at = l->room + worker * l->share;
    struct rows r = {at,  at + l->columns, at + 2 * l->columns, at + 3 * l->columns, NULL, NULL,
                     NULL};
    r.sample = (float *)(void *)(at + 4 * l->columns);
    r.enter = r.sample + l->columns;
    r.leave = r.enter + l->columns;
    return r;
}

/* Row `y`, which may lie outside, with its borders. */
static void fetch(const struct local *l, int64_t y, float *row)
{
    const int32_t width = l->image.width, radius = l->radius;
    float *middle = row + radius;
    common_floats(&l->image, 0, common_border(y, l->image.height, l->rule.border), 0, (size_t)width,
                  middle);
    for (int32_t i = 1; i <= radius; i++) {
        middle[-i] = middle[common_border(-i, width, l->rule.border)];
        middle[width - 1 + i] =
            middle[common_border((int64_t)width - 1 + i, width, l->rule.border)];
    }
}

COMMON_INLINE void move_body(const struct rows *r, const float *enter, const float *leave,
                             size_t count)
{
    for (size_t x = 0; x < count; x++) {
        const double in = enter[x], out = leave[x];
        r->column[x] += in - out;
        r->column_square[x] += in * in - out * out;
    }
}

COMMON_AVX2 static void move_avx2(const struct rows *r, const float *enter, const float *leave,
                                  size_t count)
{
    move_body(r, enter, leave, count);
}

/* The windows move one row down. */
static void move(const struct local *l, const struct rows *r)
{
    (common_cpu_avx2() ? move_avx2 : move_body)(r, r->enter, r->leave, l->columns);
}

static void slide(const struct local *l, const struct rows *r)
{
    const size_t window = (size_t)l->window;
    double sum = 0, square = 0;
    for (size_t x = 0; x < window; x++) {
        sum += r->column[x];
        square += r->column_square[x];
    }
    r->sum[0] = sum;
    r->square[0] = square;
    for (size_t x = 1; x < (size_t)l->image.width; x++) {
        sum += r->column[x + window - 1] - r->column[x - 1];
        square += r->column_square[x + window - 1] - r->column_square[x - 1];
        r->sum[x] = sum;
        r->square[x] = square;
    }
}

/* Sums of the window around the first row of a piece. */
static void start(const struct local *l, const struct rows *r, int64_t y)
{
    memset(r->column, 0, 2 * l->columns * sizeof *r->column);
    memset(r->leave, 0, l->columns * sizeof *r->leave);
    for (int64_t i = y - l->radius; i <= y + l->radius; i++) {
        fetch(l, i, r->enter);
        move(l, r);
    }
}

static int refuse(const struct local *l, const float *sample, int32_t y)
{
    for (int32_t x = 0; x < l->image.width; x++)
        if (!isfinite(sample[x]))
            return l->env->host->fail(l->env->call, SEG_STAGE,
                                      "the sample at column %d, row %d is %g; a local threshold "
                                      "needs finite samples: replace it",
                                      x, y, (double)sample[x]);
    return SEG_OK;
}

static int work(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct local *l = arg;
    const struct rows r = rows_of(l, worker);
    const size_t width = (size_t)l->image.width;
    const double area = (double)l->window * l->window;
    for (size_t band = begin; band < end; band++) {
        const size_t first = band * l->band, after = first + l->band;
        for (size_t y = first; y < after && y < (size_t)l->image.height; y++) {
            if (y == first) {
                start(l, &r, (int64_t)y);
            } else {
                fetch(l, (int64_t)y + l->radius, r.enter);
                fetch(l, (int64_t)y - 1 - l->radius, r.leave);
                move(l, &r);
            }
            slide(l, &r);
            common_floats(&l->image, 0, (int32_t)y, 0, width, r.sample);
            if (l->measure) {
                double *range = l->range + 2 * (size_t)worker;
                for (size_t x = 0; x < width; x++)
                    range[0] = (double)r.sample[x] < range[0] ? (double)r.sample[x] : range[0];
                range[1] =
                    fmax(range[1], threshold_local_spread(&l->rule, r.sum, r.square, area, width));
            } else {
                threshold_local_compare(&l->rule, r.sample, r.sum, r.square, area, width,
                                        seg_row(&l->mask, 0, (int32_t)y));
            }
        }
    }
    return SEG_OK;
}

static int check_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct local *l = arg;
    (void)worker;
    int status = SEG_OK;
    for (size_t y = begin; y < end && !status; y++)
        status = refuse(l, seg_row(&l->image, 0, (int32_t)y), (int32_t)y);
    return status;
}

/* The least sample and the largest spread of the whole image. */
static int measure(struct local *l, size_t bands)
{
    const unsigned workers = l->env->host->workers(l->env->call);
    if (!COMMON_SCRATCH(l->env, l->range, 2 * (size_t)workers))
        return common_nomem(l->env);
    for (unsigned w = 0; w < workers; w++) {
        l->range[2 * w] = INFINITY;
        l->range[2 * w + 1] = 0;
    }
    l->measure = true;
    const int status = common_parallel(l->env, bands, 1, work, l);
    l->measure = false;
    l->rule.least = INFINITY;
    for (unsigned w = 0; w < workers; w++) {
        l->rule.least = fmin(l->rule.least, l->range[2 * w]);
        l->rule.most = fmax(l->rule.most, l->range[2 * w + 1]);
    }
    return status;
}

int threshold_local(const struct local_params *params, const struct seg_host *host,
                    struct seg_call *call, int method, int border)
{
    const struct common_env env = {host, call};
    struct local l = {.env = &env, .window = params->window, .radius = params->window / 2};
    int status = common_open(&env, &l.image, &l.mask);
    if (status)
        return status;
    const bool whole = l.image.dtype != SEG_F32;
    const double half = l.image.dtype == SEG_U8 ? 127.5 : whole ? 32767.5 : 1;
    l.rule = (struct local_rule){
        .method = method,
        .convention = params->convention,
        .border = params->convention == LOCAL_OPENCV ? COMMON_NEAREST : border,
        .whole = whole,
        .k = params->k,
        .r = params->r > 0 ? params->r : half,
        .offset = params->offset,
    };
    const size_t height = (size_t)l.image.height;
    l.band = 4 * (size_t)l.window + 64; /* a piece first adds up the rows of a window */
    l.columns = ((size_t)l.image.width + 2 * (size_t)l.radius + 7) / 8 * 8;
    l.share = 6 * l.columns;
    if (!COMMON_SCRATCH(&env, l.room, host->workers(call) * l.share))
        return common_nomem(&env);
    memset(l.room, 0, host->workers(call) * l.share * sizeof *l.room);
    const size_t bands = (height + l.band - 1) / l.band;
    if (!whole)
        status = common_parallel(&env, height, common_grain(l.image.width), check_rows, &l);
    if (!status && method == LOCAL_WOLF)
        status = measure(&l, bands);
    return status ? status : common_parallel(&env, bands, 1, work, &l);
}
