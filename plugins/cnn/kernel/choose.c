/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kernel computes a convolution. */
#include "kernel/table.h"

const struct cnn_conv_kernel *cnn_conv_choose(const struct cnn_conv *conv,
                                              const struct cnn_geometry *geometry, enum cnn_isa isa)
{
    const struct cnn_kernels *kernels = &cnn_kernels_portable;
#if defined(__x86_64__)
    if (isa >= CNN_AVX2)
        kernels = &cnn_kernels_avx2;
#endif
    (void)isa;
    if (kernels->depthwise.fits(conv, geometry))
        return &kernels->depthwise;
    if (kernels->winograd.fits(conv, geometry))
        return &kernels->winograd;
    if (kernels->direct.fits(conv, geometry))
        return &kernels->direct;
    return NULL;
}
