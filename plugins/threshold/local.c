/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over windows. Over squares by running sums, first down the columns and then along the row,
 * so that the cost does not depend on the window; over disks by sums along each of their rows. */
#include "local.h"
#include "byte_means.h"
#include "shape.h"

#include "common/border.h"
#include "common/cpu.h"
#include "common/histogram.h"
#include "common/sample.h"

#include <math.h>
#include <string.h>

struct local {
    struct seg_view image, mask;
    struct local_rule rule;
    int32_t window, radius;
    struct threshold_shape disk; /* no rows: windows are squares */
    double low, span;            /* Phansalkar's samples are (sample - low) / span */
    size_t band;                 /* rows of a piece: the same however many threads there are */
    size_t columns;              /* of a row and what the windows see beside it */
    double *room;                /* `share` for each worker */
    size_t share;
    bool measure;  /* only find the largest spread */
    double *range; /* least sample and largest spread for each worker */
    const struct common_env *env;
};

/* A worker's rows. */
struct rows {
    double *column, *column_square; /* sums over the window's rows */
    double *sum, *square;           /* over the window */
    double *times;                  /* how often the window sees each row of the image */
    double *ring;                   /* of a disk: what lies left of each column, for its rows */
    float *sample, *enter, *leave;
};

static struct rows rows_of(const struct local *l, unsigned worker)
{
    double *at = l->room + worker * l->share;
    struct rows r = {.column = at,
                     .column_square = at + l->columns,
                     .sum = at + 2 * l->columns,
                     .square = at + 3 * l->columns,
                     .times = at + 6 * l->columns};
    r.ring = r.times + l->image.height;
    r.sample = (float *)(void *)(at + 4 * l->columns);
    r.enter = r.sample + l->columns;
    r.leave = r.enter + l->columns;
    return r;
}

/* Phansalkar's method is for samples from 0 to 1; those of 8 bits are stretched in 255 steps, as by
 * ImageJ. */
static void read_row(const struct local *l, int32_t y, float *row)
{
    const size_t width = (size_t)l->image.width;
    common_floats(&l->image, 0, y, 0, width, row);
    if (l->rule.method != LOCAL_PHANSALKAR)
        return;
    for (size_t x = 0; x < width; x++) {
        const double stretched = ((double)row[x] - l->low) / l->span;
        row[x] = l->image.dtype == SEG_U8 ? (float)(int32_t)(stretched * 255) * (float)(1.0 / 255)
                                          : (float)stretched;
    }
}

