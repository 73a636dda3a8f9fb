/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef FILTER_STAGES_H
#define FILTER_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage filter_gaussian;
extern const struct seg_stage filter_gray;
extern const struct seg_stage filter_median;

#endif
