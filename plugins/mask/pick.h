/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turning connected components of a mask's objects, or of its background, into the other. */
#ifndef MASK_PICK_H
#define MASK_PICK_H

#include "common/choices.h"
#include "common/runs.h"

struct mask_pick {
    struct seg_view mask, result;
    bool value;    /* of the pixels of the components */
    int32_t count; /* components 1..count */
    struct common_stat *stats;
    bool *flip; /* by component; none at first */
    struct common_runs runs;
};

/* Finds and measures the components of the mask at input 0. */
int mask_pick_find(const struct common_env *env, bool value, int32_t connectivity,
                   struct mask_pick *pick);

/* Writes output 0 and reports how many components were left and how many were flipped, each by its
 * name unless that is NULL. */
int mask_pick_write(const struct common_env *env, const struct mask_pick *pick, const char *left,
                    const char *flipped);

#endif
