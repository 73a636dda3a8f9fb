/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways to a median, a row at a time. */
#ifndef FILTER_MEDIAN_H
#define FILTER_MEDIAN_H

#include "common/env.h"

/* The medians of `width` windows of 3 x 3 or 5 x 5 samples: rows[i] are their rows, which begin
 * with the first window's first column. `room`: for 5 rows of width + 4 samples. */
void filter_median_net(const void *const *rows, int32_t size, uint32_t dtype, int32_t width,
                       void *room, void *out);

/* The same for any odd size. `room`: what filter_median_room says, zeroed before the first row. */
void filter_median_any(const void *const *rows, int32_t size, uint32_t dtype, int32_t width,
                       void *room, void *out);
size_t filter_median_room(int32_t size, uint32_t dtype);

#endif
