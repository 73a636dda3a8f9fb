/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One result out of several of the same image. */
#ifndef SEGI_CONSENSUS_H
#define SEGI_CONSENSUS_H

#include <stddef.h>
#include <stdint.h>

/* Each pixel takes the value with the most votes; weights NULL: one each. Of equal ones the value
 * that the earliest result says. Void (-1) does not vote; where all are void, so is the result. */
void segi_vote(const int32_t *const *results, size_t count, const double *weights, size_t n,
               int32_t *fused);

/* The share of results that differ from the fused one at each pixel. */
void segi_disagreement(const int32_t *const *results, size_t count, const int32_t *fused, size_t n,
                       float *share);

/* How good a result is, as STAPLE sees it. */
struct segi_rater {
    double sensitivity, specificity;
};

/* STAPLE (Warfield, Zou and Wells 2004) of masks: the probability of each pixel and the quality of
 * each mask, by expectation and maximisation until nothing moves by 1e-7, at most 200 rounds.
 * `prior` < 0: the share of all votes. `probability` may be NULL. SEG_OK or SEG_NOMEM. */
int segi_staple(const uint8_t *const *masks, size_t count, size_t n, double prior,
                struct segi_rater *raters, double *probability, uint8_t *fused);

#endif
