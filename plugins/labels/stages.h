/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef LABELS_STAGES_H
#define LABELS_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage labels_clear_border;
extern const struct seg_stage labels_relabel;
extern const struct seg_stage labels_remove_small;

#endif
