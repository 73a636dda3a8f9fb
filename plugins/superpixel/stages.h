/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef SUPERPIXEL_STAGES_H
#define SUPERPIXEL_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage superpixel_felzenszwalb;
extern const struct seg_stage superpixel_quickshift;
extern const struct seg_stage superpixel_seeds;
extern const struct seg_stage superpixel_slic;
extern const struct seg_stage superpixel_slic_zero;
extern const struct seg_stage superpixel_snic;

#endif
