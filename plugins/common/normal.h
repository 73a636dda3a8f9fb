/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gaussians with full covariances, a block of pixels at a time. */
#ifndef COMMON_NORMAL_H
#define COMMON_NORMAL_H

#include "cpu.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { COMMON_BLOCK = 256 };

/* out[p] = base - |whiten (x - mean)|^2 / 2, x of the planes' pixels at..at + COMMON_BLOCK - 1:
 * the logarithm of weight and density. `whiten`: the inverse of the covariance's Cholesky factor,
 * rows of its lower triangle. */
COMMON_INLINE void common_normal_log(const float *mean, const float *whiten, float base,
                                     float *const *planes, size_t at, int32_t count,
                                     float *restrict out)
{
    float square[COMMON_BLOCK] = {0}, line[COMMON_BLOCK];
    for (int32_t i = 0; i < count; i++) {
        for (size_t p = 0; p < COMMON_BLOCK; p++)
            line[p] = 0;
        for (int32_t j = 0; j <= i; j++, whiten++) {
            const float *x = planes[j] + at;
            float middle = mean[j], factor = *whiten;
            for (size_t p = 0; p < COMMON_BLOCK; p++)
                line[p] += factor * (x[p] - middle);
        }
        for (size_t p = 0; p < COMMON_BLOCK; p++)
            square[p] += line[p] * line[p];
    }
    for (size_t p = 0; p < COMMON_BLOCK; p++)
        out[p] = base - 0.5f * square[p];
}

/* Turns a covariance into its Cholesky factor and that into its inverse, in place, both lower
 * triangles by rows; variances along the axes are raised to `least`. Returns the sum of the
 * logarithms of the factor's diagonal. */
static inline double common_normal_whiten(double *a, int32_t n, double least)
{
    double logs = 0;
    for (int32_t i = 0; i < n; i++) {
        double *row = a + i * (i + 1) / 2;
        for (int32_t j = 0; j <= i; j++) {
            const double *other = a + j * (j + 1) / 2;
            double sum = row[j];
            for (int32_t k = 0; k < j; k++)
                sum -= row[k] * other[k];
            row[j] = i == j ? sqrt(sum > least ? sum : least) : sum / other[j];
        }
        logs += log(row[i]);
    }
    for (int32_t i = 0; i < n; i++) {
        double *row = a + i * (i + 1) / 2;
        for (int32_t j = 0; j < i; j++) {
            double sum = 0;
            for (int32_t k = j; k < i; k++)
                sum -= row[k] * a[k * (k + 1) / 2 + j];
            row[j] = sum / row[i];
        }
        row[i] = 1 / row[i];
    }
    return logs;
}

#endif
