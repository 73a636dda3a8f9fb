/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving out regions: what the stages that choose them share. */
#ifndef LABELS_KEEP_H
#define LABELS_KEEP_H

#include "common/ids.h"
#include "common/stage.h"
#include "stages.h"

struct labels_keep {
    struct seg_view labels, kept;
    struct common_ids ids;
    int32_t *lut; /* by place: the label, or 0 for a region that goes */
};

/* Finds the regions at input 0; at first all stay. */
int labels_keep_find(const struct common_env *env, struct labels_keep *keep);

/* Writes output 0 and reports how many regions are left and how many went. */
int labels_keep_write(const struct common_env *env, const struct labels_keep *keep);

#define LABELS_INPUT                                                                               \
    {                                                                                              \
        .name = "labels", .summary = "the regions", .kinds = SEG_KIND_BIT(SEG_LABELS)              \
    }

/* An output of labels that may take the input's storage. */
#define LABELS_OUTPUT(name_, summary_)                                                             \
    {                                                                                              \
        .name = (name_), .summary = (summary_), .kinds = SEG_KIND_BIT(SEG_LABELS),                 \
        .flags = SEG_PORT_IN_PLACE                                                                 \
    }

#define LABELS_KEEP_TEXT                                                                           \
    " The others keep their labels: labels.relabel makes the numbers consecutive again. Void "     \
    "(-1) stays. Reports 'regions', how many are left, and 'removed'."

#endif
