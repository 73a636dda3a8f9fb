/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Products of Gram's polynomials, which are orthonormal on the pixels of a side, are orthonormal on
 * those of the image. So each coefficient is a sum of products, and there is nothing to solve. */
#include "polynomial.h"

#include <math.h>
#include <string.h>

struct fit {
    struct seg_view in, out;
    int32_t degree;
    double *across, *down; /* polynomial k: width, or height, values from k * width on */
    double *row_sums;      /* degree + 1 a row */
    double sums[FILTER_DEGREE_MAX + 1][FILTER_DEGREE_MAX + 1]; /* across, down */
};

/* P[k] = t P[k-1] - b P[k-2], scaled to 1; 0 from k = length on, where there are no more. */
static double *gram(const struct common_env *env, int32_t length, int32_t degree)
{
    size_t n = (size_t)length;
    double *all;
    if (!COMMON_SCRATCH(env, all, ((size_t)degree + 1) * n))
        return NULL;
    for (size_t i = 0; i < n; i++)
        all[i] = 1 / sqrt((double)n);
    for (int32_t k = 1; k <= degree; k++) {
        double *now = all + (size_t)k * n, *last = now - n, square = 0, product = 0;
        for (size_t i = 0; i < n; i++) {
            now[i] = (2 * (double)i - (double)(n - 1)) / (double)n * last[i];
            product += k > 1 ? now[i] * (last - n)[i] : 0;
        }
        for (size_t i = 0; i < n; i++) {
            now[i] -= k > 1 ? product * (last - n)[i] : 0;
            square += now[i] * now[i];
        }
        for (size_t i = 0; i < n; i++)
            now[i] = k < length ? now[i] / sqrt(square) : 0;
    }
    return all;
}

static int sum_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct fit *fit = arg;
    size_t width = (size_t)fit->in.width, terms = (size_t)fit->degree + 1;
    for (size_t y = begin; y < end; y++) {
        const float *row = seg_row(&fit->in, 0, (int32_t)y);
        for (size_t k = 0; k < terms; k++) {
            const double *p = fit->across + k * width;
            double sum = 0;
            for (size_t x = 0; x < width; x++)
                sum += p[x] * (double)row[x];
            fit->row_sums[y * terms + k] = sum;
        }
    }
    return SEG_OK;
}

static int draw_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct fit *fit = arg;
    size_t width = (size_t)fit->in.width, height = (size_t)fit->in.height;
    for (size_t y = begin; y < end; y++) {
        float *row = seg_row(&fit->out, 0, (int32_t)y);
        double factor[FILTER_DEGREE_MAX + 1] = {0};
        for (int32_t i = 0; i <= fit->degree; i++)
            for (int32_t j = 0; i + j <= fit->degree; j++)
                factor[i] += fit->sums[i][j] * fit->down[(size_t)j * height + y];
        for (size_t x = 0; x < width; x++) {
            double value = 0;
            for (int32_t i = 0; i <= fit->degree; i++)
                value += factor[i] * fit->across[(size_t)i * width + x];
            row[x] = (float)value;
        }
    }
    return SEG_OK;
}

int filter_polynomial(const struct common_env *env, const struct seg_view *in, int32_t degree,
                      const struct seg_view *out)
{
    struct fit fit = {.in = *in, .out = *out, .degree = degree};
    size_t height = (size_t)in->height, terms = (size_t)degree + 1, grain = common_grain(in->width);
    fit.across = gram(env, in->width, degree);
    fit.down = gram(env, in->height, degree);
    if (!fit.across || !fit.down || !COMMON_SCRATCH(env, fit.row_sums, height * terms))
        return common_nomem(env);
    int status = common_parallel(env, height, grain, sum_rows, &fit);
    if (status)
        return status;
    for (size_t y = 0; y < height; y++) /* in this order, however the rows were split */
        for (size_t i = 0; i < terms; i++)
            for (size_t j = 0; i + j < terms; j++)
                fit.sums[i][j] += fit.row_sums[y * terms + i] * fit.down[j * height + y];
    if (!isfinite(fit.sums[0][0]))
        return env->host->fail(
            env->call, SEG_STAGE,
            "the image has samples that are not finite, which no polynomial fits");
    return common_parallel(env, height, grain, draw_rows, &fit);
}
