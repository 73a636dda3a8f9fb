/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A. P. Dempster, N. M. Laird, D. B. Rubin, Maximum likelihood from incomplete data via the EM
 * algorithm, Journal of the Royal Statistical Society B 39 (1), 1977.
 *
 * Strips of rows have sums of their own, which are added in order, as in means.c. */
#include "mixture.h"

#include "common/fast_math.h"
#include "common/normal.h"

#include <string.h>

enum { BLOCK = COMMON_BLOCK, STRIP = 8 /* rows */ };

/* The least variance along each axis, in squared levels: that of rounding to whole ones. */
static const double least_variance = 1 / 12.0;

/* Eight floats, wherever they lie. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));

#define LANE(at) (*(const lane *)(const void *)(at))

/* Of pixels by how much of each is of a component, less the component's mean. */
struct moments {
    double weight, mean[CLUSTER_CHANNELS], product[CLUSTER_TRIANGLE];
};

/* A row's pixels from x on. */
struct block {
    float *planes[CLUSTER_CHANNELS];
    float padded[CLUSTER_CHANNELS][BLOCK]; /* the last ones of a row */
    float density[BLOCK], most[BLOCK];
    float weight[CLUSTER_MOST][BLOCK]; /* by component */
    size_t x, y, count;
    const uint8_t *mask;
};

struct em {
    const struct common_env *env;
    const struct cluster_input *input;
    const struct cluster_mixture *mixture;
    const struct seg_view *labels, *scores; /* to be written; NULL: sum moments instead */
    size_t strips;
    struct moments *moments; /* [strip][component] */
    double *likelihood;      /* [strip] */
    struct block *blocks;    /* one for each worker */
};

static void open_block(const struct em *em, struct block *b, size_t y, size_t x)
{
    const struct common_features *f = &em->input->features;
    const struct seg_view *mask = em->input->mask;
    size_t left = (size_t)f->width - x;
    b->x = x;
    b->y = y;
    b->count = left < BLOCK ? left : BLOCK;
    b->mask = mask ? (const uint8_t *)seg_row(mask, 0, (int32_t)y) + x : NULL;
    for (int32_t c = 0; c < f->channels; c++) {
        b->planes[c] = f->data + (size_t)c * f->stride + y * (size_t)f->width + x;
        if (b->count < BLOCK) {
            memset(b->padded[c], 0, sizeof b->padded[c]);
            memcpy(b->padded[c], b->planes[c], b->count * sizeof(float));
            b->planes[c] = b->padded[c];
        }
    }
}

/* What part of each pixel is of which component, and the logarithm of its density. */
COMMON_INLINE void weigh_body(const struct em *em, struct block *b)
{
    const struct cluster_mixture *m = em->mixture;
    for (size_t p = 0; p < BLOCK; p++) {
        b->most[p] = -1e30f;
        b->density[p] = 0;
    }
    for (int32_t k = 0; k < m->count; k++) {
        const struct cluster_normal *normal = &m->normal[k];
        common_normal_log(normal->mean, normal->whiten, normal->base, b->planes, 0,
                          em->input->features.channels, b->weight[k]);
        for (size_t p = 0; p < BLOCK; p++)
            b->most[p] = b->weight[k][p] > b->most[p] ? b->weight[k][p] : b->most[p];
    }
    for (int32_t k = 0; k < m->count; k++)
        for (size_t p = 0; p < BLOCK; p++) {
            b->weight[k][p] = fast_exp(b->weight[k][p] - b->most[p]);
            b->density[p] += b->weight[k][p];
        }
    for (int32_t k = 0; k < m->count; k++)
        for (size_t p = 0; p < BLOCK; p++)
            b->weight[k][p] /= b->density[p];
    for (size_t p = 0; p < BLOCK; p++)
        b->density[p] = b->most[p] + fast_log(b->density[p]);
}

COMMON_INLINE double add_lanes(lane v)
{
    return (double)(((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])));
}

