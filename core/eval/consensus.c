/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One result out of several of the same image: votes and STAPLE. */
#include "consensus.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

static double weight_of(const double *weights, size_t k)
{
    return weights ? weights[k] : 1;
}

void segi_vote(const int32_t *const *results, size_t count, const double *weights, size_t n,
               int32_t *fused)
{
    for (size_t i = 0; i < n; i++) {
        double most = 0;
        fused[i] = -1;
        for (size_t k = 0; k < count; k++) {
            int32_t value = results[k][i];
            double votes = 0;
            for (size_t j = k; j < count && value != -1; j++) {
                votes += results[j][i] == value ? weight_of(weights, j) : 0;
            }
            if (votes > most) {
                most = votes;
                fused[i] = value;
            }
        }
    }
}

void segi_disagreement(const int32_t *const *results, size_t count, const int32_t *fused, size_t n,
                       float *share)
{
    for (size_t i = 0; i < n; i++) {
        size_t others = 0;
        for (size_t k = 0; k < count; k++) {
            others += results[k][i] != fused[i];
        }
        share[i] = (float)others / (float)count;
    }
}

/* Pixels on which the raters say the same are one pattern, and there are few patterns: up to this
 * many raters patterns are counted once and the rounds run over them alone. */
#define PATTERN_RATERS 16

struct staple {
    size_t raters, patterns;
    double *counts; /* pixels of each pattern */
    double *chance; /* that a pattern's pixels belong */
    uint32_t *bits; /* what each pattern's raters say */
};

static void rate(const struct staple *s, struct segi_rater *raters)
{
    for (size_t k = 0; k < s->raters; k++) {
        double hit = 0, in = 0, rest = 0, out = 0;
        for (size_t p = 0; p < s->patterns; p++) {
            double w = s->counts[p] * s->chance[p], v = s->counts[p] * (1 - s->chance[p]);
            int said = s->bits[p] >> k & 1;
            in += w;
            out += v;
            hit += said ? w : 0;
            rest += said ? 0 : v;
        }
        raters[k].sensitivity = in > 0 ? hit / in : 1;
        raters[k].specificity = out > 0 ? rest / out : 1;
    }
}

static void expect(const struct staple *s, const struct segi_rater *raters, double prior)
{
    for (size_t p = 0; p < s->patterns; p++) {
        double in = prior, out = 1 - prior;
        for (size_t k = 0; k < s->raters; k++) {
            int said = s->bits[p] >> k & 1;
            in *= said ? raters[k].sensitivity : 1 - raters[k].sensitivity;
            out *= said ? 1 - raters[k].specificity : raters[k].specificity;
        }
        s->chance[p] = in + out > 0 ? in / (in + out) : prior;
    }
}

static uint32_t pattern_at(const uint8_t *const *masks, size_t count, size_t i)
{
    uint32_t bits = 0;
    for (size_t k = 0; k < count; k++) {
        bits |= (uint32_t)(masks[k][i] != 0) << k;
    }
    return bits;
}

static void iterate(const struct staple *s, struct segi_rater *raters, double prior)
{
    for (size_t k = 0; k < s->raters; k++) {
        raters[k] = (struct segi_rater){0.99999, 0.99999};
    }
    for (int round = 0; round < 200; round++) {
        double moved = 0;
        struct segi_rater before[PATTERN_RATERS];
        memcpy(before, raters, s->raters * sizeof *raters);
        expect(s, raters, prior);
        rate(s, raters);
        for (size_t k = 0; k < s->raters; k++) {
            moved = fmax(moved, fabs(raters[k].sensitivity - before[k].sensitivity));
            moved = fmax(moved, fabs(raters[k].specificity - before[k].specificity));
        }
        if (moved < 1e-7) {
            break;
        }
    }
    expect(s, raters, prior);
}

int segi_staple(const uint8_t *const *masks, size_t count, size_t n, double prior,
                struct segi_rater *raters, double *probability, uint8_t *fused)
{
    if (count < 1 || count > PATTERN_RATERS) {
        return SEG_LIMIT;
    }
    size_t patterns = (size_t)1 << count;
    struct staple s = {.raters = count, .patterns = patterns};
    s.counts = calloc(2 * patterns, sizeof *s.counts);
    s.bits = malloc(patterns * sizeof *s.bits);
    int status = s.counts && s.bits ? SEG_OK : SEG_NOMEM;
    if (status == SEG_OK) {
        s.chance = s.counts + patterns;
        double votes = 0;
        for (size_t p = 0; p < patterns; p++) {
            s.bits[p] = (uint32_t)p;
        }
        for (size_t i = 0; i < n; i++) {
            s.counts[pattern_at(masks, count, i)]++;
        }
        for (size_t p = 0; p < patterns; p++) {
            votes += s.counts[p] * __builtin_popcountll(p);
        }
        iterate(&s, raters, prior >= 0 ? prior : votes / ((double)n * (double)count));
        for (size_t i = 0; i < n; i++) {
            double chance = s.chance[pattern_at(masks, count, i)];
            fused[i] = chance >= 0.5;
            if (probability) {
                probability[i] = chance;
            }
        }
    }
    free(s.counts);
    free(s.bits);
    return status;
}
