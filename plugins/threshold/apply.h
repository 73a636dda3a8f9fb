/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the global thresholds share: comparing, and their ports. */
#ifndef THRESHOLD_APPLY_H
#define THRESHOLD_APPLY_H

#include "common/env.h"

/* mask = plane 0 of image > threshold; NaN is not above anything. */
int threshold_compare(const struct common_env *env, const struct seg_view *image,
                      const struct seg_view *mask, double threshold);

/* And reports "threshold". */
int threshold_apply(const struct common_env *env, const struct seg_view *image,
                    const struct seg_view *mask, double threshold);

#define THRESHOLD_INPUT                                                                            \
    {                                                                                              \
        .name = "image", .summary = "one plane of samples", .kinds = SEG_KIND_BIT(SEG_IMAGE),      \
        .dtypes = SEG_ANY_SAMPLE, .planes_min = 1, .planes_max = 1                                 \
    }
#define THRESHOLD_OUTPUT                                                                           \
    {                                                                                              \
        .name = "mask", .summary = "the pixels above the threshold",                               \
        .kinds = SEG_KIND_BIT(SEG_MASK)                                                            \
    }

#endif
