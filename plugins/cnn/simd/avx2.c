/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shared loops for AVX2 and FMA; chosen at run time. */
#if defined(__x86_64__)
#if defined(__clang__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define __AVX2__ 1
#else
#pragma GCC target("avx2,fma")
#endif
#define CNN_SIMD_TABLE cnn_simd_avx2
#include "simd/simd_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
