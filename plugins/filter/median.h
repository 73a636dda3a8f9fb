/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways to medians and other ranks, a row at a time. */
#ifndef FILTER_MEDIAN_H
#define FILTER_MEDIAN_H

#include "window.h"

/* The medians of 3 x 3 samples, all planes. */
int filter_median3(const struct common_env *env, const struct seg_view *in,
                   const struct seg_view *out, int32_t border);

/* The medians of `width` windows of 5 x 5 samples: rows[i] are their rows, which begin with the
 * first window's first column. `room`: for 5 rows of width + 4 samples. */
void filter_median_net(const void *const *rows, uint32_t dtype, int32_t width, void *room,
                       void *out);

/* What has `rank` samples of the footprint below it, for footprints of any size. */
struct filter_order {
    struct filter_footprint footprint;
    size_t rank;
    uint32_t dtype;
};

/* One row of windows, as filter_windows wants it; `arg` is a struct filter_order. */
void filter_rank_row(const void *arg, const void *const *rows, int32_t width, void *room,
                     void *out);
size_t filter_rank_room(const struct filter_order *rank);

#endif
