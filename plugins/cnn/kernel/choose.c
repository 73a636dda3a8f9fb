/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kernel computes a convolution. */
#include "kernel/narrow.h"
#include "kernel/table.h"

const struct cnn_conv_kernel *cnn_conv_choose(const struct cnn_conv *conv,
                                              const struct cnn_geometry *geometry, enum cnn_isa isa)
{
    const struct cnn_kernels *kernels = cnn_kernels_of(isa);
    const struct cnn_conv_kernel *best_first[] = {&kernels->depthwise, &kernels->inner,
                                                  &cnn_narrow_kernel, &kernels->winograd,
                                                  &kernels->direct};
    for (size_t i = 0; i < sizeof best_first / sizeof *best_first; i++)
        if (best_first[i]->fits(conv, geometry))
            return best_first[i];
    return NULL;
}
