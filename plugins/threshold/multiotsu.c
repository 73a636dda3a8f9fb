/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* threshold.multiotsu: two to six classes of values, furthest apart.
 *
 * Otsu (IEEE Transactions on Systems, Man, and Cybernetics 9, 1979) maximises the sum over the
 * classes of (sum of values)^2 / (number of values). The best division of bins b.. into c classes
 * is a first class b..t and the best division of the bins after t into c - 1, so that all are found
 * from the last bin backwards in time bins^2 * classes.
 *
 * scikit-image takes the value of the first bin for that of the second, 1 and not 0, which moves
 * thresholds where that bin is full. The same is done here, so that numbers can be compared. */
#include "common/cpu.h"
#include "method.h"

#define MOST 6 /* classes */

struct params {
    int32_t classes;
    int32_t bins;
};

/* What bins b.. are worth in 1..MOST classes, and where the first class ends. */
struct division {
    double worth[MOST + 1];
    uint32_t end[MOST + 1];
};

/* Fills best[bin]; those of the bins after it are known. The first of equal ends stays, which makes
 * the thresholds the lexicographically lowest. */
static void divide(const struct threshold_counts *counts, uint32_t bin, int32_t classes,
                   struct division *best)
{
    double weight = 0, sum = 0;
    for (int32_t c = 1; c <= classes; c++)
        best[bin].worth[c] = -1;
    for (uint32_t t = bin; t < counts->bins; t++) {
        weight += counts->count[t];
        sum += counts->count[t] * (t ? t : 1);
        const double first = weight > 0 ? sum * sum / weight : 0;
        const uint32_t after = counts->bins - 1 - t;
        for (int32_t c = 2; c <= classes && (uint32_t)c <= after + 1; c++) {
            const double worth = first + best[t + 1].worth[c - 1];
            if (worth > best[bin].worth[c]) {
                best[bin].worth[c] = worth;
                best[bin].end[c] = t;
            }
        }
        best[bin].worth[1] = first;
    }
}

static int find(const struct threshold_counts *counts, int32_t classes, double *thresholds)
{
    const struct common_env *env = counts->env;
    struct division *best;
    if (counts->filled < (uint32_t)classes)
        return env->host->fail(env->call, SEG_STAGE,
                               "%u different values cannot be %d classes; 'classes' must be at "
                               "most the number of values",
                               counts->filled, classes);
    if (!COMMON_SCRATCH(env, best, counts->bins))
        return common_nomem(env);
    for (uint32_t bin = counts->bins; bin-- > 0;)
        divide(counts, bin, classes, best);
    uint32_t bin = 0;
    for (int32_t c = classes; c > 1; c--) {
        const uint32_t end = best[bin].end[c];
        thresholds[classes - c] = threshold_value(counts, end);
        bin = end + 1;
    }
    return SEG_OK;
}

struct sorter {
    struct seg_view image, labels;
    double thresholds[MOST - 1];
    int32_t count;
};

COMMON_INLINE void sort_body(const struct sorter *s, size_t begin, size_t end)
{
    for (size_t y = begin; y < end; y++) {
        const void *row = seg_row(&s->image, 0, (int32_t)y);
        int32_t *labels = seg_row(&s->labels, 0, (int32_t)y);
        for (int32_t x = 0; x < s->image.width; x++) {
            const double value = s->image.dtype == SEG_U8    ? ((const uint8_t *)row)[x]
                                 : s->image.dtype == SEG_U16 ? ((const uint16_t *)row)[x]
                                                             : (double)((const float *)row)[x];
            int32_t label = 0;
            for (int32_t i = 0; i < s->count; i++)
                label += value > s->thresholds[i];
            labels[x] = label;
        }
    }
}

COMMON_AVX2 static void sort_avx2(const struct sorter *s, size_t begin, size_t end)
{
    sort_body(s, begin, end);
}

static int sort_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    (common_cpu_avx2() ? sort_avx2 : sort_body)(arg, begin, end);
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    static const char *const names[] = {"threshold_1", "threshold_2", "threshold_3", "threshold_4",
                                        "threshold_5"};
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct sorter s = {.count = params->classes - 1};
    struct seg_view inside = SEG_VIEW;
    struct threshold_counts counts;
    int status = common_open(&env, &s.image, &s.labels);
    if (status)
        return status;
    const int masked = host->input(call, 1, &inside);
    if (masked != SEG_OK && masked != SEG_ABSENT)
        return masked;
    const int32_t bins = params->bins ? params->bins : s.image.dtype == SEG_U8 ? 0 : 256;
    status = threshold_count(&env, &s.image, masked == SEG_OK ? &inside : NULL, bins, &counts);
    if (!status)
        status = find(&counts, params->classes, s.thresholds);
    if (!status)
        status = common_parallel(&env, (size_t)s.image.height, common_grain(s.image.width),
                                 sort_rows, &s);
    for (int32_t i = 0; i < s.count && !status; i++)
        status = host->value(call, names[i], s.thresholds[i]);
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_INT(struct params, classes, 3, 2, MOST, NULL, "how many classes")},
    {SEG_P_INT(struct params, bins, 0, 0, 4096, NULL,
               "bins of the histogram; 0: one a value for 8 bits, 256 for others")},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "the number of thresholds that a value is above",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage threshold_multiotsu = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "threshold.multiotsu",
    .summary = "separate two to six classes of values by Otsu's criterion",
    .detail =
        "Chooses the thresholds for which the variance between the classes is largest; of several "
        "choices that do equally well, the one with the lowest first threshold, then the lowest "
        "second, and so on. As in scikit-image the first bin counts as if its values were the "
        "second's. A pixel's label is the number of thresholds that it is above, so that "
        "the darkest class is background. Reports 'threshold_1', 'threshold_2' and so on.\n\n"
        "The cost grows with the square of the number of bins, and not with the number of ways to "
        "divide them. An image with fewer different values than classes is refused.",
    .reference = "N. Otsu, A threshold selection method from gray-level histograms, IEEE "
                 "Transactions on Systems, Man, and Cybernetics 9 (1), 1979",
    .version = 1,
    SEG_TABLES(struct params, rows, threshold_inputs, outputs),
    .process = process,
};