COMMON_INLINE void add_body(const struct em *em, const struct block *b, struct moments *moments)
{
    int32_t channels = em->input->features.channels;
    for (int32_t k = 0; k < em->mixture->count; k++) {
        const float *mean = em->mixture->normal[k].mean;
        lane weight = {0}, first[CLUSTER_CHANNELS], second[CLUSTER_TRIANGLE];
        memset(first, 0, sizeof first);
        memset(second, 0, sizeof second);
        for (size_t p = 0; p < BLOCK; p += 8) {
            const lane part = LANE(&b->weight[k][p]);
            lane apart[CLUSTER_CHANNELS], *product = second;
            weight += part;
            for (int32_t i = 0; i < channels; i++) {
                apart[i] = LANE(b->planes[i] + p) - mean[i];
                const lane share = part * apart[i];
                first[i] += share;
                for (int32_t j = 0; j <= i; j++)
                    *product++ += share * apart[j];
            }
        }
        moments[k].weight += add_lanes(weight);
        for (int32_t i = 0; i < channels; i++)
            moments[k].mean[i] += add_lanes(first[i]);
        for (int32_t i = 0; i < channels * (channels + 1) / 2; i++)
            moments[k].product[i] += add_lanes(second[i]);
    }
}

static void weigh_portable(const struct em *em, struct block *b)
{
    weigh_body(em, b);
}

COMMON_AVX2 static void weigh_avx2(const struct em *em, struct block *b)
{
    weigh_body(em, b);
}

static void add_portable(const struct em *em, const struct block *b, struct moments *moments)
{
    add_body(em, b, moments);
}

COMMON_AVX2 static void add_avx2(const struct em *em, const struct block *b,
                                 struct moments *moments)
{
    add_body(em, b, moments);
}

/* Takes pixels that do not count out; returns the sum of the others' densities. */
static double hide_pixels(const struct em *em, struct block *b)
{
    double sum = 0;
    for (size_t p = 0; p < BLOCK; p++) {
        if (p < b->count && (!b->mask || b->mask[p]))
            sum += (double)b->density[p];
        else
            for (int32_t k = 0; k < em->mixture->count; k++)
                b->weight[k][p] = 0;
    }
    return sum;
}

static void write_block(const struct em *em, const struct block *b)
{
    int32_t *labels = (int32_t *)seg_row(em->labels, 0, (int32_t)b->y) + b->x;
    for (size_t p = 0; p < b->count; p++) {
        int32_t best = 0;
        bool in = !b->mask || b->mask[p];
        for (int32_t k = 0; k < em->mixture->count; k++) {
            float *score = (float *)seg_row(em->scores, k, (int32_t)b->y) + b->x;
            score[p] = in ? b->weight[k][p] : 1 / (float)em->mixture->count;
            best = b->weight[k][p] > b->weight[best][p] ? k : best;
        }
        labels[p] = in ? best + 1 : 0;
    }
}

static int do_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct em *em = arg;
    const struct common_features *f = &em->input->features;
    struct block *b = em->blocks + worker;
    bool avx2 = common_cpu_avx2();
    for (size_t strip = begin; strip < end; strip++) {
        struct moments *moments = em->moments + strip * (size_t)em->mixture->count;
        memset(moments, 0, (size_t)em->mixture->count * sizeof *moments);
        em->likelihood[strip] = 0;
        for (size_t y = strip * STRIP; y < (strip + 1) * STRIP && y < (size_t)f->height; y++)
            for (size_t x = 0; x < (size_t)f->width; x += BLOCK) {
                open_block(em, b, y, x);
                (avx2 ? weigh_avx2 : weigh_portable)(em, b);
                if (em->labels) {
                    write_block(em, b);
                    continue;
                }
                em->likelihood[strip] += hide_pixels(em, b);
                (avx2 ? add_avx2 : add_portable)(em, b, moments);
            }
    }
    return SEG_OK;
}

