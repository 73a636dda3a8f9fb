/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of an element are runs, and its width falls from the middle row outwards. So an extremum
 * over it is gathered as Horner's rule gathers a polynomial (van den Boomgaard and van Balen, CVGIP
 * 54, 1992, for bitmaps): of the image's rows above and below, those under the widest run first,
 * each time widened by as much as the next run is shorter. A row is widened in steps that about
 * double what each sample covers. The rows of a rectangle are gathered as in van Herk (Pattern
 * Recognition Letters 13, 1992) and Gil and Werman (IEEE PAMI 15, 1993), three operations for any
 * height. All of it is the extremum of three rows, over and over, which vectors do well. */
#include "gray_morph.h"

#include "cpu.h"

#include <math.h>
#include <string.h>

/* to = the extremum of from, a and b. The order of the comparisons keeps NaN out of the result as
 * long as there is none in `from`. */
typedef void fold(void *to, const void *from, const void *a, const void *b, size_t count);

#define FOLD(NAME, T, BEFORE)                                                                      \
    COMMON_INLINE void NAME##_body(void *to_, const void *from_, const void *a_, const void *b_,   \
                                   size_t count)                                                   \
    {                                                                                              \
        T *restrict to = to_;                                                                      \
        const T *from = from_, *a = a_, *b = b_;                                                   \
        for (size_t x = 0; x < count; x++) {                                                       \
            T best = from[x];                                                                      \
            best = a[x] BEFORE best ? a[x] : best;                                                 \
            to[x] = b[x] BEFORE best ? b[x] : best;                                                \
        }                                                                                          \
    }                                                                                              \
    static void NAME(void *to, const void *from, const void *a, const void *b, size_t count)       \
    {                                                                                              \
        NAME##_body(to, from, a, b, count);                                                        \
    }                                                                                              \
    COMMON_AVX2 static void NAME##_avx2(void *to, const void *from, const void *a, const void *b,  \
                                        size_t count)                                              \
    {                                                                                              \
        NAME##_body(to, from, a, b, count);                                                        \
    }

FOLD(least_u8, uint8_t, <)
FOLD(most_u8, uint8_t, >)
FOLD(least_u16, uint16_t, <)
FOLD(most_u16, uint16_t, >)
FOLD(least_f32, float, <)
FOLD(most_f32, float, >)

static fold *const folds[][2][2] = {
    [SEG_U8] =
        {[COMMON_ERODE] = {least_u8, least_u8_avx2}, [COMMON_DILATE] = {most_u8, most_u8_avx2}},
    [SEG_U16] =
        {[COMMON_ERODE] = {least_u16, least_u16_avx2}, [COMMON_DILATE] = {most_u16, most_u16_avx2}},
    [SEG_F32] =
        {[COMMON_ERODE] = {least_f32, least_f32_avx2}, [COMMON_DILATE] = {most_f32, most_f32_avx2}},
};

/* `count` samples that no comparison prefers. */
static void fill_neutral(void *row, uint32_t dtype, enum common_morph what, size_t count)
{
    float *floats = row;
    if (dtype != SEG_F32)
        memset(row, what == COMMON_ERODE ? 255 : 0, count * seg_dtype_size(dtype));
    for (size_t i = 0; dtype == SEG_F32 && i < count; i++)
        floats[i] = what == COMMON_ERODE ? INFINITY : -INFINITY;
}

struct pass {
    struct seg_view in, out;
    fold *fold;
    size_t size;   /* of a sample */
    int32_t *half; /* half width of the element's row dy, for 0 <= dy <= reach; does not rise */
    int32_t reach;
    const char *neutral;
    char *room; /* `share` bytes for each worker */
    size_t share;
    size_t line, lead; /* bytes of a row of that room, and of those the ones before column 0 */
    bool box;
};

/* A worker's rows: neutral beside the image, which is wide enough for the largest step. */
struct rows {
    char *now, *spare;
    char *suffix; /* of a box: extrema of the rows from here to the end of their block */
};

static struct rows rows_of(const struct pass *pass, unsigned worker)
{
    char *first = pass->room + worker * pass->share + pass->lead;
    return (struct rows){first, first + pass->line, first + 2 * pass->line};
}

static const void *image_row(const struct pass *pass, int64_t y)
{
    return y < 0 || y >= pass->in.height ? pass->neutral : seg_row(&pass->in, 0, (int32_t)y);
}

static void gather(const struct pass *pass, struct rows *rows, const void *from, const void *a,
                   const void *b)
{
    char *to = rows->spare;
    pass->fold(to, from, a, b, (size_t)pass->in.width);
    rows->spare = rows->now;
    rows->now = to;
}

/* Lets each sample of the gathered row count for its neighbours at up to `by` pixels too. Larger
 * steps would leave no gap either, except at the border, as nothing is gathered beside the image.
 */
