/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions on the properties of regions: "area>30 and circularity>=0.7". */
#ifndef LABELS_CONDITION_H
#define LABELS_CONDITION_H

#include "common/env.h"

#include <segkit/regions.h>

#define LABELS_CONDITIONS 16

enum labels_relation {
    LABELS_LESS,
    LABELS_NOT_ABOVE,
    LABELS_ABOVE,
    LABELS_NOT_BELOW,
    LABELS_IS,
    LABELS_IS_NOT
};

struct labels_condition {
    uint32_t property[LABELS_CONDITIONS];
    enum labels_relation relation[LABELS_CONDITIONS];
    double value[LABELS_CONDITIONS];
    uint32_t count;
    bool of_image; /* one of them is about samples */
};

/* Reads the parameter 'where'. */
int labels_condition_parse(const struct common_env *env, const struct seg_regions_api *api,
                           const char *text, struct labels_condition *condition);

/* Whether the values of the properties hold. */
bool labels_condition_holds(const struct labels_condition *condition, const double *values);

#endif
