/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The family's stages. */
#ifndef SCORES_STAGES_H
#define SCORES_STAGES_H

#include <segkit/plugin-util.h>

extern const struct seg_stage scores_channel;

#endif
