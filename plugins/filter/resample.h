/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of samples made anew as weighed sums of samples of another line. */
#ifndef FILTER_RESAMPLE_H
#define FILTER_RESAMPLE_H

#include "common/env.h"

#include <stdbool.h>

enum { RESAMPLE_NEAREST, RESAMPLE_BILINEAR, RESAMPLE_AREA, RESAMPLE_CUBIC, RESAMPLE_LANCZOS };

enum {
    RESAMPLE_BLOCK = 8,  /* new samples whose weights lie between each other's */
    RESAMPLE_SPARE = 16, /* floats that may be read behind a line, beside `most` */
    RESAMPLE_ROUND = 32, /* floats of which rows that are added up hold a multiple */
};

/* Which samples of a line make up each one of the new line. */
struct resample_taps {
    int32_t from, to; /* samples of both lines */
    size_t most;      /* taps of one sample */
    int32_t *first;   /* the first one that counts */
    int32_t *count;
    int32_t *low;   /* the first one that counts for this or a later sample */
    size_t span;    /* from there on so many hold the taps of this and of earlier ones */
    int32_t *place; /* how far behind `low` of its half of a block it begins */
    int32_t
        *alike; /* of a block: the count of all; 0: they differ; -1: a place is BLOCK / 2 or more */
    float *weights; /* weight k of sample x: [(x / BLOCK * most + k) * BLOCK + x % BLOCK] */
};

/* In scratch memory. `antialias` widens the kernel where the line gets shorter. */
int resample_taps(const struct common_env *env, int32_t method, bool antialias, int32_t from,
                  int32_t to, struct resample_taps *taps);
/* Of tap `k` of sample `x`. */
static inline float resample_weight(const struct resample_taps *taps, size_t x, size_t k)
{
    return taps
        ->weights[(x / RESAMPLE_BLOCK * taps->most + k) * RESAMPLE_BLOCK + x % RESAMPLE_BLOCK];
}

/* A new line. Behind `line` there are most + SPARE more floats of any value. */
void resample_line(const struct resample_taps *taps, const float *line, float *out);

/* The new row `y` of lines that run down: rows[k] is that of its tap k. Their room, and that of
 * `out`, is a multiple of ROUND floats. */
void resample_rows(const struct resample_taps *taps, size_t y, const float *const *rows,
                   size_t width, float *out);

#endif
