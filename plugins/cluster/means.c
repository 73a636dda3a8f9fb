/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* S. P. Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 28 (2),
 * 1982, started as D. Arthur and S. Vassilvitskii, k-means++: the advantages of careful seeding,
 * ACM-SIAM Symposium on Discrete Algorithms, 2007.
 *
 * Rows are put together to strips, whose sums are added in order: the result does not depend on who
 * worked on which. */
#include "means.h"

#include "common/cpu.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 256, STRIP = 8 /* rows */ };

struct sums {
    double size, inertia, color[CLUSTER_CHANNELS];
};

struct means {
    const struct common_env *env;
    const struct cluster_input *input;
    struct cluster_means *result;
    const struct seg_view *labels; /* NULL: sum instead */
    struct sums *sums;             /* [strip][cluster] */
    size_t strips;
};

static void add_sums(struct sums *to, const struct sums *from, int32_t channels)
{
    to->size += from->size;
    to->inertia += from->inertia;
    for (int32_t c = 0; c < channels; c++)
        to->color[c] += from->color[c];
}

/* The nearest mean of some pixels, and the squared distance to it. */
COMMON_INLINE void nearest(const struct means *m, size_t at, size_t count, int32_t channels,
                           float *restrict distance, int32_t *restrict best)
{
    const struct common_features *f = &m->input->features;
    for (size_t i = 0; i < count; i++) {
        distance[i] = FLT_MAX;
        best[i] = 0;
    }
    for (int32_t k = 0; k < m->result->count; k++) {
        const float *mean = m->result->mean[k];
        for (size_t i = 0; i < count; i++) {
            float sum = 0;
            for (int32_t c = 0; c < channels; c++) {
                float d = f->data[(size_t)c * f->stride + at + i] - mean[c];
                sum += d * d;
            }
            int32_t nearer = sum < distance[i];
            distance[i] = nearer ? sum : distance[i];
            best[i] = nearer ? k : best[i];
        }
    }
}

COMMON_INLINE void nearest_body(const struct means *m, size_t at, size_t count, float *distance,
                                int32_t *best)
{
    if (m->input->features.channels == 3)
        nearest(m, at, count, 3, distance, best);
    else if (m->input->features.channels == 1)
        nearest(m, at, count, 1, distance, best);
    else
        nearest(m, at, count, m->input->features.channels, distance, best);
}

COMMON_AVX2 static void nearest_avx2(const struct means *m, size_t at, size_t count,
                                     float *distance, int32_t *best)
{
    nearest_body(m, at, count, distance, best);
}

/* The part of a row's pixels from x on that is one block, and its mask or NULL. */
static size_t block_of(const struct means *m, size_t y, size_t x, const uint8_t **mask)
{
    size_t left = (size_t)m->input->features.width - x;
    const struct seg_view *view = m->input->mask;
    *mask = view ? (const uint8_t *)seg_row(view, 0, (int32_t)y) + x : NULL;
    return left < BLOCK ? left : BLOCK;
}

/* Adds the pixels of a block to the sums of their clusters: to two sums in turn, as neighbours are
 * often of one cluster and each addition would wait for the one before. */
COMMON_INLINE void add_pixels(const struct means *m, size_t at, size_t count, const uint8_t *mask,
                              const float *distance, const int32_t *best, int32_t channels,
                              struct sums *sums)
{
    const struct common_features *f = &m->input->features;
    struct sums part[2][CLUSTER_MOST];
    for (int turn = 0; turn < 2; turn++)
        memset(part[turn], 0, (size_t)m->result->count * sizeof **part);
    for (size_t i = 0; i < count; i++) {
        if (mask && !mask[i])
            continue;
        struct sums *to = &part[i % 2][best[i]];
        to->size++;
        to->inertia += (double)distance[i];
        for (int32_t c = 0; c < channels; c++)
            to->color[c] += (double)f->data[(size_t)c * f->stride + at + i];
    }
    for (int turn = 0; turn < 2; turn++)
        for (int32_t k = 0; k < m->result->count; k++)
            add_sums(&sums[k], &part[turn][k], channels);
}

static void add_block(const struct means *m, size_t at, size_t count, const uint8_t *mask,
                      const float *distance, const int32_t *best, struct sums *sums)
{
    if (m->input->features.channels == 3)
        add_pixels(m, at, count, mask, distance, best, 3, sums);
    else
        add_pixels(m, at, count, mask, distance, best, m->input->features.channels, sums);
}

