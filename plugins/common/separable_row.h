/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a separable filter does with single rows, in floats or in 16-bit fixed point. */
#ifndef COMMON_SEPARABLE_ROW_H
#define COMMON_SEPARABLE_ROW_H

#include "env.h"

#include <stdbool.h>

#define SEPARABLE_BLOCK 64 /* rows have a multiple of so many elements */

struct separable_form {
    size_t size; /* of an element */
    void (*load)(const struct seg_view *view, int32_t plane, int32_t y, void *line);
    /* out[x] = sum over k of weights[k] * (rows[r - k][x] + rows[r + k][x]), in which the middle
     * row counts once for floats and twice in fixed point. */
    void (*weigh)(const void *const *rows, const void *weights, size_t radius, void *out,
                  size_t count);
    void (*store)(const struct seg_view *view, int32_t plane, int32_t y, const void *values);
};

extern const struct separable_form separable_float;

/* From u8 to u8: samples less 127.5 in units of 1/128, weights in units of 1/65536. */
extern const struct separable_form separable_fixed;

/* Weights for it, in scratch memory; NULL: there is no memory, or `fits` is false because the
 * result could be off by more than the page of filter.gaussian says. */
const int16_t *separable_fixed_weights(const struct common_env *env, const float *weights,
                                       int32_t radius, bool *fits);

#endif
