/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inner loops that most layers share, in a plain and an AVX2 build of the same source. */
#ifndef CNN_SIMD_H
#define CNN_SIMD_H

#include "kernel/kernel.h"

enum cnn_binary { CNN_ADD, CNN_SUB, CNN_MUL, CNN_DIV, CNN_MAX, CNN_MIN, CNN_RSUB, CNN_RDIV };

struct cnn_simd {
    /* out[i] = act(in[i]), of any kind but PReLU; in place is fine, here and below. */
    void (*act)(const struct cnn_act *act, const float *in, float *out, size_t count);
    void (*exp)(const float *in, float *out, size_t count);
    /* out[i] = a[i] op b[i]; with b_step 0: b[0]; with 8: b[i % 8], count a multiple of 8. */
    void (*binary)(enum cnn_binary op, const float *a, const float *b, size_t b_step, float *out,
                   size_t count);
    /* out[i] = in[i] * scale + bias, of one channel, or of a block of 8 (`step` 0 or 8). */
    void (*affine)(const float *in, const float *scale, const float *bias, size_t step, float *out,
                   size_t count);
    void (*prelu)(const float *in, const float *slope, size_t step, float *out, size_t count);
    /* Over `count` vectors of 8 lanes, `stride` floats apart: the largest, the sum. */
    void (*max8)(const float *in, size_t stride, size_t count, float *out);
    void (*sum8)(const float *in, size_t stride, size_t count, float *out);
    /* out[x] = max or sum over ky, kx of in[(x * stride + kx)] rows; see pool.c */
    void (*pool_row)(bool max, const float *const *rows, size_t row_count, size_t width,
                     size_t stride, size_t pack, float *out, size_t count);
    /* Linear interpolation between two rows: out = a + (b - a) * t. */
    void (*lerp_rows)(const float *a, const float *b, float t, float *out, size_t count);
    /* Along a row: out[x] = in[at[x]] * (1 - t[x]) + in[at2[x]] * t[x], `pack` floats each. */
    void (*lerp_row)(const float *in, const int32_t *at, const int32_t *at2, const float *t,
                     size_t pack, float *out, size_t count);
    /* planes [8][n] (stride floats apart) to blocks [n][8] and back; `lanes` of 8 exist. */
    void (*pack8)(const float *in, size_t stride, size_t lanes, float *out, size_t count);
    void (*unpack8)(const float *in, float *out, size_t stride, size_t lanes, size_t count);
    /* out[i] += x * in[i] */
    void (*axpy)(float x, const float *in, float *out, size_t count);
    float (*dot)(const float *a, const float *b, size_t count);
    /* out[x * out_step] += the sum over `blocks` blocks b of the dot product of 8 lanes at
     * in + x * step + b * plane with those at weights + 8 b. */
    void (*dots)(const float *in, size_t step, const float *weights, size_t plane, size_t blocks,
                 float *out, size_t out_step, size_t count);
};

extern const struct cnn_simd cnn_simd_portable;
#if defined(__x86_64__)
extern const struct cnn_simd cnn_simd_avx2;
#endif

static inline const struct cnn_simd *cnn_simd(const struct cnn_env *env)
{
#if defined(__x86_64__)
    if (env->isa >= CNN_AVX2)
        return &cnn_simd_avx2;
#endif
    (void)env;
    return &cnn_simd_portable;
}

#endif
