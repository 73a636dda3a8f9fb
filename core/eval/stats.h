/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores of methods over images: means, how sure they are, and whether two methods differ. */
#ifndef SEGI_STATS_H
#define SEGI_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Of the scores that are finite numbers; NaN where there is none. */
struct segi_summary {
    double mean, median, low, high; /* low, high: bootstrap interval of the mean */
    size_t defined, undefined;
};

/* The percentile bootstrap (Efron 1979) with 95 % coverage and `rounds` resamples; `seed` makes it
 * repeatable. SEG_OK or SEG_NOMEM. */
int segi_summarize(const double *scores, size_t n, int rounds, uint64_t seed,
                   struct segi_summary *summary);

/* The two-sided p of Wilcoxon's signed-rank test (1945) of paired scores; pairs in which one is no
 * number are left out, as are equal ones. Exact up to 25 pairs without ties, else by the normal
 * approximation corrected for ties and continuity. 1 where nothing differs. SEG_OK or SEG_NOMEM. */
int segi_wilcoxon(const double *a, const double *b, size_t n, double *p);

/* Holm's step-down correction (1979), in place: values are at least as large as before, at most 1;
 * NaN stays and is not counted. SEG_OK or SEG_NOMEM. */
int segi_holm(double *p, size_t n);

/* Small repeatable random numbers (SplitMix64, Steele, Lea and Flood 2014). */
uint64_t segi_random(uint64_t *state);
double segi_random_unit(uint64_t *state); /* 0 <= x < 1 */

#endif
