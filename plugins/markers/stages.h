/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef MARKERS_STAGES_H
#define MARKERS_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage markers_distance;
extern const struct seg_stage markers_erode;
extern const struct seg_stage markers_extended_maxima;
extern const struct seg_stage markers_extended_minima;
extern const struct seg_stage markers_from_labels;
extern const struct seg_stage markers_grid;
extern const struct seg_stage markers_h_maxima;
extern const struct seg_stage markers_h_minima;
extern const struct seg_stage markers_peaks;

#endif
