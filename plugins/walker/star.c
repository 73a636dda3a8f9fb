/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "star.h"

#include "common/cpu.h"
#include "common/fast_math.h"

COMMON_INLINE void weigh(const uint8_t *own, const uint8_t *other, float factor, size_t count,
                         float *restrict edge)
{
    for (size_t i = 0; i < count; i++) {
        const float weight = fast_exp(factor * edge[i]) + 1e-10f;
        edge[i] = own[i] && other[i] ? weight : 0;
    }
}

COMMON_INLINE void pull(const struct walker_star *star, const float *other, float *restrict out)
{
    const float *w0 = star->weight[0], *w1 = star->weight[1], *w2 = star->weight[2],
                *w3 = star->weight[3];
    const float *v0 = other + star->at[0], *v1 = other + star->at[1], *v2 = other + star->at[2],
                *v3 = other + star->at[3];
    for (size_t i = 0; i < star->count; i++)
        out[i] = w0[i] * v0[i] + w1[i] * v1[i] + w2[i] * v2[i] + w3[i] * v3[i];
}

COMMON_INLINE void relax(const struct walker_star *star, const float *other, const float *rest,
                         float *restrict out)
{
    const float *inverse = star->inverse;
    pull(star, other, out);
    if (rest)
        for (size_t i = 0; i < star->count; i++)
            out[i] = (out[i] + rest[i]) * inverse[i];
    else
        for (size_t i = 0; i < star->count; i++)
            out[i] *= inverse[i];
}

COMMON_INLINE void mean(const struct walker_star *star, const double *other, double *restrict out)
{
    const float *w0 = star->weight[0], *w1 = star->weight[1], *w2 = star->weight[2],
                *w3 = star->weight[3];
    const double *v0 = other + star->at[0], *v1 = other + star->at[1], *v2 = other + star->at[2],
                 *v3 = other + star->at[3];
    const float *inverse = star->inverse;
    for (size_t i = 0; i < star->count; i++) {
        const double a = (double)w0[i], b = (double)w1[i], c = (double)w2[i], d = (double)w3[i];
        const double value = (a * v0[i] + b * v1[i] + c * v2[i] + d * v3[i]) / (a + b + c + d);
        out[i] = inverse[i] > 0 ? value : out[i];
    }
}

COMMON_INLINE void flow(const struct walker_star *star, const double *other, const double *value,
                        double *restrict out)
{
    const float *w0 = star->weight[0], *w1 = star->weight[1], *w2 = star->weight[2],
                *w3 = star->weight[3];
    const double *v0 = other + star->at[0], *v1 = other + star->at[1], *v2 = other + star->at[2],
                 *v3 = other + star->at[3];
    const float *inverse = star->inverse;
    for (size_t i = 0; i < star->count; i++) {
        const double own = value[i];
        const double sum = (double)w0[i] * (own - v0[i]) + (double)w1[i] * (own - v1[i]) +
                           (double)w2[i] * (own - v2[i]) + (double)w3[i] * (own - v3[i]);
        out[i] = inverse[i] > 0 ? sum : 0;
    }
}

#if COMMON_HAVE_AVX2
COMMON_AVX2 static void weigh_avx2(const uint8_t *own, const uint8_t *other, float factor,
                                   size_t count, float *edge)
{
    weigh(own, other, factor, count, edge);
}

COMMON_AVX2 static void pull_avx2(const struct walker_star *star, const float *other, float *out)
{
    pull(star, other, out);
}

COMMON_AVX2 static void relax_avx2(const struct walker_star *star, const float *other,
                                   const float *rest, float *out)
{
    relax(star, other, rest, out);
}

COMMON_AVX2 static void mean_avx2(const struct walker_star *star, const double *other, double *out)
{
    mean(star, other, out);
}

COMMON_AVX2 static void flow_avx2(const struct walker_star *star, const double *other,
                                  const double *value, double *out)
{
    flow(star, other, value, out);
}
#else
#define weigh_avx2 weigh
#define pull_avx2  pull
#define relax_avx2 relax
#define mean_avx2  mean
#define flow_avx2  flow
#endif

void walker_star_weigh(const uint8_t *own, const uint8_t *other, float factor, size_t count,
                       float *edge, bool avx2)
{
    if (avx2)
        weigh_avx2(own, other, factor, count, edge);
    else
        weigh(own, other, factor, count, edge);
}

void walker_star_pull(const struct walker_star *star, const float *other, float *out, bool avx2)
{
    if (avx2)
        pull_avx2(star, other, out);
    else
        pull(star, other, out);
}

void walker_star_relax(const struct walker_star *star, const float *other, const float *rest,
                       float *out, bool avx2)
{
    if (avx2)
        relax_avx2(star, other, rest, out);
    else
        relax(star, other, rest, out);
}

void walker_star_mean(const struct walker_star *star, const double *other, double *out, bool avx2)
{
    if (avx2)
        mean_avx2(star, other, out);
    else
        mean(star, other, out);
}

void walker_star_flow(const struct walker_star *star, const double *other, const double *value,
                      double *out, bool avx2)
{
    if (avx2)
        flow_avx2(star, other, value, out);
    else
        flow(star, other, value, out);
}
