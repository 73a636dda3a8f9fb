/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exact distance transforms, by columns and then by rows (Meijster, Roerdink and Hesselink, 2000).
 *
 * The image is cut into strips of a few rows. A first look at each strip gives, by column, the
 * first and the last background pixel; passed from strip to strip they tell each strip what lies
 * above and below it. So the column distances of a strip can be made where they are used, and the
 * whole takes no intermediate image. */
#include "distance.h"

#include "cpu.h"
#include "distance_row.h"

#include <math.h>
#include <string.h>

#define ROWS 16
#define NONE 255 /* no background pixel in this column of the strip */
#define FAR  COMMON_FAR

struct transform {
    struct seg_view mask, distance;
    int metric;
    float far; /* where there is no background */
    size_t width, height, strips;
    uint8_t *first, *last; /* by strip and column */
    int32_t *above;        /* column distance in the row before the strip */
    int32_t *below;        /* and in the row after it */
    int32_t *columns;      /* ROWS rows for each worker */
    char *room;            /* for the rows, row_room bytes for each worker */
    size_t row_room;
};

static size_t strip_end(const struct transform *t, size_t strip)
{
    size_t end = (strip + 1) * ROWS;
    return end < t->height ? end : t->height;
}

COMMON_INLINE void look_body(const struct transform *t, size_t strip)
{
    const size_t width = t->width;
    uint8_t *restrict first = t->first + strip * width, *restrict last = t->last + strip * width;
    memset(first, NONE, width);
    memset(last, NONE, width);
    for (size_t y = strip * ROWS; y < strip_end(t, strip); y++) {
        const uint8_t *restrict row = seg_row(&t->mask, 0, (int32_t)y);
        uint8_t at = (uint8_t)(y - strip * ROWS);
        for (size_t x = 0; x < width; x++) {
            uint8_t here = row[x] ? NONE : at;
            first[x] = here < first[x] ? here : first[x];
            last[x] = row[x] ? last[x] : at;
        }
    }
}

COMMON_INLINE void column_down(const uint8_t *restrict row, const int32_t *restrict before,
                               int32_t *restrict column, size_t width)
{
    for (size_t x = 0; x < width; x++)
        column[x] = row[x] ? before[x] + 1 : 0;
}

/* Column distances of the strip's rows: downwards, then upwards, where each row is then done. */
COMMON_INLINE void columns_down(const struct transform *t, size_t strip, int32_t *columns)
{
    const int32_t *before = t->above + strip * t->width;
    for (size_t y = strip * ROWS; y < strip_end(t, strip); y++, columns += t->width) {
        const uint8_t *row = seg_row(&t->mask, 0, (int32_t)y);
        column_down(row, before, columns, t->width);
        before = columns;
    }
}

COMMON_INLINE void column_up(const int32_t *restrict after, int32_t *restrict column, size_t width)
{
    for (size_t x = 0; x < width; x++) {
        int32_t value = after[x] + 1 < column[x] ? after[x] + 1 : column[x];
        column[x] = value < FAR ? value : FAR;
    }
}

COMMON_AVX2 static void look_avx2(const struct transform *t, size_t strip)
{
    look_body(t, strip);
}

COMMON_AVX2 static void columns_down_avx2(const struct transform *t, size_t strip, int32_t *columns)
{
    columns_down(t, strip, columns);
}

COMMON_AVX2 static void column_up_avx2(const int32_t *after, int32_t *column, size_t width)
{
    column_up(after, column, width);
}

static int look_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    bool avx2 = common_cpu_avx2();
    for (size_t strip = begin; strip < end; strip++)
        if (avx2)
            look_avx2(arg, strip);
        else
            look_body(arg, strip);
    return SEG_OK;
}

static int32_t farther(int32_t distance, size_t rows)
{
    return distance + (int32_t)rows < FAR ? distance + (int32_t)rows : FAR;
}

/* Passes on what each strip has, for a range of columns. */
static int pass_on(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct transform *t = arg;
    for (size_t x = begin; x < end; x++)
        t->above[x] = t->below[(t->strips - 1) * t->width + x] = FAR;
    for (size_t strip = 1; strip < t->strips; strip++) {
        const uint8_t *last = t->last + (strip - 1) * t->width;
        const int32_t *from = t->above + (strip - 1) * t->width;
        for (size_t x = begin; x < end; x++)
            t->above[strip * t->width + x] =
                last[x] == NONE ? farther(from[x], ROWS) : ROWS - 1 - last[x];
    }
    for (size_t strip = t->strips - 1; strip-- > 0;) {
        const uint8_t *first = t->first + (strip + 1) * t->width;
        const int32_t *from = t->below + (strip + 1) * t->width;
        size_t rows = strip_end(t, strip + 1) - (strip + 1) * ROWS;
        for (size_t x = begin; x < end; x++)
            t->below[strip * t->width + x] = first[x] == NONE ? farther(from[x], rows) : first[x];
    }
    return SEG_OK;
}

static int do_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct transform *t = arg;
    bool avx2 = common_cpu_avx2();
    int32_t *columns = t->columns + (size_t)worker * ROWS * t->width;
    void *room = t->room + worker * t->row_room;
    for (size_t strip = begin; strip < end; strip++) {
        if (avx2)
            columns_down_avx2(t, strip, columns);
        else
            columns_down(t, strip, columns);
        const int32_t *after = t->below + strip * t->width;
        for (size_t y = strip_end(t, strip); y-- > strip * ROWS;) {
            int32_t *column = columns + (y - strip * ROWS) * t->width;
            (avx2 ? column_up_avx2 : column_up)(after, column, t->width);
            common_distance_row(column, t->width, t->metric, t->far,
                                seg_row(&t->distance, 0, (int32_t)y), room, avx2);
            after = column;
        }
    }
    return SEG_OK;
}

int common_distance(const struct common_env *env, const struct seg_view *mask, int metric,
                    const struct seg_view *distance)
{
    size_t width = (size_t)mask->width, height = (size_t)mask->height;
    size_t strips = (height + ROWS - 1) / ROWS, workers = env->host->workers(env->call);
    struct transform t = {.mask = *mask,
                          .distance = *distance,
                          .metric = metric,
                          .far = (float)hypot((double)width, (double)height),
                          .width = width,
                          .height = height,
                          .strips = strips,
                          .row_room = common_distance_room(width)};
    if (!COMMON_SCRATCH(env, t.first, strips * width) ||
        !COMMON_SCRATCH(env, t.last, strips * width) ||
        !COMMON_SCRATCH(env, t.above, strips * width) ||
        !COMMON_SCRATCH(env, t.below, strips * width) ||
        !COMMON_SCRATCH(env, t.columns, workers * ROWS * width) ||
        !COMMON_SCRATCH(env, t.room, workers * t.row_room))
        return common_nomem(env);
    size_t grain = common_grain(mask->width) / ROWS + 1;
    int status = common_parallel(env, strips, grain, look_strips, &t);
    if (!status)
        status = common_parallel(env, width, 256, pass_on, &t);
    if (!status)
        status = common_parallel(env, strips, grain, do_strips, &t);
    return status;
}