/* Row `y`, which may lie outside, with its borders. */
static void fetch(const struct local *l, int64_t y, float *row)
{
    const int32_t width = l->image.width, radius = l->radius;
    float *middle = row + radius;
    read_row(l, common_border(y, l->image.height, l->rule.border), middle);
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

/* Sums of the window around the first row of a piece. A window that is higher than the image sees
 * rows many times, but each is fetched once. */
static void start(const struct local *l, const struct rows *r, int64_t y)
{
    const int32_t height = l->image.height;
    memset(r->column, 0, 2 * l->columns * sizeof *r->column);
    memset(r->times, 0, (size_t)height * sizeof *r->times);
    for (int64_t i = y - l->radius; i <= y + l->radius; i++)
        r->times[common_border(i, height, l->rule.border)]++;
    for (int32_t i = 0; i < height; i++) {
        const double times = r->times[i];
        if (times == 0)
            continue;
        fetch(l, i, r->enter);
        for (size_t x = 0; x < l->columns; x++) {
            const double in = r->enter[x];
            r->column[x] += times * in;
            r->column_square[x] += times * (in * in);
        }
    }
}

static void enter_disk(const struct local *l, const struct rows *r, int64_t y)
{
    const size_t slot = (size_t)((y + l->window) % l->window);
    double *sum = r->ring + 2 * slot * (l->columns + 1), *square = sum + l->columns + 1;
    fetch(l, y, r->enter);
    sum[0] = square[0] = 0;
    for (size_t x = 0; x < l->columns; x++) {
        const float sample = r->enter[x], by_itself = sample * sample;
        sum[x + 1] = sum[x] + (double)sample;
        square[x + 1] = square[x] + (double)by_itself;
    }
}

COMMON_INLINE void add_row_body(const double *left, const double *right, size_t count, double *sum)
{
    for (size_t x = 0; x < count; x++)
        sum[x] += right[x] - left[x];
}

COMMON_AVX2 static void add_row_avx2(const double *left, const double *right, size_t count,
                                     double *sum)
{
    add_row_body(left, right, count, sum);
}

static void slide_disk(const struct local *l, const struct rows *r, int64_t y)
{
    const size_t width = (size_t)l->image.width;
    memset(r->sum, 0, width * sizeof *r->sum);
    memset(r->square, 0, width * sizeof *r->square);
    for (int32_t i = 0; i < l->disk.rows; i++) {
        const size_t slot = (size_t)((y + l->disk.first + i + l->window) % l->window);
        const double *sum = r->ring + 2 * slot * (l->columns + 1), *square = sum + l->columns + 1;
        const int32_t left = l->radius + l->disk.left[i], right = l->radius + l->disk.right[i] + 1;
        (common_cpu_avx2() ? add_row_avx2 : add_row_body)(sum + left, sum + right, width, r->sum);
        (common_cpu_avx2() ? add_row_avx2 : add_row_body)(square + left, square + right, width,
                                                          r->square);
    }
}

/* The sums of the windows around row `y`, which is the first of a piece or follows the last. */
static void sums_of(const struct local *l, const struct rows *r, size_t y, bool anew)
{
    const int64_t first = (int64_t)y - l->radius, last = (int64_t)y + l->radius;
    if (l->disk.rows) {
        for (int64_t i = anew ? first : last; i <= last; i++)
            enter_disk(l, r, i);
        slide_disk(l, r, (int64_t)y);
        return;
    }
    if (anew) {
        start(l, r, (int64_t)y);
    } else {
        fetch(l, last, r->enter);
        fetch(l, first - 1, r->leave);
        move(l, r);
    }
    slide(l, r);
}

static int work(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct local *l = arg;
    const struct rows r = rows_of(l, worker);
    const size_t width = (size_t)l->image.width;
    const double area = l->disk.rows ? l->disk.area : (double)l->window * l->window;
    for (size_t band = begin; band < end; band++) {
        const size_t first = band * l->band, after = first + l->band;
        for (size_t y = first; y < after && y < (size_t)l->image.height; y++) {
            sums_of(l, &r, y, y == first);
            read_row(l, (int32_t)y, r.sample);
            if (l->measure) {
                double *range = l->range + 2 * (size_t)worker;
                range[0] = fmin(range[0], (double)threshold_local_least(r.sample, width));
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

/* From the image's least sample to its largest; an image of one value stays as it is, over 255. */
static int stretch(struct local *l)
{
    struct common_histogram h;
    const int status = common_histogram(l->env, &l->image, 0, &h);
    if (status)
        return status;
    const bool flat = !(h.max > h.min);
    l->low = flat ? 0 : h.min;
    l->span = flat ? 255 : h.max - h.min;
    return SEG_OK;
}

static int room(struct local *l)
{
    const unsigned workers = l->env->host->workers(l->env->call);
    l->columns = ((size_t)l->image.width + 2 * (size_t)l->radius + 7) / 8 * 8;
    l->share = 6 * l->columns + (size_t)l->image.height;
    if (l->rule.convention == LOCAL_IMAGEJ) {
        if (!threshold_shape(l->env, SHAPE_DISK, l->window, &l->disk))
            return common_nomem(l->env);
        l->share += 2 * (size_t)l->window * (l->columns + 1);
    }
    if (!COMMON_SCRATCH(l->env, l->room, workers * l->share))
        return common_nomem(l->env);
    memset(l->room, 0, workers * l->share * sizeof *l->room);
    return SEG_OK;
}

int threshold_local(const struct local_params *params, const struct seg_host *host,
                    struct seg_call *call, int method, int border)
{
    const struct common_env env = {host, call};
    struct local l = {.env = &env, .window = params->window, .radius = params->window / 2};
    double least, most;
    int status = common_open(&env, &l.image, &l.mask);
    if (!status)
        status = threshold_extent(&env, &l.image, &least, &most);
    if (status)
        return status;
    const bool whole = l.image.dtype != SEG_F32 && method != LOCAL_PHANSALKAR;
    const double half = l.image.dtype == SEG_U8 ? 127.5 : l.image.dtype == SEG_U16 ? 32767.5 : 1;
    l.rule = (struct local_rule){
        .method = method,
        .convention = method == LOCAL_PHANSALKAR ? LOCAL_IMAGEJ : params->convention,
        .border = params->convention == LOCAL_SKIMAGE ? border : COMMON_NEAREST,
        .whole = whole,
        .k = params->k,
        .r = params->r > 0 ? params->r : half,
        .p = params->p,
        .q = params->q,
        .offset = params->offset,
    };
    if (whole && l.rule.convention == LOCAL_OPENCV)
        l.rule.offset = ceil(params->offset);
    if (method == LOCAL_MEAN && l.rule.convention != LOCAL_IMAGEJ && l.image.dtype == SEG_U8 &&
        l.window <= BYTE_MEANS_MOST)
        return threshold_byte_means(&env, &l.image, &l.mask, &l.rule, l.window);
    l.band = 4 * (size_t)l.window + 64; /* a piece first adds up the rows of a window */
    const size_t bands = ((size_t)l.image.height + l.band - 1) / l.band;
    status = room(&l);
    if (!status && method == LOCAL_PHANSALKAR)
        status = stretch(&l);
    if (!status && method == LOCAL_WOLF)
        status = measure(&l, bands);
    return status ? status : common_parallel(&env, bands, 1, work, &l);
}
