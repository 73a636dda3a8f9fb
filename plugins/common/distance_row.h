/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The row pass of the distance transforms. */
#ifndef COMMON_DISTANCE_ROW_H
#define COMMON_DISTANCE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMON_FAR (1 << 29) /* a column without background */

/* Bytes that common_distance_row needs for a row so wide, a multiple of 64. */
size_t common_distance_room(size_t width);

/* From the column distances of a row to the distances of its pixels; `far` where there are none. */
void common_distance_row(const int32_t *column, size_t width, int metric, float far, float *out,
                         void *room, bool avx2);

#endif
