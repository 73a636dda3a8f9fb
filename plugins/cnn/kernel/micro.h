/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the bodies of all kernels share: unrolling, checked sizes and the last
 * step of a convolution. A body is compiled once for plain C and once for AVX2 with FMA. */
#ifndef CNN_MICRO_H
#define CNN_MICRO_H

#include "kernel/kernel.h"
#include "simd/vector.h"

/* A loop over constants that keeps arrays in registers. Sanitizers check each access of the
 * unrolled code, which takes the compiler minutes. */
#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#if SANITIZED
#define UNROLL(i, count) for (size_t i = 0; i < (count); i++)
#elif defined(__clang__)
#define UNROLL(i, count) _Pragma("unroll") for (size_t i = 0; i < (count); i++)
#else
#define UNROLL(i, count) _Pragma("GCC unroll 16") for (size_t i = 0; i < (count); i++)
#endif

#define NOINLINE __attribute__((noinline))

static inline int32_t int_min(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t int_max(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static inline size_t blocks_of(int32_t channels)
{
    return ((size_t)channels + 7) / 8;
}

static inline size_t ceil_div(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

/* The product, or 0 when it overflows. */
static inline size_t size_product(const size_t *factor, int count)
{
    size_t all = 1;
    for (int i = 0; i < count; i++)
        if (__builtin_mul_overflow(all, factor[i], &all))
            return 0;
    return all;
}
#define SIZE_PRODUCT(...)                                                                          \
    size_product((const size_t[]){__VA_ARGS__},                                                    \
                 (int)(sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t)))

/* So many floats that arrays of them, one behind the other, do not meet in the same sets of a
 * cache: an odd number of lines. */
static inline size_t odd_lines(size_t floats)
{
    return (ceil_div(floats, 16) | 1) * 16;
}

/* -- the last step: post(act(sum) + add) ------------------------------------------------------ */

V8_INLINE v8 v8_act(const struct cnn_act *act, v8 x, size_t channel)
{
    v8 zero = v8_set(0.0f), one = v8_set(1.0f), a = v8_set(act->a), b = v8_set(act->b);
    switch (act->kind) {
    case CNN_ACT_RELU:
        return v8_max(x, zero);
    case CNN_ACT_LEAKY:
        return v8_select(x < zero, x * a, x);
    case CNN_ACT_CLIP:
        return v8_min(v8_max(x, a), b);
    case CNN_ACT_SIGMOID:
        return v8_sigmoid(x);
    case CNN_ACT_MISH:
        return v8_mish(x);
    case CNN_ACT_HARDSWISH:
        return x * v8_min(v8_max(x * a + b, zero), one);
    case CNN_ACT_SWISH:
        return x / (one + v8_exp(-x));
    case CNN_ACT_PRELU:
        return v8_select(x < zero, x * v8_load(act->slope + channel), x);
    case CNN_ACT_HARDSIGMOID:
        return v8_min(v8_max(x * a + b, zero), one);
    case CNN_ACT_TANH:
        return v8_tanh(x);
    case CNN_ACT_GELU:
        return v8_set(0.5f) * x * (one + v8_erf(x * v8_set(0.70710678118f)));
    case CNN_ACT_ELU:
        return v8_select(x < zero, a * (v8_exp(x) - one), x);
    default:
        return x;
    }
}

/* Whether the inner loops do the last step themselves: nothing but ReLU on either side. */
static inline bool act_simple(const struct cnn_conv *conv)
{
    return conv->act.kind <= CNN_ACT_RELU && conv->post.kind <= CNN_ACT_RELU;
}

/* The lower bound that ReLU is, or none. */
static inline float act_least(const struct cnn_act *act)
{
    return act->kind == CNN_ACT_RELU ? 0.0f : -__builtin_inff();
}

/* That of act, and where nothing is added before it that of post too. */
static inline float sum_least(const struct cnn_conv *conv, bool adds)
{
    float act = act_least(&conv->act), post = act_least(&conv->post);
    return adds || act > post ? act : post;
}

/* `least` and `post_least` as act_least gives them; passes on what is not a number. */
V8_INLINE v8 v8_finish_add(v8 x, v8 least, const float *add, v8 post_least)
{
    return v8_max(post_least, v8_max(least, x) + v8_load(add));
}

V8_INLINE v8 v8_finish(const struct cnn_conv *conv, v8 x, const float *add, size_t channel)
{
    x = v8_act(&conv->act, x, channel);
    if (add)
        x += v8_load(add);
    return conv->post.kind ? v8_act(&conv->post, x, channel) : x;
}

#endif
