/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recursive Gaussian smoothing (R. Deriche, Recursively implementing the Gaussian and its
 * derivatives, INRIA report 1893, 1993).
 *
 * Half a Gaussian is nearly the real part of a1 z1^n + a2 z2^n with complex a and z, and the sum of
 * the samples weighed by z^n is one complex multiplication a sample: s[n] = x[n] + z s[n-1]. Kept
 * as real and imaginary part, rounding errors stay small however close z comes to 1. One pass goes
 * up, one comes down, for sixteen rows or columns side by side. */
#include "recursive.h"

#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"

#include <math.h>
#include <string.h>

#define SIDE 16 /* rows or columns side by side */

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));

struct pole {
    float zr, zi, ar, ai;
};

struct recursive {
    struct seg_view from, to; /* of the pass; `to` is f32 */
    int32_t plane;
    int32_t pad, border, length; /* length: samples of a line */
    bool down;                   /* lines are columns */
    struct pole poles[2];
    float *room; /* `share` floats for each worker */
    size_t share;
};

/* Fitted by least squares to exp(-t^2/2) on 0 <= t <= 8: the error is 3e-4 of the norm. */
static void set_poles(struct pole poles[2], double sigma)
{
    static const double fit[2][4] = {/* cosine, sine, decay, frequency */
                                     {1.68045652, 3.75254075, 1.78535834, 0.63196257},
                                     {-0.68106887, -0.26419846, 1.72508416, 1.99739923}};
    double sum = 0;
    for (int k = 0; k < 2; k++) {
        const double r = exp(-fit[k][2] / sigma), w = fit[k][3] / sigma;
        const double zr = r * cos(w), zi = r * sin(w), ar = fit[k][0], ai = -fit[k][1];
        const double norm = (1 - zr) * (1 - zr) + zi * zi;
        sum += 2 * (ar * (1 - zr) - ai * zi) / norm - ar; /* of a z^|n| over all n */
        poles[k] = (struct pole){(float)zr, (float)zi, (float)ar, (float)ai};
    }
    for (int k = 0; k < 2; k++) {
        poles[k].ar = (float)(poles[k].ar / sum);
        poles[k].ai = (float)(poles[k].ai / sum);
    }
}

struct state {
    lane re, im;
};

COMMON_INLINE void turn(struct state *s, const struct pole *p)
{
    const lane re = s->re * p->zr - s->im * p->zi;
    s->im = s->im * p->zr + s->re * p->zi;
    s->re = re;
}

COMMON_INLINE void add_real(lane *sum, const struct state *s, const struct pole *p)
{
    *sum += s->re * p->ar - s->im * p->ai;
}

/* Smooths `count` groups of SIDE samples in place; `half` has room for as many. */
COMMON_INLINE void smooth_body(const struct pole poles[2], float *line, float *half, size_t count)
{
    const struct pole p = poles[0], q = poles[1];
    for (size_t lanes = 0; lanes < SIDE; lanes += 8) {
        struct state a = {0}, b = {0};
        for (size_t i = 0; i < count; i++) {
            const lane x = *(const lane *)(const void *)(line + i * SIDE + lanes);
            turn(&a, &p);
            turn(&b, &q);
            a.re += x;
            b.re += x;
            lane sum = {0};
            add_real(&sum, &a, &p);
            add_real(&sum, &b, &q);
            *(lane *)(void *)(half + i * SIDE + lanes) = sum;
        }
        a = b = (struct state){0};
        for (size_t i = count; i-- > 0;) {
            lane *at = (lane *)(void *)(line + i * SIDE + lanes);
            const lane x = *at;
            turn(&a, &p);
            turn(&b, &q);
            *at = *(const lane *)(const void *)(half + i * SIDE + lanes);
            add_real(at, &a, &p);
            add_real(at, &b, &q);
            a.re += x;
            b.re += x;
        }
    }
}

COMMON_AVX2 static void smooth_avx2(const struct pole poles[2], float *line, float *half,
                                    size_t count)
{
    smooth_body(poles, line, half, count);
}

/* Sample `i`, which may lie outside, of `side` lines from `first` on, next to each other; the other
 * way round with `back`. */
static void move_columns(const struct recursive *r, float *line, int32_t first, int32_t side)
{
    for (int32_t i = -r->pad; i < r->length + r->pad; i++, line += SIDE) {
        const float *row = seg_row(&r->from, 0, common_border(i, r->length, r->border));
        memcpy(line, row + first, (size_t)side * sizeof *row);
    }
}

