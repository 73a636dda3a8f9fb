/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops of simd.h, included by one file for each instruction set, which defines CNN_SIMD_TABLE.
 */
#include "simd/simd.h"
#include "simd/vector.h"

#include <math.h>

/* Loops over whole vectors and then once over a copy of the rest, so that the rest sees the same
 * arithmetic. EXPR computes `y` from `x`. */
#define EACH(EXPR)                                                                                 \
    do {                                                                                           \
        size_t i = 0;                                                                              \
        for (; i + 8 <= count; i += 8) {                                                           \
            v8 x = v8_load(in + i), y;                                                             \
            EXPR;                                                                                  \
            v8_store(out + i, y);                                                                  \
        }                                                                                          \
        if (i < count) {                                                                           \
            float rest[8] = {0};                                                                   \
            memcpy(rest, in + i, (count - i) * sizeof(float));                                     \
            v8 x = v8_load(rest), y;                                                               \
            EXPR;                                                                                  \
            v8_store(rest, y);                                                                     \
            memcpy(out + i, rest, (count - i) * sizeof(float));                                    \
        }                                                                                          \
    } while (0)

static void act_loop(const struct cnn_act *act, const float *in, float *out, size_t count)
{
    v8 zero = v8_set(0.0f), one = v8_set(1.0f), a = v8_set(act->a), b = v8_set(act->b);
    switch (act->kind) {
    case CNN_ACT_RELU:
        EACH(y = v8_max(x, zero));
        break;
    case CNN_ACT_LEAKY:
        EACH(y = v8_select(x < zero, x * a, x));
        break;
    case CNN_ACT_CLIP:
        EACH(y = v8_min(v8_max(x, a), b));
        break;
    case CNN_ACT_SIGMOID:
        EACH(y = v8_sigmoid(x));
        break;
    case CNN_ACT_MISH:
        EACH(y = v8_mish(x));
        break;
    case CNN_ACT_HARDSWISH:
        EACH(y = x * v8_min(v8_max(x * a + b, zero), one));
        break;
    case CNN_ACT_SWISH:
        EACH(y = x / (one + v8_exp(-x)));
        break;
    case CNN_ACT_HARDSIGMOID:
        EACH(y = v8_min(v8_max(x * a + b, zero), one));
        break;
    case CNN_ACT_TANH:
        EACH(y = v8_tanh(x));
        break;
    case CNN_ACT_GELU:
        EACH(y = v8_set(0.5f) * x * (one + v8_erf(x * v8_set(0.70710678118f))));
        break;
    case CNN_ACT_ELU:
        EACH(y = v8_select(x < zero, a * (v8_exp(x) - one), x));
        break;
    default:
        if (out != in)
            memmove(out, in, count * sizeof(float));
    }
}

static void exp_loop(const float *in, float *out, size_t count)
{
    EACH(y = v8_exp(x));
}

#define BINARY(EXPR)                                                                               \
    do {                                                                                           \
        size_t i = 0;                                                                              \
        for (; i + 8 <= count; i += 8) {                                                           \
            v8 x = v8_load(a + i), z = b_step == 1 ? v8_load(b + i) : fixed;                       \
            v8_store(out + i, EXPR);                                                               \
        }                                                                                          \
        if (i < count) {                                                                           \
            float ra[8] = {0}, rb[8] = {0};                                                        \
            memcpy(ra, a + i, (count - i) * sizeof(float));                                        \
            if (b_step == 1)                                                                       \
                memcpy(rb, b + i, (count - i) * sizeof(float));                                    \
            v8 x = v8_load(ra), z = b_step == 1 ? v8_load(rb) : fixed;                             \
            v8_store(ra, EXPR);                                                                    \
            memcpy(out + i, ra, (count - i) * sizeof(float));                                      \
        }                                                                                          \
    } while (0)