static int open_em(struct em *em)
{
    const struct common_env *env = em->env;

    em->strips = ((size_t)em->input->features.height + STRIP - 1) / STRIP;
    if (!COMMON_SCRATCH(env, em->moments, em->strips * (size_t)em->mixture->count) ||
        !COMMON_SCRATCH(env, em->likelihood, em->strips) ||
        !COMMON_SCRATCH(env, em->blocks, env->host->workers(env->call)))
        return common_nomem(env);
    return SEG_OK;
}

/* The component that has these moments of all `pixels`. */
static void fit(struct cluster_normal *normal, const struct moments *sum, int32_t channels,
                double pixels)
{
    double product[CLUSTER_TRIANGLE], *to = product;
    const double *from = sum->product;
    if (!(sum->weight > 1e-6)) { /* far below what any other component says */
        normal->base = -1e30f;
        return;
    }
    for (int32_t i = 0; i < channels; i++)
        for (int32_t j = 0; j <= i; j++)
            *to++ = *from++ / sum->weight -
                    sum->mean[i] / sum->weight * (sum->mean[j] / sum->weight) +
                    (i == j ? least_variance : 0);
    double logs = common_normal_whiten(product, channels, least_variance);
    for (int32_t i = 0; i < channels; i++)
        normal->mean[i] += (float)(sum->mean[i] / sum->weight);
    for (int32_t i = 0; i < channels * (channels + 1) / 2; i++)
        normal->whiten[i] = (float)product[i];
    normal->base = (float)(log(sum->weight / pixels) - logs);
}

/* One round; `mixture` is what em->mixture shows. */
static int improve(struct em *em, struct cluster_mixture *mixture)
{
    int32_t channels = em->input->features.channels;
    double pixels = (double)em->input->pixels, likelihood = 0;
    int status = common_parallel(em->env, em->strips, 1, do_strips, em);
    for (size_t i = 0; i < em->strips && !status; i++)
        likelihood += em->likelihood[i];
    for (int32_t k = 0; k < mixture->count && !status; k++) {
        struct moments sum = {0};
        for (size_t i = 0; i < em->strips; i++) {
            const struct moments *part = &em->moments[i * (size_t)mixture->count + (size_t)k];
            sum.weight += part->weight;
            for (int32_t c = 0; c < channels; c++)
                sum.mean[c] += part->mean[c];
            for (int32_t c = 0; c < channels * (channels + 1) / 2; c++)
                sum.product[c] += part->product[c];
        }
        fit(&mixture->normal[k], &sum, channels, pixels);
    }
    mixture->likelihood = likelihood / pixels;
    mixture->rounds++;
    return status;
}

int cluster_mixture_find(const struct common_env *env, const struct cluster_input *input,
                         const struct cluster_params *params, const struct cluster_means *means,
                         struct cluster_mixture *mixture)
{
    struct em em = {.env = env, .input = input, .mixture = mixture};
    memset(mixture, 0, sizeof *mixture);
    mixture->count = means->count;
    /* Round components of equal weight say which mean is nearest. */
    for (int32_t k = 0; k < means->count; k++) {
        float *whiten = mixture->normal[k].whiten;
        for (int32_t c = 0; c < input->features.channels; c++, whiten += c) {
            mixture->normal[k].mean[c] = means->mean[k][c];
            whiten[c] = 1;
        }
    }
    int status = open_em(&em);
    double before = -HUGE_VAL, rise = HUGE_VAL;
    /* the first round's likelihood is that of the round components */
    while (!status && mixture->rounds < params->iterations &&
           (mixture->rounds < 2 || rise > params->tolerance)) {
        before = mixture->likelihood;
        status = improve(&em, mixture);
        rise = mixture->likelihood - before;
        if (!status)
            status = env->host->progress(env->call, (double)mixture->rounds / params->iterations);
    }
    return status;
}

int cluster_mixture_write(const struct common_env *env, const struct cluster_input *input,
                          const struct cluster_mixture *mixture, const struct seg_view *labels,
                          const struct seg_view *scores)
{
    struct em em = {
        .env = env, .input = input, .mixture = mixture, .labels = labels, .scores = scores};
    int status = open_em(&em);
    return status ? status : common_parallel(env, em.strips, 1, do_strips, &em);
}
