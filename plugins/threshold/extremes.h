/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thresholds from the least and the largest sample of a disk: quicker found than how often each
 * level occurs. */
#ifndef THRESHOLD_EXTREMES_H
#define THRESHOLD_EXTREMES_H

#include "common/env.h"

enum { EXTREMES_BERNSEN, EXTREMES_CONTRAST, EXTREMES_MIDGREY };

struct threshold_extremes {
    struct seg_view image, mask;
    int method;
    int32_t radius;
    double least, step; /* of floats level i stands for least + i * step */
    double offset, contrast, level;
};

int threshold_extremes(const struct common_env *env, const struct threshold_extremes *extremes);

#endif
