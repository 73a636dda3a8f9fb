/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Eight floats at a time, with the compiler's vector extensions: the same source is compiled for
 * plain C and, in files that say so, for AVX2 with FMA. */
#ifndef CNN_VECTOR_H
#define CNN_VECTOR_H

#include <stdint.h>
#include <string.h>

/* All functions here are inlined, so that how vectors are passed does not matter; without AVX the
 * compiler points out that it would. */
#pragma GCC diagnostic ignored "-Wpsabi"
typedef float v8 __attribute__((vector_size(32)));
typedef int32_t v8i __attribute__((vector_size(32)));

#define V8_INLINE static inline __attribute__((always_inline, unused))

V8_INLINE v8 v8_load(const float *p)
{
    v8 v;
    memcpy(&v, p, sizeof v);
    return v;
}

V8_INLINE void v8_store(float *p, v8 v)
{
    memcpy(p, &v, sizeof v);
}

V8_INLINE v8 v8_set(float x)
{
    return (v8){x, x, x, x, x, x, x, x};
}

V8_INLINE v8 v8_select(v8i mask, v8 yes, v8 no)
{
    return (v8)((mask & (v8i)yes) | (~mask & (v8i)no));
}

#ifdef __AVX2__
#include <immintrin.h>
V8_INLINE v8 v8_max(v8 a, v8 b)
{
    return (v8)_mm256_max_ps((__m256)a, (__m256)b);
}
V8_INLINE v8 v8_min(v8 a, v8 b)
{
    return (v8)_mm256_min_ps((__m256)a, (__m256)b);
}
#else
V8_INLINE v8 v8_max(v8 a, v8 b)
{
    return v8_select(a > b, a, b);
}
V8_INLINE v8 v8_min(v8 a, v8 b)
{
    return v8_select(a < b, a, b);
}
#endif

/* a * b + c, rounded once where the machine can; compilers may not do that by themselves. */
V8_INLINE v8 v8_fma(v8 a, v8 b, v8 c)
{
#ifdef __AVX2__
    return (v8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

/* e^x. Cody and Waite's reduction x = n log 2 + r and a polynomial of degree 6 on |r| <= log(2) / 2
 * (coefficients from Moshier's Cephes); 2 units in the last place. Below -87.3: 0 or nearly. */
V8_INLINE v8 v8_exp(v8 x)
{
    x = v8_min(x, v8_set(88.3762626647950f));
    x = v8_max(x, v8_set(-87.3365447504f));
    v8 magic = v8_set(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
    v8 n = v8_fma(x, v8_set(1.44269504088896341f), magic);
    v8i bits = (v8i)n << 23;
    n = n - magic;
    v8 r = v8_fma(n, v8_set(-0.693359375f), x);
    r = v8_fma(n, v8_set(2.12194440e-4f), r);
    v8 p = v8_set(1.9875691500e-4f);
    p = v8_fma(p, r, v8_set(1.3981999507e-3f));
    p = v8_fma(p, r, v8_set(8.3334519073e-3f));
    p = v8_fma(p, r, v8_set(4.1665795894e-2f));
    p = v8_fma(p, r, v8_set(1.6666665459e-1f));
    p = v8_fma(p, r, v8_set(5.0000001201e-1f));
    p = v8_fma(p, r * r, r + v8_set(1.0f));
    return (v8)((v8i)p + bits);
}

/* log x for normal x > 0, after Cephes: the mantissa in sqrt(1/2)..sqrt(2), a polynomial in it. */
V8_INLINE v8 v8_log(v8 x)
{
    v8i bits = (v8i)x;
    v8i exponent = (bits >> 23) - 126;
    v8 m = (v8)((bits & 0x7FFFFF) | 0x3F000000);
    v8i low = m < v8_set(0.707106781186547524f);
    exponent += low; /* true is -1 */
    v8 f = m + v8_select(low, m, v8_set(0.0f)) - v8_set(1.0f);
    v8 e = __builtin_convertvector(exponent, v8);
    v8 z = f * f, p = v8_set(7.0376836292e-2f);
    p = v8_fma(p, f, v8_set(-1.1514610310e-1f));
    p = v8_fma(p, f, v8_set(1.1676998740e-1f));
    p = v8_fma(p, f, v8_set(-1.2420140846e-1f));
    p = v8_fma(p, f, v8_set(1.4249322787e-1f));
    p = v8_fma(p, f, v8_set(-1.6668057665e-1f));
    p = v8_fma(p, f, v8_set(2.0000714765e-1f));
    p = v8_fma(p, f, v8_set(-2.4999993993e-1f));
    p = v8_fma(p, f, v8_set(3.3333331174e-1f));
    p = p * f * z + e * v8_set(-2.12194440e-4f) - z * v8_set(0.5f);
    return f + p + e * v8_set(0.693359375f);
}

V8_INLINE v8 v8_sigmoid(v8 x)
{
    return v8_set(1.0f) / (v8_set(1.0f) + v8_exp(-x));
}

V8_INLINE v8 v8_tanh(v8 x)
{
    return v8_set(1.0f) - v8_set(2.0f) / (v8_exp(x + x) + v8_set(1.0f));
}

/* x tanh(log(1 + e^x)) = x (t - 1) / (t + 1) with t = (1 + e^x)^2; t overflows only where the
 * quotient is 1. */
V8_INLINE v8 v8_mish(v8 x)
{
    v8 e = v8_exp(v8_min(x, v8_set(20.0f)));
    v8 n = e * (e + v8_set(2.0f));
    return x * n / (n + v8_set(2.0f));
}

/* erf, Abramowitz and Stegun 7.1.26: error below 1.5e-7. */
V8_INLINE v8 v8_erf(v8 x)
{
    v8i sign = (v8i)x & (int32_t)0x80000000;
    v8 a = (v8)((v8i)x & 0x7FFFFFFF);
    v8 t = v8_set(1.0f) / (v8_set(1.0f) + v8_set(0.3275911f) * a);
    v8 p = v8_set(1.061405429f);
    p = v8_fma(p, t, v8_set(-1.453152027f));
    p = v8_fma(p, t, v8_set(1.421413741f));
    p = v8_fma(p, t, v8_set(-0.284496736f));
    p = v8_fma(p, t, v8_set(0.254829592f));
    v8 y = v8_set(1.0f) - p * t * v8_exp(-a * a);
    return (v8)((v8i)y | sign);
}

#endif
