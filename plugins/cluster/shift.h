/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where pixels climb to in the space of place and colour. */
#ifndef CLUSTER_SHIFT_H
#define CLUSTER_SHIFT_H

#include "common/features.h"

struct cluster_shift {
    double spatialr, ranger, threshold;
    int32_t maxiter;
};

/* Sets `modes` to rows without gaps as large as the features', in scratch memory: the colour of
 * each pixel's mode, and in two further planes its column and row. */
int cluster_shift(const struct common_env *env, const struct common_features *features,
                  const struct cluster_shift *params, struct common_features *modes);

#endif