static void binary_loop(enum cnn_binary op, const float *a, const float *b, size_t b_step,
                        float *out, size_t count)
{
    v8 fixed = b_step == 8 ? v8_load(b) : v8_set(b[0]);
    switch (op) {
    case CNN_ADD:
        BINARY(x + z);
        break;
    case CNN_SUB:
        BINARY(x - z);
        break;
    case CNN_MUL:
        BINARY(x * z);
        break;
    case CNN_DIV:
        BINARY(x / z);
        break;
    case CNN_MAX:
        BINARY(v8_max(x, z));
        break;
    case CNN_MIN:
        BINARY(v8_min(x, z));
        break;
    case CNN_RSUB:
        BINARY(z - x);
        break;
    default:
        BINARY(z / x);
    }
}

static void affine_loop(const float *in, const float *scale, const float *bias, size_t step,
                        float *out, size_t count)
{
    v8 s = step ? v8_load(scale) : v8_set(scale[0]), b = step ? v8_load(bias) : v8_set(bias[0]);
    EACH(y = x * s + b);
}

static void prelu_loop(const float *in, const float *slope, size_t step, float *out, size_t count)
{
    v8 s = step ? v8_load(slope) : v8_set(slope[0]), zero = v8_set(0.0f);
    EACH(y = v8_select(x < zero, x * s, x));
}

static void max8_loop(const float *in, size_t stride, size_t count, float *out)
{
    v8 best = v8_load(in);
    for (size_t i = 1; i < count; i++)
        best = v8_max(best, v8_load(in + i * stride));
    v8_store(out, best);
}

static void sum8_loop(const float *in, size_t stride, size_t count, float *out)
{
    v8 sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += v8_load(in + (i + k) * stride);
    for (; i < count; i++)
        sum[0] += v8_load(in + i * stride);
    v8_store(out, (sum[0] + sum[1]) + (sum[2] + sum[3]));
}

/* One row of windows, all inside the map; pack 1 or 8. */
static void pool_row_loop(bool max, const float *const *rows, size_t row_count, size_t width,
                          size_t stride, size_t pack, float *out, size_t count)
{
    if (pack == 8) {
        for (size_t x = 0; x < count; x++) {
            v8 best = v8_load(rows[0] + x * stride * 8);
            for (size_t r = 0; r < row_count; r++) {
                const float *row = rows[r] + x * stride * 8;
                for (size_t k = r == 0; k < width; k++)
                    best = max ? v8_max(best, v8_load(row + k * 8)) : best + v8_load(row + k * 8);
            }
            v8_store(out + x * 8, best);
        }
        return;
    }
    for (size_t x = 0; x < count; x++) {
        float best = rows[0][x * stride];
        for (size_t r = 0; r < row_count; r++)
            for (size_t k = r == 0; k < width; k++) {
                float v = rows[r][x * stride + k];
                best = !max ? best + v : v > best ? v : best;
            }
        out[x] = best;
    }
}

static void lerp_rows_loop(const float *a, const float *b, float t, float *out, size_t count)
{
    float s = 1.0f - t;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        v8_store(out + i, v8_load(a + i) * v8_set(s) + v8_load(b + i) * v8_set(t));
    for (; i < count; i++)
        out[i] = a[i] * s + b[i] * t;
}

static void lerp_row_loop(const float *in, const int32_t *at, const int32_t *at2, const float *t,
                          size_t pack, float *out, size_t count)
{
    if (pack == 8) {
        for (size_t x = 0; x < count; x++) {
            v8 a = v8_load(in + (size_t)at[x] * 8), b = v8_load(in + (size_t)at2[x] * 8);
            v8_store(out + x * 8, a * v8_set(1.0f - t[x]) + b * v8_set(t[x]));
        }
        return;
    }
    for (size_t x = 0; x < count; x++)
        out[x] = in[at[x]] * (1.0f - t[x]) + in[at2[x]] * t[x];
}

