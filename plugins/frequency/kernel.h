/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transform of a kernel, of the same size as that of an image. */
#ifndef FREQUENCY_KERNEL_H
#define FREQUENCY_KERNEL_H

#include "grid.h"

/* The kernel at input port 1, or where nothing is connected a Gaussian of `sigma`. Its middle
 * pixel, for even sizes the one after the middle, is its origin. `normalize`: its sum becomes 1,
 * for which it must not be 0. Call frequency_close(kernel) whatever it returns. */
struct frequency_kernel_spec {
    bool normalize;
    double sigma;
};
int frequency_kernel(struct frequency_grid *kernel, const struct frequency_grid *grid,
                     const struct frequency_kernel_spec *spec, const char *wisdom);

/* Half of the larger side of that kernel, of which a border should hold as much. */
int frequency_kernel_reach(const struct common_env *env, const struct frequency_kernel_spec *spec,
                           int32_t *reach);

/* A change that multiplies by a kernel, or by its complex conjugate. */
struct frequency_product {
    const struct frequency_grid *kernel;
    bool conjugate;
};
void frequency_multiply(void *arg, const struct frequency_grid *grid, int32_t first,
                        fftwf_complex *block);

#define FREQUENCY_KERNEL_PORT(flags_, text)                                                        \
    {                                                                                              \
        .name = "kernel", .summary = text, .kinds = SEG_KIND_BIT(SEG_IMAGE),                       \
        .dtypes = SEG_ANY_SAMPLE, .flags = SEG_PORT_SIZED | (flags_), .planes_min = 1,             \
        .planes_max = 1                                                                            \
    }

#endif