static void label_block(const struct means *m, size_t y, size_t x, size_t count,
                        const uint8_t *mask, const int32_t *best)
{
    int32_t *row = (int32_t *)seg_row(m->labels, 0, (int32_t)y) + x;
    for (size_t i = 0; i < count; i++)
        row[i] = mask && !mask[i] ? 0 : best[i] + 1;
}

static int do_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct means *m = arg;
    const struct common_features *f = &m->input->features;
    float distance[BLOCK];
    int32_t best[BLOCK];
    const uint8_t *mask;
    bool avx2 = common_cpu_avx2();
    (void)worker;
    for (size_t strip = begin; strip < end; strip++) {
        struct sums *sums = m->sums + strip * CLUSTER_MOST;
        memset(sums, 0, (size_t)m->result->count * sizeof *sums);
        for (size_t y = strip * STRIP; y < (strip + 1) * STRIP && y < (size_t)f->height; y++)
            for (size_t x = 0, count; x < (size_t)f->width; x += count) {
                count = block_of(m, y, x, &mask);
                size_t at = y * (size_t)f->width + x;
                (avx2 ? nearest_avx2 : nearest_body)(m, at, count, distance, best);
                if (m->labels)
                    label_block(m, y, x, count, mask, best);
                else
                    add_block(m, at, count, mask, distance, best, sums);
            }
    }
    return SEG_OK;
}

/* Adds the strips' sums to total[0..count-1]. */
static int sum_up(struct means *m, struct sums *total)
{
    int status = common_parallel(m->env, m->strips, 1, do_strips, m);
    memset(total, 0, CLUSTER_MOST * sizeof *total);
    m->result->inertia = 0;
    for (size_t i = 0; i < m->strips && !status; i++)
        for (int32_t k = 0; k < m->result->count; k++) {
            const struct sums *part = &m->sums[i * CLUSTER_MOST + (size_t)k];
            add_sums(&total[k], part, m->input->features.channels);
            m->result->inertia += part->inertia;
        }
    return status;
}

/* 0..1 by a generator of the period 2^64. D. E. Knuth's multiplier; the upper bits are used. */
static double random_share(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / (double)(UINT64_C(1) << 53);
}

/* Makes the pixel a mean at which the running sum of weights of a strip passes `rest`: of squared
 * distances, or of ones for the first mean. */
static void take_mean(const struct means *m, size_t strip, double rest)
{
    const struct common_features *f = &m->input->features;
    float distance[BLOCK];
    int32_t best[BLOCK];
    const uint8_t *mask;
    size_t found = 0;
    for (size_t y = strip * STRIP; y < (strip + 1) * STRIP && y < (size_t)f->height; y++)
        for (size_t x = 0, count; x < (size_t)f->width && rest >= 0; x += count) {
            count = block_of(m, y, x, &mask);
            size_t at = y * (size_t)f->width + x;
            nearest_body(m, at, count, distance, best);
            for (size_t i = 0; i < count && rest >= 0; i++) {
                float weight = m->result->count ? distance[i] : 1;
                if ((mask && !mask[i]) || !(weight > 0))
                    continue;
                rest -= (double)weight;
                found = at + i;
            }
        }
    float *mean = m->result->mean[m->result->count++];
    for (int32_t c = 0; c < f->channels; c++)
        mean[c] = f->data[(size_t)c * f->stride + found];
}

static double strip_weight(const struct means *m, size_t strip)
{
    double weight = 0;
    for (int32_t k = 0; k < m->result->count; k++)
        weight += m->sums[strip * CLUSTER_MOST + (size_t)k].inertia;
    return weight;
}

/* The first mean at any pixel, each other one with a chance by the squared distance to those
 * before. */
static int seed_means(struct means *m, const struct cluster_params *params)
{
    struct sums total[CLUSTER_MOST];
    uint64_t state = (uint64_t)params->seed;
    m->result->count = 1; /* for the number of pixels of each strip */
    int status = sum_up(m, total);
    double rest = floor(random_share(&state) * total[0].size);
    size_t strip = 0;
    for (; strip + 1 < m->strips && rest >= m->sums[strip * CLUSTER_MOST].size; strip++)
        rest -= m->sums[strip * CLUSTER_MOST].size;
    m->result->count = 0;
    take_mean(m, strip, rest);
    while (m->result->count < params->clusters && !status) {
        status = sum_up(m, total);
        if (status || !(m->result->inertia > 0))
            return status;
        rest = random_share(&state) * m->result->inertia;
        for (strip = 0; strip + 1 < m->strips && rest >= strip_weight(m, strip); strip++)
            rest -= strip_weight(m, strip);
        while (strip > 0 && !(strip_weight(m, strip) > 0)) /* past the end by rounding */
            strip--;
        take_mean(m, strip, rest);
    }
    return status;
}

