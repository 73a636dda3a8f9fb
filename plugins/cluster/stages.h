/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stages of the family. */
#ifndef CLUSTER_STAGES_H
#define CLUSTER_STAGES_H

#include <segkit/plugin.h>

extern const struct seg_stage cluster_gmm;
extern const struct seg_stage cluster_kmeans;
extern const struct seg_stage cluster_meanshift;

#endif
