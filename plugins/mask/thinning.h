/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thinning: pass by pass, pixels are removed whose eight neighbours allow it. */
#ifndef MASK_THINNING_H
#define MASK_THINNING_H

#include "padded.h"

enum mask_thinning { MASK_ZHANG, MASK_LEE, MASK_GUO_HALL };

/* Thins the mask until nothing changes, or so many rounds of all passes if `rounds` is above 0. */
int mask_thin_all(const struct common_env *env, struct mask_padded *mask, enum mask_thinning method,
                  int32_t rounds);

#endif
