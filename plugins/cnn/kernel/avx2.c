/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All kernels for AVX2 with FMA. */
#if defined(__x86_64__)
#if defined(__clang__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define __AVX2__ 1
#else
#pragma GCC target("avx2,fma,f16c")
#endif
#define CNN_KERNEL_ISA        CNN_AVX2
#define CNN_KERNEL_NAME(name) name ".avx2"
#define CNN_KERNEL_TABLE      cnn_kernels_avx2
#include "kernel/table_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
