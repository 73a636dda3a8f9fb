/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simple linear iterative clustering. */
#ifndef SUPERPIXEL_SLIC_H
#define SUPERPIXEL_SLIC_H

#include "common/features.h"

#define SUPERPIXEL_MOST 8 /* channels */

struct superpixel_slic {
    int32_t segments, size, iterations;
    double compactness, sigma, min_size;
};

/* With `zero` the compactness adapts itself to each region. `mask` may be NULL. */
int superpixel_slic_run(const struct common_env *env, const struct superpixel_slic *params,
                        bool zero, const struct seg_view *image, const struct seg_view *mask,
                        const struct seg_view *labels, int32_t *count);

/* Makes regions connected: pieces that are smaller than `least` pixels join the neighbour that is
 * nearest in colour; numbers the rest 1..N. */
int superpixel_connect(const struct common_env *env, const struct common_features *features,
                       const struct seg_view *labels, size_t least, int32_t *count);

#endif
