/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images as planes of floats of comparable size, whatever their type. */
#ifndef COMMON_FEATURES_H
#define COMMON_FEATURES_H

#include "env.h"

enum {
    COMMON_LEVELS, /* samples scaled to 0..255 */
    COMMON_LAB     /* CIE L*a*b* where the image is RGB, else samples scaled to 0..100 */
};

static const struct seg_choice common_spaces[] = {
    [COMMON_LEVELS] = {"samples", "the samples themselves, scaled to 0..255"},
    [COMMON_LAB] = {"lab", "L*a*b* of RGB images; samples of others are scaled to 0..100"},
};

/* What scales to 0 and the top is the type's range, for f32 the image's own; NaN, infinities and
 * what is beyond a million become 0. Alpha is left out. */
struct common_features {
    float *data;   /* rows are dense; eight floats behind the last one may be read */
    size_t stride; /* floats from plane to plane */
    int32_t width, height, channels;
};

/* In scratch memory. */
int common_features(const struct common_env *env, const struct seg_view *view, int space,
                    struct common_features *features);

/* Smooths all planes by a Gaussian, where they are. */
int common_features_smooth(const struct common_env *env, const struct common_features *features,
                           double sigma);

#endif