static void move_rows(const struct recursive *r, float *line, float *row, int32_t first,
                      int32_t side)
{
    for (int32_t k = 0; k < side; k++) {
        float *to = line + k;
        common_floats(&r->from, r->plane, first + k, 0, (size_t)r->length, row);
        for (int32_t i = -r->pad; i < 0; i++, to += SIDE)
            *to = row[common_border(i, r->length, r->border)];
        for (int32_t i = 0; i < r->length; i++, to += SIDE)
            *to = row[i];
        for (int32_t i = r->length; i < r->length + r->pad; i++, to += SIDE)
            *to = row[common_border(i, r->length, r->border)];
    }
}

static void put_back(const struct recursive *r, const float *line, int32_t first, int32_t side)
{
    line += (size_t)r->pad * SIDE;
    if (r->down) {
        for (int32_t i = 0; i < r->length; i++, line += SIDE)
            memcpy((float *)seg_row(&r->to, 0, i) + first, line, (size_t)side * sizeof *line);
        return;
    }
    for (int32_t k = 0; k < side; k++) {
        float *row = seg_row(&r->to, 0, first + k);
        for (int32_t i = 0; i < r->length; i++)
            row[i] = line[(size_t)i * SIDE + (size_t)k];
    }
}

static int smooth_lines(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct recursive *r = arg;
    const size_t count = (size_t)r->length + 2 * (size_t)r->pad;
    float *line = r->room + worker * r->share, *half = line + count * SIDE;
    const int32_t lines = r->down ? r->from.width : r->from.height;
    for (size_t group = begin; group < end; group++) {
        const int32_t first = (int32_t)group * SIDE;
        const int32_t side = lines - first < SIDE ? lines - first : SIDE;
        if (r->down)
            move_columns(r, line, first, side);
        else
            move_rows(r, line, half, first, side);
        (common_cpu_avx2() ? smooth_avx2 : smooth_body)(r->poles, line, half, count);
        put_back(r, line, first, side);
    }
    return SEG_OK;
}

static int store_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct recursive *r = arg;
    for (size_t y = begin; y < end; y++)
        common_store(&r->to, r->plane, (int32_t)y, seg_row(&r->from, 0, (int32_t)y),
                     (size_t)r->from.width);
    return SEG_OK;
}

static int pass(const struct common_env *env, struct recursive *r, bool down)
{
    const int32_t lines = down ? r->from.width : r->from.height;
    r->down = down;
    r->length = down ? r->from.height : r->from.width;
    return common_parallel(env, ((size_t)lines + SIDE - 1) / SIDE, 1, smooth_lines, r);
}

/* Along rows into `floats`, then along columns in place, then to the output unless that is it. */
static int smooth_plane(const struct common_env *env, struct recursive *r,
                        const struct seg_view *in, const struct seg_view *out,
                        const struct seg_view *floats)
{
    r->from = *in;
    r->to = *floats;
    int status = pass(env, r, false);
    if (status)
        return status;
    r->from = *floats;
    status = pass(env, r, true);
    if (status || floats->data == seg_row(out, r->plane, 0))
        return status;
    r->to = *out;
    return common_parallel(env, (size_t)in->height, common_grain(in->width), store_rows, r);
}

int filter_recursive(const struct common_env *env, const struct seg_view *in,
                     const struct seg_view *out, double sigma, int32_t pad, int32_t border)
{
    struct recursive r = {.pad = pad, .border = border};
    struct seg_view floats = *out;
    int status = out->dtype == SEG_F32 ? SEG_OK : common_scratch_view(env, in, SEG_F32, &floats);
    if (status)
        return status;
    const size_t longest = (size_t)(in->width > in->height ? in->width : in->height);
    const unsigned workers = env->host->workers(env->call);
    r.share = 2 * (longest + 2 * (size_t)pad) * SIDE;
    if (!COMMON_SCRATCH(env, r.room, workers * r.share))
        return common_nomem(env);
    memset(r.room, 0, workers * r.share * sizeof *r.room);
    set_poles(r.poles, sigma);
    for (; r.plane < in->planes && !status; r.plane++) {
        if (out->dtype == SEG_F32)
            floats.data = seg_row(out, r.plane, 0);
        status = smooth_plane(env, &r, in, out, &floats);
    }
    return status;
}
