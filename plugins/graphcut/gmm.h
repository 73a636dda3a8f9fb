/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mixtures of Gaussians with full covariances over the planes of an image, one for each of two
 * sides. */
#ifndef GRAPHCUT_GMM_H
#define GRAPHCUT_GMM_H

#include "common/env.h"

enum { GMM_MOST = 16, GMM_PLANES = 16, GMM_TRIANGLE = GMM_PLANES * (GMM_PLANES + 1) / 2 };

struct gmm {
    int32_t components, planes;
    float mean[GMM_MOST][GMM_PLANES];
    float whiten[GMM_MOST]
                [GMM_TRIANGLE]; /* rows of the inverse of the covariance's Cholesky factor */
    float base[GMM_MOST];       /* log of weight and of the density at the mean */
};

/* The samples that two mixtures describe, and what belongs to which. */
struct gmm_data {
    float *const *planes; /* [plane][pixel] */
    size_t count;
    const uint8_t *side;   /* [pixel]: 0 background, 1 object, others none */
    uint8_t *component[2]; /* [side][pixel]: the component of each side that fits best */
};

/* First components, by k-means on part of the pixels, of which each side must have one. */
int gmm_begin(const struct common_env *env, struct gmm_data *data, int32_t planes,
              int32_t components, struct gmm gmm[2]);

/* Both mixtures from the components of the pixels of their side. */
int gmm_learn(const struct common_env *env, const struct gmm_data *data, struct gmm gmm[2]);

/* How much likelier each pixel is object than background, as a difference of logarithms, and the
 * components that fit best. */
int gmm_compare(const struct common_env *env, const struct gmm_data *data, const struct gmm gmm[2],
                float *odds);

#endif
