/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kernel computes a convolution. */
#include "kernel/narrow.h"
#include "kernel/table.h"

/* Winograd's weights are four times as many; where few tiles share them it takes longer to read
 * them than it saves. */
static bool too_many_weights(const struct cnn_conv *conv, const struct cnn_geometry *g)
{
    size_t tiles = (((size_t)g->out_w + 3) / 4) * (((size_t)g->out_h + 3) / 4);
    return tiles <= 4 && (size_t)conv->in * (size_t)conv->out >= 256 * 256;
}

const struct cnn_conv_kernel *cnn_conv_choose(const struct cnn_conv *conv,
                                              const struct cnn_geometry *geometry, enum cnn_isa isa)
{
    const struct cnn_kernels *kernels = cnn_kernels_of(isa);
    if (kernels->depthwise.fits(conv, geometry))
        return &kernels->depthwise;
    if (kernels->inner.fits(conv, geometry))
        return &kernels->inner;
    if (cnn_narrow_kernel.fits(conv, geometry))
        return &cnn_narrow_kernel;
    if (kernels->winograd.fits(conv, geometry) && !too_many_weights(conv, geometry))
        return &kernels->winograd;
    return kernels->direct.fits(conv, geometry) ? &kernels->direct : NULL;
}
