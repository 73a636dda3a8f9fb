/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simple linear iterative clustering. */
#ifndef SUPERPIXEL_SLIC_H
#define SUPERPIXEL_SLIC_H

#include "common/env.h"

struct superpixel_slic {
    int32_t segments, size, iterations;
    double compactness, sigma, min_size;
};

#define SUPERPIXEL_SLIC_PARAMS(compactness_)                                                       \
    {SEG_P_INT(struct superpixel_slic, segments, 100, 1, 1 << 24, NULL,                            \
               "about how many regions; less where a mask leaves few pixels"),                     \
     .alias = "n_segments"},                                                                       \
        {SEG_P_INT(struct superpixel_slic, size, 0, 0, 1 << 20, "px",                              \
                   "about how wide a region is, instead of 'segments'; 0: not given"),             \
         .alias = "region_size"},                                                                  \
        {SEG_P_FLOAT(struct superpixel_slic, compactness, compactness_, 1e-6, 1e6, NULL,           \
                     "how much place counts against colour")},                                     \
        {SEG_P_INT(struct superpixel_slic, iterations, 10, 1, 1000, NULL,                          \
                   "rounds of clustering")},                                                       \
        {SEG_P_FLOAT(struct superpixel_slic, sigma, 0, 0, 100, "px",                               \
                     "smoothing of the colours before")},                                          \
    {                                                                                              \
        SEG_P_FLOAT(struct superpixel_slic, min_size, 0.5, 0, 10, NULL,                            \
                    "pieces below this part of the mean area join a neighbour")                    \
    }

/* With `zero` the compactness adapts itself to each region. `mask` may be NULL. */
int superpixel_slic_run(const struct common_env *env, const struct superpixel_slic *params,
                        bool zero, const struct seg_view *image, const struct seg_view *mask,
                        const struct seg_view *labels, int32_t *count);

/* Makes regions connected: pieces that are smaller than `least` pixels join the piece that was met
 * before them; numbers the rest 1..N. */
int superpixel_connect(const struct common_env *env, const struct seg_view *labels, size_t least,
                       int32_t *count);

/* Both stages. */
int superpixel_slic_process(const struct seg_host *host, struct seg_call *call,
                            const struct superpixel_slic *params, bool zero);

#endif
