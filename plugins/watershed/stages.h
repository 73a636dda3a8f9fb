/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef WATERSHED_STAGES_H
#define WATERSHED_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage watershed_flood_stage;
extern const struct seg_stage watershed_minima;
extern const struct seg_stage watershed_split;
extern const struct seg_stage watershed_waterpixels;

#endif
