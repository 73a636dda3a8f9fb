/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fitting polynomials in x and y. */
#ifndef FILTER_POLYNOMIAL_H
#define FILTER_POLYNOMIAL_H

#include "common/env.h"

enum { FILTER_DEGREE_MAX = 8 };

/* The polynomial of that degree that fits the f32 plane best; to another one. */
int filter_polynomial(const struct common_env *env, const struct seg_view *in, int32_t degree,
                      const struct seg_view *out);

#endif
