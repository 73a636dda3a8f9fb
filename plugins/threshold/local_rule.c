/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formulas of the local thresholds: in double precision as scikit-image has them, in single
 * precision as OpenCV has them, or rounded where ImageJ's Auto Local Threshold rounds. */
#include "local.h"

#include "common/cpu.h"

#include <math.h>

COMMON_INLINE double spread(double mean, double square)
{
    const double variance = square - mean * mean;
    return sqrt(variance > 0 ? variance : 0);
}

COMMON_INLINE double exact(const struct local_rule *rule, int method, double mean, double square)
{
    if (method == LOCAL_MEAN)
        return mean - rule->offset;
    if (method == LOCAL_NICK) {
        const double sum = 2 * square - mean * mean; /* variance + mean of the squares */
        return mean + rule->k * sqrt(sum > 0 ? sum : 0);
    }
    const double s = spread(mean, square);
    if (method == LOCAL_NIBLACK)
        return mean - rule->k * s;
    if (method == LOCAL_SAUVOLA)
        return mean * (1 + rule->k * (s / rule->r - 1));
    const double share = rule->most > 0 ? s / rule->most : 0;
    return mean - rule->k * (1 - share) * (mean - rule->least);
}

/* In a flat window the variance may come out below 0; the threshold is then NaN, as OpenCV's is. */
COMMON_INLINE float single(const struct local_rule *rule, int method, float mean, float square)
{
    const float variance = square - mean * mean, k = (float)rule->k;
    const float s = sqrtf(variance);
    if (method == LOCAL_MEAN) /* of integers the rounded mean is compared */
        return (rule->whole ? rintf(mean) : mean) - (float)rule->offset;
    if (method == LOCAL_NIBLACK)
        return mean - k * s;
    if (method == LOCAL_SAUVOLA)
        return mean * (float)(1 + rule->k * ((double)s / rule->r - 1));
    if (method == LOCAL_NICK)
        return mean + k * sqrtf(variance + square);
    const float above = mean - (float)rule->least, most = (float)rule->most;
    return mean - k * (above - (most > 0 ? s * above / most : 0));
}

COMMON_INLINE double imagej(const struct local_rule *rule, int method, double sum, double square,
                            double area)
{
    const float mean = (float)(sum / area);
    const float variance = (float)((square - sum * sum / area) / area);
    const double s = sqrt(variance > 0 ? (double)variance : 0), m = (double)mean;
    double t = m - rule->offset;
    if (method == LOCAL_NIBLACK)
        t = m - rule->k * s;
    else if (method == LOCAL_SAUVOLA)
        t = m * (1 + rule->k * (s / rule->r - 1));
    else if (method == LOCAL_PHANSALKAR)
        return m * (1 + rule->p * exp(-rule->q * m) + rule->k * ((double)(float)s / rule->r - 1));
    return rule->whole ? trunc(t) : t;
}

COMMON_INLINE void compare_with(const struct local_rule *rule, int method, const float *sample,
                                const double *sum, const double *square, double area, size_t count,
                                uint8_t *mask)
{
    const double scale = 1 / area;
    if (rule->convention == LOCAL_OPENCV) {
        for (size_t x = 0; x < count; x++) {
            float t =
                single(rule, method, (float)sum[x] * (float)scale, (float)square[x] * (float)scale);
            t = rule->whole ? rintf(t) : t;
            mask[x] = sample[x] > (t > 0 || !rule->whole ? t : 0);
        }
    } else if (rule->convention == LOCAL_IMAGEJ) {
        for (size_t x = 0; x < count; x++)
            mask[x] = (double)sample[x] > imagej(rule, method, sum[x], square[x], area);
    } else {
        for (size_t x = 0; x < count; x++)
            mask[x] = (double)sample[x] > exact(rule, method, sum[x] * scale, square[x] * scale);
    }
}

