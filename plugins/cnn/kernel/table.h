/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernels of an instruction set. */
#ifndef CNN_TABLE_H
#define CNN_TABLE_H

#include "kernel/kernel.h"

struct cnn_kernels {
    struct cnn_conv_kernel direct, winograd, depthwise, inner;
    int (*gemm)(const struct cnn_gemm *gemm, void *workspace, const struct cnn_env *env);
};

extern const struct cnn_kernels cnn_kernels_portable;
#if defined(__x86_64__)
extern const struct cnn_kernels cnn_kernels_avx2;
#endif

/* Those for the best instruction set up to `isa`. */
static inline const struct cnn_kernels *cnn_kernels_of(enum cnn_isa isa)
{
#if defined(__x86_64__)
    if (isa >= CNN_AVX2)
        return &cnn_kernels_avx2;
#endif
    (void)isa;
    return &cnn_kernels_portable;
}

#endif
