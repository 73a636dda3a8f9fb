/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thresholds from the mean of a square window, for 8 bits. */
#ifndef THRESHOLD_BYTE_MEANS_H
#define THRESHOLD_BYTE_MEANS_H

#include "local.h"

#define BYTE_MEANS_MOST 257 /* the window of which 16 bits hold the sums of columns */

/* What threshold_local makes of the rule's method LOCAL_MEAN, with sums of integers. */
int threshold_byte_means(const struct common_env *env, const struct seg_view *image,
                         const struct seg_view *mask, const struct local_rule *rule,
                         int32_t window);

#endif
