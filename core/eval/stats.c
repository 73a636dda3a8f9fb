/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores of methods over images: means, how sure they are, and whether two methods differ. */
#include "stats.h"

#include <math.h>
#include <segkit/plugin.h>
#include <stdlib.h>
#include <string.h>

#define EXACT 25 /* pairs */

uint64_t segi_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double segi_random_unit(uint64_t *state)
{
    return (double)(segi_random(state) >> 11) * 0x1p-53;
}

static int by_value(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double mean_of(const double *list, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += list[i];
    }
    return sum / (double)n;
}

int segi_summarize(const double *scores, size_t n, int rounds, uint64_t seed,
                   struct segi_summary *summary)
{
    size_t count = 0;
    *summary = (struct segi_summary){(double)NAN, (double)NAN, (double)NAN, (double)NAN, 0, 0};
    double *list = malloc((n + (size_t)rounds + 1) * sizeof *list);
    if (!list) {
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (isfinite(scores[i])) {
            list[count++] = scores[i];
        }
    }
    summary->defined = count;
    summary->undefined = n - count;
    if (count > 0) {
        double *means = list + n;
        qsort(list, count, sizeof *list, by_value);
        summary->mean = mean_of(list, count);
        summary->median = (list[(count - 1) / 2] + list[count / 2]) / 2;
        for (int r = 0; r < rounds; r++) {
            means[r] = 0;
            for (size_t i = 0; i < count; i++) {
                means[r] += list[segi_random(&seed) % count] / (double)count;
            }
        }
        qsort(means, (size_t)rounds, sizeof *means, by_value);
        summary->low = rounds ? means[(size_t)(0.025 * (rounds - 1))] : summary->mean;
        summary->high = rounds ? means[(size_t)ceil(0.975 * (rounds - 1))] : summary->mean;
    }
    free(list);
    return SEG_OK;
}

static int by_size(const void *a, const void *b)
{
    double p = fabs(*(const double *)a), q = fabs(*(const double *)b);
    return (p > q) - (p < q);
}

/* The share of all assignments of signs to ranks 1..n whose positive sum is at most `sum`. */
static double exact_below(size_t n, double sum)
{
    double ways[EXACT * (EXACT + 1) / 2 + 1] = {1};
    size_t top = 0;
    for (size_t rank = 1; rank <= n; rank++) {
        top += rank;
        for (size_t s = top; s >= rank; s--) {
            ways[s] += ways[s - rank];
        }
    }
    double below = 0;
    for (size_t s = 0; s <= top && (double)s <= sum; s++) {
        below += ways[s];
    }
    return below / ldexp(1, (int)n);
}

int segi_wilcoxon(const double *a, const double *b, size_t n, double *p)
{
    double *differences = malloc((n + 1) * sizeof *differences);
    size_t count = 0;
    *p = 1;
    if (!differences) {
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isnan(a[i] - b[i]) && a[i] != b[i]) {
            differences[count++] = a[i] - b[i];
        }
    }
    qsort(differences, count, sizeof *differences, by_size);
    double positive = 0, ties = 0, m = (double)count;
    for (size_t i = 0; i < count;) {
        size_t from = i;
        while (i < count && fabs(differences[i]) == fabs(differences[from])) {
            i++;
        }
        double rank = (double)(from + i + 1) / 2, group = (double)(i - from);
        ties += group * group * group - group;
        for (size_t k = from; k < i; k++) {
            positive += differences[k] > 0 ? rank : 0;
        }
    }
    double all = m * (m + 1) / 2, least = fmin(positive, all - positive);
    if (count > 0 && count <= EXACT && ties == 0) {
        *p = fmin(1, 2 * exact_below(count, least));
    } else if (count > 0) {
        double deviation = sqrt(m * (m + 1) * (2 * m + 1) / 24 - ties / 48);
        double z = fmax(0, all / 2 - least - 0.5) / deviation;
        *p = deviation > 0 ? erfc(z / sqrt(2)) : 1;
    }
    free(differences);
    return SEG_OK;
}

struct ranked_p {
    double p;
    size_t place;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked_p *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

int segi_holm(double *p, size_t n)
{
    struct ranked_p *list = malloc((n + 1) * sizeof *list);
    size_t count = 0;
    double least = 0;
    if (!list) {
        return SEG_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i])) {
            list[count++] = (struct ranked_p){p[i], i};
        }
    }
    qsort(list, count, sizeof *list, by_p);
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, list[i].p * (double)(count - i)));
        p[list[i].place] = least;
    }
    free(list);
    return SEG_OK;
}
