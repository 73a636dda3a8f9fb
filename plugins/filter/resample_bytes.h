/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of 8 bits made anew out of one or two samples each, in fixed point: on the way rows are
 * held in 64ths of a gray level, so that what is rounded in the end is off by less than 0.02. */
#ifndef FILTER_RESAMPLE_BYTES_H
#define FILTER_RESAMPLE_BYTES_H

#include "resample.h"

#define RESAMPLE_BYTES_SPARE 16 /* bytes that may be read behind a line */

struct resample_bytes {
    const struct resample_taps *taps;
    int16_t *weights; /* two for each sample, in 16384ths */
    int8_t *places;   /* of a block: where in 16 bytes from either `low` on the samples are, four
                         bytes   for each of the new ones */
};

/* None of more than two samples, and none that counts less than nothing. */
bool resample_bytes_can(const struct resample_taps *taps);

int resample_bytes(const struct common_env *env, const struct resample_taps *taps,
                   struct resample_bytes *bytes);

void resample_bytes_line(const struct resample_bytes *bytes, const uint8_t *line, int16_t *out);

/* Between two rows, the second of which counts so many 32768ths. Their room is a multiple of 32. */
void resample_bytes_rows(const int16_t *a, const int16_t *b, int16_t share, size_t width,
                         uint8_t *out);

#endif