COMMON_INLINE void compare_body(const struct local_rule *rule, const float *sample,
                                const double *sum, const double *square, double area, size_t count,
                                uint8_t *mask)
{
    switch (rule->method) {
    case LOCAL_NIBLACK:
        compare_with(rule, LOCAL_NIBLACK, sample, sum, square, area, count, mask);
        break;
    case LOCAL_SAUVOLA:
        compare_with(rule, LOCAL_SAUVOLA, sample, sum, square, area, count, mask);
        break;
    case LOCAL_WOLF:
        compare_with(rule, LOCAL_WOLF, sample, sum, square, area, count, mask);
        break;
    case LOCAL_NICK:
        compare_with(rule, LOCAL_NICK, sample, sum, square, area, count, mask);
        break;
    case LOCAL_PHANSALKAR:
        compare_with(rule, LOCAL_PHANSALKAR, sample, sum, square, area, count, mask);
        break;
    default:
        compare_with(rule, LOCAL_MEAN, sample, sum, square, area, count, mask);
    }
}

COMMON_AVX2 static void compare_avx2(const struct local_rule *rule, const float *sample,
                                     const double *sum, const double *square, double area,
                                     size_t count, uint8_t *mask)
{
    compare_body(rule, sample, sum, square, area, count, mask);
}

void threshold_local_compare(const struct local_rule *rule, const float *sample, const double *sum,
                             const double *square, double area, size_t count, uint8_t *mask)
{
    (common_cpu_avx2() ? compare_avx2 : compare_body)(rule, sample, sum, square, area, count, mask);
}

/* Variances of which the largest is wanted, in columns that vectors can keep apart. The root of the
 * largest is the largest root. */
#define COLUMNS 64 /* so many that no compiler unrolls them before it looks for vectors */

COMMON_INLINE double variance_of(const struct local_rule *rule, double scale, double sum,
                                 double square)
{
    if (rule->convention == LOCAL_OPENCV) {
        const float m = (float)sum * (float)scale, s = (float)square * (float)scale;
        return (double)(s - m * m);
    }
    const double mean = sum * scale;
    return square * scale - mean * mean;
}

COMMON_INLINE double spread_body(const struct local_rule *given, const double *restrict sum,
                                 const double *restrict square, double area, size_t count)
{
    const struct local_rule rule = {.convention = given->convention};
    const double scale = 1 / area;
    double most[COLUMNS] = {0}, best = 0;
    size_t x = 0;
    for (; x + COLUMNS <= count; x += COLUMNS)
        for (size_t k = 0; k < COLUMNS; k++) {
            const double v = variance_of(&rule, scale, sum[x + k], square[x + k]);
            most[k] = v > most[k] ? v : most[k];
        }
    for (; x < count; x++) {
        const double v = variance_of(&rule, scale, sum[x], square[x]);
        most[0] = v > most[0] ? v : most[0];
    }
    for (size_t k = 0; k < COLUMNS; k++)
        best = most[k] > best ? most[k] : best;
    return sqrt(best);
}

COMMON_AVX2 static double spread_avx2(const struct local_rule *rule, const double *sum,
                                      const double *square, double area, size_t count)
{
    return spread_body(rule, sum, square, area, count);
}

double threshold_local_spread(const struct local_rule *rule, const double *sum,
                              const double *square, double area, size_t count)
{
    return (common_cpu_avx2() ? spread_avx2 : spread_body)(rule, sum, square, area, count);
}

COMMON_INLINE float least_body(const float *sample, size_t count)
{
    float least[COLUMNS], best = INFINITY;
    size_t x = 0;
    for (size_t k = 0; k < COLUMNS; k++)
        least[k] = INFINITY;
    for (; x + COLUMNS <= count; x += COLUMNS)
        for (size_t k = 0; k < COLUMNS; k++)
            least[k] = sample[x + k] < least[k] ? sample[x + k] : least[k];
    for (; x < count; x++)
        best = sample[x] < best ? sample[x] : best;
    for (size_t k = 0; k < COLUMNS; k++)
        best = least[k] < best ? least[k] : best;
    return best;
}

COMMON_AVX2 static float least_avx2(const float *sample, size_t count)
{
    return least_body(sample, count);
}

float threshold_local_least(const float *sample, size_t count)
{
    return (common_cpu_avx2() ? least_avx2 : least_body)(sample, count);
}