static void widen(const struct pass *pass, struct rows *rows, int32_t by)
{
    for (int32_t done = 0; done < by;) {
        int32_t step = by - done < done + 1 ? by - done : done + 1;
        size_t bytes = (size_t)step * pass->size;
        gather(pass, rows, rows->now, rows->now - bytes, rows->now + bytes);
        done += step;
    }
}

static void put(const struct pass *pass, const struct rows *rows, int64_t y)
{
    memcpy(seg_row(&pass->out, 0, (int32_t)y), rows->now, (size_t)pass->in.width * pass->size);
}

static int gather_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    struct rows rows = rows_of(pass, worker);
    for (int64_t y = (int64_t)begin; y < (int64_t)end; y++) {
        for (int32_t dy = 0; dy <= pass->reach; dy++) {
            const void *from = dy ? rows.now : pass->neutral;
            gather(pass, &rows, from, image_row(pass, y - dy), image_row(pass, y + dy));
            widen(pass, &rows, pass->half[dy] - (dy < pass->reach ? pass->half[dy + 1] : 0));
        }
        put(pass, &rows, y);
    }
    return SEG_OK;
}

/* The window of row y + i is the end of one block of 2 reach + 1 rows, from its row i on, and the
 * first i rows of the next. */
static int gather_box(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct pass *pass = arg;
    struct rows rows = rows_of(pass, worker);
    int64_t side = 2 * (int64_t)pass->reach + 1;
    char *prefix = rows.suffix + side * (int64_t)pass->line, *next = prefix + pass->line;
    for (int64_t y = (int64_t)begin; y < (int64_t)end; y += side) {
        const char *from = pass->neutral;
        for (int64_t i = side; i-- > 0;) {
            char *to = rows.suffix + i * (int64_t)pass->line;
            const void *row = image_row(pass, y - pass->reach + i);
            pass->fold(to, from, row, row, (size_t)pass->in.width);
            from = to;
        }
        from = pass->neutral;
        for (int64_t i = 0; i < side && y + i < (int64_t)end; i++) {
            gather(pass, &rows, rows.suffix + i * (int64_t)pass->line, from, from);
            widen(pass, &rows, pass->half[0]);
            put(pass, &rows, y + i);
            const void *row = image_row(pass, y + pass->reach + 1 + i);
            pass->fold(next, from, row, row, (size_t)pass->in.width);
            from = next;
            next = prefix;
            prefix = (char *)from;
        }
    }
    return SEG_OK;
}

/* Half widths of the element's rows; no wider than the image. */
static int make_element(const struct common_env *env, const struct common_element *element,
                        struct pass *pass)
{
    int32_t r = element->radius, most = pass->in.width - 1, last = pass->in.height - 1;
    const double square = (double)r * r + (element->shape == COMMON_BROAD_DISK && r);
    pass->box = element->shape == COMMON_SQUARE || element->shape == COMMON_ROW ||
                element->shape == COMMON_COLUMN;
    pass->reach = element->shape == COMMON_ROW ? 0 : r < last ? r : last;
    if (!COMMON_SCRATCH(env, pass->half, (size_t)pass->reach + 1))
        return common_nomem(env);
    for (int32_t dy = 0; dy <= pass->reach; dy++) {
        int32_t half = element->shape == COMMON_COLUMN    ? 0
                       : element->shape == COMMON_DIAMOND ? r - dy
                       : pass->box                        ? r
                                                          : (int32_t)sqrt(square - (double)dy * dy);
        pass->half[dy] = half < most ? half : most;
    }
    return SEG_OK;
}

int common_gray_morph(const struct common_env *env, const struct seg_view *in,
                      const struct seg_view *out, const struct common_element *element,
                      enum common_morph what)
{
    struct pass pass = {.in = *in,
                        .out = *out,
                        .fold = folds[in->dtype][what][common_cpu_avx2()],
                        .size = seg_dtype_size(in->dtype)};
    int status = make_element(env, element, &pass);
    if (status)
        return status;
    size_t side = 2 * (size_t)pass.reach + 1, lead = (size_t)pass.half[0] * pass.size;
    pass.lead = (lead + 63) / 64 * 64;
    pass.line = 2 * pass.lead + ((size_t)in->width * pass.size + 63) / 64 * 64;
    size_t rows = pass.box ? side + 4 : 2, workers = env->host->workers(env->call);
    pass.share = rows * pass.line;
    pass.room = env->host->scratch(env->call, workers * rows + 1, pass.line);
    if (!pass.room)
        return common_nomem(env);
    fill_neutral(pass.room, in->dtype, what, (workers * rows + 1) * pass.line / pass.size);
    pass.neutral = pass.room + workers * pass.share;
    size_t grain = common_grain(in->width);
    if (pass.box && grain < 2 * side) /* so as not to begin blocks in vain */
        grain = 2 * side;
    return common_parallel(env, (size_t)in->height, grain, pass.box ? gather_box : gather_rows,
                           &pass);
}
