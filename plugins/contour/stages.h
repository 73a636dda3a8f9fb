/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef CONTOUR_STAGES_H
#define CONTOUR_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage contour_chan_vese;
extern const struct seg_stage contour_morph_chan_vese;
extern const struct seg_stage contour_morph_gac;
extern const struct seg_stage contour_snake;

#endif
