/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef WALKER_STAGES_H
#define WALKER_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage walker_random_walker;
extern const struct seg_stage walker_scores;

#endif
