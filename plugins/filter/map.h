/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters whose result depends on a sample's value alone. */
#ifndef FILTER_MAP_H
#define FILTER_MAP_H

#include "common/env.h"

/* Replaces `count` samples, as floats, in place. */
typedef void (*filter_mapping)(const void *arg, float *values, size_t count);

/* Maps a plane, to the same type or another: of integers each value once, into a table. */
int filter_map(const struct common_env *env, const struct seg_view *in, const struct seg_view *out,
               int32_t plane, filter_mapping mapping, const void *arg);

/* The finite samples of `planes` planes from `plane` on in ascending order; scratch memory. */
struct filter_sorted {
    float *values;
    size_t count;
};
int filter_sort(const struct common_env *env, const struct seg_view *view, int32_t plane,
                int32_t planes, struct filter_sorted *sorted);

#endif
