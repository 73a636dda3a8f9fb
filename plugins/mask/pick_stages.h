/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ports of the stages that pick components. */
#ifndef MASK_PICK_STAGES_H
#define MASK_PICK_STAGES_H

#include "common/stage.h"
#include "pick.h"
#include "stages.h"

#define MASK_INPUT                                                                                 \
    {                                                                                              \
        .name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)                  \
    }

#define MASK_OUTPUT(name_, summary_)                                                               \
    {                                                                                              \
        .name = (name_), .summary = (summary_), .kinds = SEG_KIND_BIT(SEG_MASK),                   \
        .flags = SEG_PORT_IN_PLACE                                                                 \
    }

#endif
