/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Separable filters in one pass over the image: a ring holds the rows that were filtered along x
 * and that the next output row still needs. */
#include "separable.h"

#include "border.h"
#include "separable_row.h"

#include <math.h>
#include <string.h>

struct separable {
    struct seg_view in;
    int32_t plane, border;
    const struct separable_form *form;
    common_take_row take;
    const void *arg; /* of it */
    const void *weights;
    size_t radius, padded; /* padded: elements of a row, a multiple of SEPARABLE_BLOCK */
    char *room;            /* `share` bytes for each worker */
    const void **rows;     /* 2 radius + 1 pointers for each worker */
    size_t share;
};

/* Row `y`, which may lie outside, filtered along x. `line` has room for the row and its borders. */
static void filter_row(const struct separable *s, int64_t y, char *line, const void **rows,
                       char *out)
{
    const int32_t width = s->in.width, radius = (int32_t)s->radius;
    const size_t size = s->form->size;
    char *first = line + s->radius * size, *after = first + (size_t)width * size;
    s->form->load(&s->in, s->plane, common_border(y, s->in.height, s->border), first);
    for (int32_t i = 0; i < radius; i++) {
        const size_t left = (size_t)common_border((int64_t)i - radius, width, s->border);
        const size_t right = (size_t)common_border((int64_t)width + i, width, s->border);
        memcpy(line + (size_t)i * size, first + left * size, size);
        memcpy(after + (size_t)i * size, first + right * size, size);
    }
    for (size_t i = 0; i <= 2 * s->radius; i++)
        rows[i] = line + i * size;
    s->form->weigh(rows, s->weights, s->radius, out, s->padded);
}

static int filter_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct separable *s = arg;
    const size_t size = 2 * s->radius + 1, bytes = s->padded * s->form->size;
    char *ring = s->room + worker * s->share, *result = ring + size * bytes;
    char *line = result + bytes;
    const void **rows = s->rows + worker * size;
    int64_t first = (int64_t)begin - (int64_t)s->radius, next = first;
    for (size_t y = begin; y < end; y++) {
        for (; next <= (int64_t)(y + s->radius); next++)
            filter_row(s, next, line, rows, ring + (size_t)(next - first) % size * bytes);
        for (size_t i = 0; i < size; i++)
            rows[i] = ring + (y - begin + i) % size * bytes;
        s->form->weigh(rows, s->weights, s->radius, result, s->padded);
        s->take(s->arg, s->plane, (int32_t)y, result, s->form == &separable_fixed, worker);
    }
    return SEG_OK;
}

/* Chooses the form: fixed point where it is right enough. */
static int choose(const struct common_env *env, struct separable *s, const float *weights,
                  bool may_fix)
{
    s->form = &separable_float;
    s->weights = weights;
    if (s->in.dtype != SEG_U8 || !may_fix)
        return SEG_OK;
    bool fits;
    const int16_t *fixed = separable_fixed_weights(env, weights, (int32_t)s->radius, &fits);
    if (!fits)
        return SEG_OK;
    s->form = &separable_fixed;
    s->weights = fixed;
    return fixed ? SEG_OK : common_nomem(env);
}

int common_separable_rows(const struct common_env *env, const struct seg_view *in,
                          const float *weights, int32_t radius, int32_t border, bool may_fix,
                          common_take_row take, const void *arg)
{
    struct separable s = {
        .in = *in, .border = border, .take = take, .arg = arg, .radius = (size_t)radius};
    int status = choose(env, &s, weights, may_fix);
    if (status)
        return status;
    const size_t size = 2 * s.radius + 1, workers = env->host->workers(env->call);
    s.padded = ((size_t)in->width + SEPARABLE_BLOCK - 1) / SEPARABLE_BLOCK * SEPARABLE_BLOCK;
    s.share = ((size + 2) * s.padded + 2 * s.radius) * s.form->size;
    s.share = (s.share + 63) / 64 * 64;
    if (!COMMON_SCRATCH(env, s.room, workers * s.share) ||
        !COMMON_SCRATCH(env, s.rows, workers * size))
        return common_nomem(env);
    memset(s.room, 0, workers * s.share); /* padding is added up, not used */
    size_t grain = common_grain(in->width);
    if (grain < 4 * s.radius) /* every piece filters 2 radius rows for its start alone */
        grain = 4 * s.radius;
    for (s.plane = 0; s.plane < in->planes && !status; s.plane++)
        status = common_parallel(env, (size_t)in->height, grain, filter_rows, &s);
    return status;
}

static void store_row(const void *arg, int32_t plane, int32_t y, const void *values, bool fixed,
                      unsigned worker)
{
    (void)worker;
    (fixed ? separable_fixed : separable_float).store(arg, plane, y, values);
}

int common_separable(const struct common_env *env, const struct seg_view *in,
                     const struct seg_view *out, const float *weights, int32_t radius,
                     int32_t border)
{
    return common_separable_rows(env, in, weights, radius, border, out->dtype == SEG_U8, store_row,
                                 out);
}

float *common_gaussian(const struct common_env *env, double sigma, int32_t radius)
{
    float *weights;
    double *exact, sum = 1;
    if (!COMMON_SCRATCH(env, weights, (size_t)radius + 1) ||
        !COMMON_SCRATCH(env, exact, (size_t)radius + 1))
        return NULL;
    exact[0] = 1;
    for (int32_t k = 1; k <= radius; k++) {
        exact[k] = exp(-0.5 * k / sigma * k / sigma);
        sum += 2 * exact[k];
    }
    for (int32_t k = 0; k <= radius; k++)
        weights[k] = (float)(exact[k] / sum);
    return weights;
}
