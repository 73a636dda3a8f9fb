/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* k-means of the pixels of an image. */
#ifndef CLUSTER_MEANS_H
#define CLUSTER_MEANS_H

#include "common/features.h"

enum { CLUSTER_MOST = 64, CLUSTER_CHANNELS = 8 };

struct cluster_input {
    struct common_features features;
    const struct seg_view *mask; /* pixels that count; NULL: all */
    size_t pixels;               /* how many do */
};

struct cluster_means {
    int32_t count; /* fewer than asked for where there are fewer different pixels */
    int32_t rounds;
    float mean[CLUSTER_MOST][CLUSTER_CHANNELS];
    double size[CLUSTER_MOST]; /* pixels */
    double inertia;            /* the sum of squared distances to the means */
};

struct cluster_params {
    int32_t clusters, iterations, seed, space;
    double tolerance;
};

/* Opens ports 0, image, and 1, an optional mask. Fails where there are more than CLUSTER_CHANNELS
 * planes, or no pixel. `mask` is room for the view. */
int cluster_open(const struct common_env *env, int space, struct cluster_input *input,
                 struct seg_view *mask);

/* Clusters come in ascending order of the sums of their means. */
int cluster_means_find(const struct common_env *env, const struct cluster_input *input,
                       const struct cluster_params *params, struct cluster_means *means);

/* Labels pixels 1..count by the nearest mean; 0 outside of the mask. */
int cluster_means_label(const struct common_env *env, const struct cluster_input *input,
                        const struct cluster_means *means, const struct seg_view *labels);

#endif
