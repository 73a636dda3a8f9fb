/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef MASK_STAGES_H
#define MASK_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage mask_close;
extern const struct seg_stage mask_components;
extern const struct seg_stage mask_fill_holes;
extern const struct seg_stage mask_open;

#endif