static void pack8_loop(const float *in, size_t stride, size_t lanes, float *out, size_t count)
{
    size_t i = 0;
    if (lanes == 8)
        for (; i + 8 <= count; i += 8) {
            v8 r[8];
            for (size_t k = 0; k < 8; k++)
                r[k] = v8_load(in + k * stride + i);
            for (size_t k = 0; k < 8; k++)
                v8_store(out + (i + k) * 8, (v8){r[0][k], r[1][k], r[2][k], r[3][k], r[4][k],
                                                 r[5][k], r[6][k], r[7][k]});
        }
    for (; i < count; i++)
        for (size_t k = 0; k < 8; k++)
            out[i * 8 + k] = k < lanes ? in[k * stride + i] : 0.0f;
}

static void unpack8_loop(const float *in, float *out, size_t stride, size_t lanes, size_t count)
{
    for (size_t k = 0; k < lanes; k++)
        for (size_t i = 0; i < count; i++)
            out[k * stride + i] = in[i * 8 + k];
}

static void axpy_loop(float x, const float *in, float *out, size_t count)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        v8_store(out + i, v8_load(out + i) + v8_set(x) * v8_load(in + i));
    for (; i < count; i++)
        out[i] += x * in[i];
}

static float dot_loop(const float *a, const float *b, size_t count)
{
    v8 s0 = v8_set(0.0f), s1 = s0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        s0 += v8_load(a + i) * v8_load(b + i);
        s1 += v8_load(a + i + 8) * v8_load(b + i + 8);
    }
    for (; i + 8 <= count; i += 8)
        s0 += v8_load(a + i) * v8_load(b + i);
    s0 += s1;
    float sum = ((s0[0] + s0[4]) + (s0[2] + s0[6])) + ((s0[1] + s0[5]) + (s0[3] + s0[7]));
    for (; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The sums of the lanes of eight vectors. */
#ifdef __AVX2__
V8_INLINE v8 sums_of(const v8 a[8])
{
    __m256 s01 = _mm256_hadd_ps((__m256)a[0], (__m256)a[1]);
    __m256 s23 = _mm256_hadd_ps((__m256)a[2], (__m256)a[3]);
    __m256 s45 = _mm256_hadd_ps((__m256)a[4], (__m256)a[5]);
    __m256 s67 = _mm256_hadd_ps((__m256)a[6], (__m256)a[7]);
    __m256 low = _mm256_hadd_ps(s01, s23), high = _mm256_hadd_ps(s45, s67);
    return (v8)_mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20),
                             _mm256_permute2f128_ps(low, high, 0x31));
}
#else
V8_INLINE v8 sums_of(const v8 a[8])
{
    v8 s = {0};
    for (size_t k = 0; k < 8; k++)
        s[k] = ((a[k][0] + a[k][4]) + (a[k][2] + a[k][6])) +
               ((a[k][1] + a[k][5]) + (a[k][3] + a[k][7]));
    return s;
}
#endif

static void dots_loop(const float *in, size_t step, const float *weights, size_t plane,
                      size_t blocks, float *out, size_t out_step, size_t count)
{
    for (size_t x = 0; x < count; x += 8) {
        size_t n = count - x < 8 ? count - x : 8;
        v8 sum[8] = {0};
        for (size_t b = 0; b < blocks; b++) {
            v8 w = v8_load(weights + 8 * b);
            const float *from = in + x * step + b * plane;
            if (n == 8)
                for (size_t k = 0; k < 8; k++)
                    sum[k] += w * v8_load(from + k * step);
            else
                for (size_t k = 0; k < n; k++)
                    sum[k] += w * v8_load(from + k * step);
        }
        v8 total = sums_of(sum);
        for (size_t k = 0; k < n; k++)
            out[(x + k) * out_step] += total[k];
    }
}

const struct cnn_simd CNN_SIMD_TABLE = {
    .act = act_loop,
    .exp = exp_loop,
    .binary = binary_loop,
    .affine = affine_loop,
    .prelu = prelu_loop,
    .max8 = max8_loop,
    .sum8 = sum8_loop,
    .pool_row = pool_row_loop,
    .lerp_rows = lerp_rows_loop,
    .lerp_row = lerp_row_loop,
    .pack8 = pack8_loop,
    .unpack8 = unpack8_loop,
    .axpy = axpy_loop,
    .dot = dot_loop,
    .dots = dots_loop,
};