/* Moves means to those of their pixels; returns the largest squared distance. */
static double move_means(struct means *m, const struct sums *total)
{
    double most = 0;
    for (int32_t k = 0; k < m->result->count; k++) {
        double moved = 0;
        m->result->size[k] = total[k].size;
        for (int32_t c = 0; c < m->input->features.channels && total[k].size > 0; c++) {
            float mean = (float)(total[k].color[c] / total[k].size);
            double d = (double)(mean - m->result->mean[k][c]);
            moved += d * d;
            m->result->mean[k][c] = mean;
        }
        most = fmax(most, moved);
    }
    return most;
}

static double brightness(const struct cluster_means *means, int32_t k)
{
    double sum = 0;
    for (int32_t c = 0; c < CLUSTER_CHANNELS; c++)
        sum += (double)means->mean[k][c];
    return sum;
}

static void order_means(struct cluster_means *means)
{
    for (int32_t i = 1; i < means->count; i++)
        for (int32_t k = i; k > 0 && brightness(means, k) < brightness(means, k - 1); k--) {
            float mean[CLUSTER_CHANNELS];
            double size = means->size[k];
            memcpy(mean, means->mean[k], sizeof mean);
            memcpy(means->mean[k], means->mean[k - 1], sizeof mean);
            memcpy(means->mean[k - 1], mean, sizeof mean);
            means->size[k] = means->size[k - 1];
            means->size[k - 1] = size;
        }
}

int cluster_open(const struct common_env *env, int space, struct cluster_input *input,
                 struct seg_view *mask)
{
    struct seg_view image = SEG_VIEW;
    *mask = SEG_VIEW;
    int status = env->host->input(env->call, 0, &image);
    if (!status)
        status = common_features(env, &image, space, &input->features);
    if (status)
        return status;
    if (input->features.channels > CLUSTER_CHANNELS)
        return env->host->fail(env->call, SEG_STAGE,
                               "the image has %d planes; at most %d can be clustered",
                               input->features.channels, CLUSTER_CHANNELS);
    status = env->host->input(env->call, 1, mask);
    input->mask = status ? NULL : mask;
    input->pixels = input->features.stride;
    if (status)
        return status == SEG_ABSENT ? SEG_OK : status;
    input->pixels = 0;
    for (int32_t y = 0; y < mask->height; y++) {
        const uint8_t *row = seg_row(mask, 0, y);
        for (int32_t x = 0; x < mask->width; x++)
            input->pixels += row[x];
    }
    return input->pixels
               ? SEG_OK
               : env->host->fail(env->call, SEG_STAGE,
                                 "input 'mask': it is empty; there is nothing to cluster");
}

int cluster_means_find(const struct common_env *env, const struct cluster_input *input,
                       const struct cluster_params *params, struct cluster_means *result)
{
    struct means m = {.env = env, .input = input, .result = result};
    struct sums total[CLUSTER_MOST];
    m.strips = ((size_t)input->features.height + STRIP - 1) / STRIP;
    memset(result, 0, sizeof *result);
    if (!COMMON_SCRATCH(env, m.sums, m.strips * CLUSTER_MOST))
        return common_nomem(env);
    int status = seed_means(&m, params);
    double moved = INFINITY, enough = params->tolerance * params->tolerance;
    while (result->rounds < params->iterations && moved > enough && !status) {
        status = sum_up(&m, total);
        moved = move_means(&m, total);
        result->rounds++;
        if (!status)
            status = env->host->progress(env->call, (double)result->rounds / params->iterations);
    }
    order_means(result);
    return status;
}

int cluster_means_label(const struct common_env *env, const struct cluster_input *input,
                        const struct cluster_means *means, const struct seg_view *labels)
{
    struct cluster_means copy = *means;
    struct means m = {.env = env, .input = input, .result = &copy, .labels = labels};
    m.strips = ((size_t)input->features.height + STRIP - 1) / STRIP;
    if (!COMMON_SCRATCH(env, m.sums, m.strips * CLUSTER_MOST))
        return common_nomem(env);
    return common_parallel(env, m.strips, 1, do_strips, &m);
}
