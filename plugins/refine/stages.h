/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef REFINE_STAGES_H
#define REFINE_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage refine_dense_crf;
extern const struct seg_stage refine_guided;
extern const struct seg_stage refine_majority;
extern const struct seg_stage refine_snap;

#endif
