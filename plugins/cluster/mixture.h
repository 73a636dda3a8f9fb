/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mixture of Gaussians of the pixels of an image. */
#ifndef CLUSTER_MIXTURE_H
#define CLUSTER_MIXTURE_H

#include "means.h"

enum { CLUSTER_TRIANGLE = CLUSTER_CHANNELS * (CLUSTER_CHANNELS + 1) / 2 };

struct cluster_normal {
    float mean[CLUSTER_CHANNELS];
    float whiten[CLUSTER_TRIANGLE]; /* as in common/normal.h */
    float base;                     /* log of weight and of the density at the mean */
};

struct cluster_mixture {
    int32_t count, rounds;
    double likelihood; /* mean of the pixels' logarithms, but for a constant */
    struct cluster_normal normal[CLUSTER_MOST];
};

/* By expectation and maximisation from the means on, until the likelihood rises by no more than the
 * tolerance. */
int cluster_mixture_find(const struct common_env *env, const struct cluster_input *input,
                         const struct cluster_params *params, const struct cluster_means *means,
                         struct cluster_mixture *mixture);

/* Writes for each pixel the likeliest component, from 1 on, and what part of it is of each; outside
 * of the mask 0 and equal parts. */
int cluster_mixture_write(const struct common_env *env, const struct cluster_input *input,
                          const struct cluster_mixture *mixture, const struct seg_view *labels,
                          const struct seg_view *scores);

#endif
