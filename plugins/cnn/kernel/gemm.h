/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matrix product: what both builds of its loops share. */
#ifndef CNN_GEMM_H
#define CNN_GEMM_H

#include "kernel/micro.h"

/* Floats of 16 packed columns of b. */
static inline size_t gemm_panel_floats(const struct cnn_gemm *gemm)
{
    return gemm->k * 16;
}

#endif
