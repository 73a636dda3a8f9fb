/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernels of an instruction set. */
#ifndef CNN_TABLE_H
#define CNN_TABLE_H

#include "kernel/kernel.h"

struct cnn_kernels {
    struct cnn_conv_kernel direct, winograd, depthwise;
};

extern const struct cnn_kernels cnn_kernels_portable;
#if defined(__x86_64__)
extern const struct cnn_kernels cnn_kernels_avx2;
#endif

#endif
