/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef GRAPHCUT_STAGES_H
#define GRAPHCUT_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage graphcut_energy;
extern const struct seg_stage graphcut_grabcut;
extern const struct seg_stage graphcut_multilabel;
extern const struct seg_stage graphcut_ncut;
extern const struct seg_stage graphcut_seeds;
extern const struct seg_stage graphcut_superpixel_cut;

#endif
