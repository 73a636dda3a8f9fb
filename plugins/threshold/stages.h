/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef THRESHOLD_STAGES_H
#define THRESHOLD_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage threshold_fixed;
extern const struct seg_stage threshold_otsu;

#endif
