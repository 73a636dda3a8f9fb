/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gaussian smoothing in a time that does not depend on sigma. */
#ifndef FILTER_RECURSIVE_H
#define FILTER_RECURSIVE_H

#include "common/env.h"

/* All planes; `pad` samples beyond the border are seen. */
int filter_recursive(const struct common_env *env, const struct seg_view *in,
                     const struct seg_view *out, double sigma, int32_t pad, int32_t border);

#endif
