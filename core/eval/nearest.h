/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exact Euclidean distance from each pixel of one set to the nearest pixel of another. */
#ifndef SEGI_NEAREST_H
#define SEGI_NEAREST_H

#include <stddef.h>
#include <stdint.h>

/* Sets are bytes, non-zero belongs, `width * height` without gaps. Writes one distance for each
 * pixel of `from` (NULL: for every pixel), in the order of the rows, to `out`; infinity where `to`
 * is empty. `spacing` is the size of a pixel: rows apart, columns apart. SEG_OK or SEG_NOMEM. */
int segi_nearest(const uint8_t *from, const uint8_t *to, int32_t width, int32_t height,
                 const double spacing[2], double *out);

size_t segi_set_count(const uint8_t *set, size_t n);

#endif
