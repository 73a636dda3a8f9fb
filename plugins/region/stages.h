/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef REGION_STAGES_H
#define REGION_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage region_grow;
extern const struct seg_stage region_merge;
extern const struct seg_stage region_mser;
extern const struct seg_stage region_srm;

#endif
