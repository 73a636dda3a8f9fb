/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matrix product: workspace, and which build of it runs. */
#include "kernel/gemm.h"
#include "kernel/table.h"

size_t cnn_gemm_workspace(const struct cnn_gemm *gemm, unsigned workers)
{
    return SIZE_PRODUCT(gemm->k, 16 * sizeof(float), workers);
}

int cnn_gemm_run(const struct cnn_gemm *gemm, void *workspace, const struct cnn_env *env)
{
    return cnn_kernels_of(env->isa)->gemm(gemm, workspace, env);
}
