/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mixtures of Gaussians: learning with one component a pixel, as in C. Rother, V. Kolmogorov, A.
 * Blake, "GrabCut: interactive foreground extraction using iterated graph cuts", ACM SIGGRAPH 2004.
 */
#include "gmm.h"
#include "common/fast_math.h"
#include "common/normal.h"

#include <math.h>
#include <string.h>

enum { BLOCK = COMMON_BLOCK, CHUNK = 1 << 16, SAMPLES = 1 << 13, ROUNDS = 12 };

/* The least variance along each axis, in squared 8-bit steps: less is rounding of the samples. */
static const double least_variance = 0.01;

/* log(weight density) of one component at a block of pixels. */
COMMON_INLINE void component_log(const struct gmm *gmm, int32_t k, float *const *planes, size_t at,
                                 float *restrict out)
{
    common_normal_log(gmm->mean[k], gmm->whiten[k], gmm->base[k], planes, at, gmm->planes, out);
}

/* log of the mixture's density, and the component that has most of it. */
COMMON_INLINE void mixture_log(const struct gmm *gmm, float *const *planes, size_t at,
                               float *restrict out, int32_t *restrict best)
{
    float each[GMM_MOST][BLOCK], most[BLOCK], sum[BLOCK] = {0};
    component_log(gmm, 0, planes, at, each[0]);
    for (int32_t k = 1; k < gmm->components; k++)
        component_log(gmm, k, planes, at, each[k]);
    for (size_t p = 0; p < BLOCK; p++) {
        most[p] = each[0][p];
        best[p] = 0;
    }
    for (int32_t k = 1; k < gmm->components; k++) {
        for (size_t p = 0; p < BLOCK; p++) {
            best[p] = each[k][p] > most[p] ? k : best[p];
            most[p] = each[k][p] > most[p] ? each[k][p] : most[p];
        }
    }
    for (int32_t k = 0; k < gmm->components; k++)
        for (size_t p = 0; p < BLOCK; p++)
            sum[p] += fast_exp(each[k][p] - most[p]);
    for (size_t p = 0; p < BLOCK; p++)
        out[p] = most[p] + fast_log(sum[p]);
}

struct compare {
    const struct gmm_data *data;
    const struct gmm *gmm;
    float *odds;
};

/* `at` is the first of a whole block in `planes`. */
COMMON_INLINE void compare_block(const struct compare *c, float *const *planes, size_t at,
                                 size_t first, size_t count)
{
    float value[2][BLOCK];
    int32_t best[2][BLOCK];
    for (int side = 0; side < 2; side++) {
        mixture_log(&c->gmm[side], planes, at, value[side], best[side]);
        for (size_t p = 0; p < count; p++)
            c->data->component[side][first + p] = (uint8_t)best[side][p];
    }
    for (size_t p = 0; p < count; p++)
        c->odds[first + p] = value[1][p] - value[0][p];
}

static void compare_portable(const struct compare *c, float *const *planes, size_t at, size_t first,
                             size_t count)
{
    compare_block(c, planes, at, first, count);
}

COMMON_AVX2 static void compare_avx2(const struct compare *c, float *const *planes, size_t at,
                                     size_t first, size_t count)
{
    compare_block(c, planes, at, first, count);
}

static int compare_blocks(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct compare *c = arg;
    float rest[GMM_PLANES][BLOCK], *copies[GMM_PLANES];
    (void)worker;
    for (size_t b = begin; b < end; b++) {
        size_t first = b * BLOCK, left = c->data->count - first,
               count = left < BLOCK ? left : BLOCK;
        float *const *planes = c->data->planes;
        size_t at = first;
        if (count < BLOCK) { /* the last one is filled up */
            memset(rest, 0, sizeof rest);
            for (int32_t i = 0; i < c->gmm->planes; i++) {
                memcpy(rest[i], planes[i] + first, count * sizeof(float));
                copies[i] = rest[i];
            }
            planes = copies;
            at = 0;
        }
        if (common_cpu_avx2())
            compare_avx2(c, planes, at, first, count);
        else
            compare_portable(c, planes, at, first, count);
    }
    return SEG_OK;
}

int gmm_compare(const struct common_env *env, const struct gmm_data *data, const struct gmm gmm[2],
                float *odds)
{
    struct compare c = {data, gmm, odds};
    return common_parallel(env, (data->count - 1) / BLOCK + 1, 16, compare_blocks, &c);
}

struct sums {
    double count, mean[GMM_PLANES], product[GMM_TRIANGLE];
};

struct learn {
    const struct gmm_data *data;
    int32_t components, planes;
    struct sums *sums; /* [chunk][side][component] */
};

static int sum_chunks(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct learn *l = arg;
    const struct gmm_data *data = l->data;
    size_t each = 2 * (size_t)l->components;
    (void)worker;
    memset(l->sums + begin * each, 0, (end - begin) * each * sizeof *l->sums);
    for (size_t i = begin * CHUNK; i < end * CHUNK && i < data->count; i++) {
        uint8_t side = data->side[i];
        if (side > 1)
            continue;
        struct sums *s =
            &l->sums[i / CHUNK * each + side * (size_t)l->components + data->component[side][i]];
        double *product = s->product;
        s->count++;
        for (int32_t a = 0; a < l->planes; a++) {
            double x = (double)data->planes[a][i];
            s->mean[a] += x;
            for (int32_t b = 0; b <= a; b++)
                *product++ += x * (double)data->planes[b][i];
        }
    }
    return SEG_OK;
}

static void set_component(struct gmm *gmm, int32_t k, struct sums *s, double total)
{
    double *product = s->product;
    if (s->count == 0) { /* far below what any other component says */
        gmm->base[k] = -1e30f;
        return;
    }
    for (int32_t a = 0; a < gmm->planes; a++) {
        s->mean[a] /= s->count;
        gmm->mean[k][a] = (float)s->mean[a];
        for (int32_t b = 0; b <= a; b++, product++)
            *product =
                *product / s->count - s->mean[a] * s->mean[b] + (a == b ? least_variance : 0);
    }
    double logs = common_normal_whiten(s->product, gmm->planes, least_variance);
    for (int32_t i = 0; i < gmm->planes * (gmm->planes + 1) / 2; i++)
        gmm->whiten[k][i] = (float)s->product[i];
    gmm->base[k] = (float)(log(s->count / total) - logs);
}

int gmm_learn(const struct common_env *env, const struct gmm_data *data, struct gmm gmm[2])
{
    struct learn l = {data, gmm->components, gmm->planes, NULL};
    size_t chunks = (data->count - 1) / CHUNK + 1, each = 2 * (size_t)l.components;
    if (!COMMON_SCRATCH(env, l.sums, chunks * each))
        return common_nomem(env);
    int status = common_parallel(env, chunks, 1, sum_chunks, &l);
    if (status)
        return status;
    for (size_t chunk = 1; chunk < chunks; chunk++) {
        for (size_t i = 0; i < each; i++) {
            struct sums *to = &l.sums[i];
            const struct sums *from = &l.sums[chunk * each + i];
            to->count += from->count;
            for (int32_t a = 0; a < l.planes; a++)
                to->mean[a] += from->mean[a];
            for (int32_t a = 0; a < l.planes * (l.planes + 1) / 2; a++)
                to->product[a] += from->product[a];
        }
    }
    for (int side = 0; side < 2; side++) {
        struct sums *of_side = l.sums + side * l.components;
        double total = 0;
        for (int32_t k = 0; k < l.components; k++)
            total += of_side[k].count;
        for (int32_t k = 0; k < l.components; k++)
            set_component(&gmm[side], k, &of_side[k], total);
    }
    return SEG_OK;
}

/* k-means: `sample` holds count * planes values. */
struct means {
    int32_t planes, components;
    size_t count;
    float *sample, *nearest;
    double mean[GMM_MOST][GMM_PLANES];
};

static float to_mean(const struct means *m, size_t i, int32_t k)
{
    const float *sample = m->sample + i * (size_t)m->planes;
    float sum = 0;
    for (int32_t a = 0; a < m->planes; a++)
        sum += (sample[a] - (float)m->mean[k][a]) * (sample[a] - (float)m->mean[k][a]);
    return sum;
}

static void take_mean(struct means *m, int32_t k, size_t i)
{
    for (int32_t a = 0; a < m->planes; a++)
        m->mean[k][a] = (double)m->sample[i * (size_t)m->planes + (size_t)a];
    for (size_t s = 0; s < m->count; s++)
        m->nearest[s] = fminf(k ? m->nearest[s] : HUGE_VALF, to_mean(m, s, k));
}

/* D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007, with
 * fixed numbers instead of random ones. */
static void seed_means(struct means *m)
{
    uint32_t state = 1;
    take_mean(m, 0, m->count / 2);
    for (int32_t k = 1; k < m->components; k++) {
        double sum = 0;
        size_t chosen = 0;
        for (size_t i = 0; i < m->count; i++)
            sum += (double)m->nearest[i];
        state = state * 1664525u + 1013904223u;
        double at = sum * (double)(state >> 8) / (1 << 24);
        while (chosen + 1 < m->count && (at -= (double)m->nearest[chosen]) > 0)
            chosen++;
        take_mean(m, k, chosen);
    }
}

static void move_means(struct means *m)
{
    double count[GMM_MOST] = {0}, sum[GMM_MOST][GMM_PLANES] = {0};
    for (size_t i = 0; i < m->count; i++) {
        int32_t best = 0;
        float least = to_mean(m, i, 0);
        for (int32_t k = 1; k < m->components; k++) {
            float distance = to_mean(m, i, k);
            best = distance < least ? k : best;
            least = distance < least ? distance : least;
        }
        count[best]++;
        for (int32_t a = 0; a < m->planes; a++)
            sum[best][a] += (double)m->sample[i * (size_t)m->planes + (size_t)a];
    }
    for (int32_t k = 0; k < m->components; k++)
        for (int32_t a = 0; a < m->planes && count[k] > 0; a++)
            m->mean[k][a] = sum[k][a] / count[k];
}

/* Every so many-th pixel of a side. */
static void take_samples(struct means *m, const struct gmm_data *data, uint8_t side, size_t total)
{
    size_t step = total / SAMPLES + 1, seen = 0;
    m->count = 0;
    for (size_t i = 0; i < data->count; i++) {
        if (data->side[i] != side || seen++ % step)
            continue;
        for (int32_t a = 0; a < m->planes; a++)
            m->sample[m->count * (size_t)m->planes + (size_t)a] = data->planes[a][i];
        m->count++;
    }
}

int gmm_begin(const struct common_env *env, struct gmm_data *data, int32_t planes,
              int32_t components, struct gmm gmm[2])
{
    struct means m = {.planes = planes, .components = components};
    float *odds;
    if (!COMMON_SCRATCH(env, m.sample, (size_t)SAMPLES * (size_t)planes) ||
        !COMMON_SCRATCH(env, m.nearest, SAMPLES) || !COMMON_SCRATCH(env, odds, data->count))
        return common_nomem(env);
    for (uint8_t side = 0; side < 2; side++) {
        size_t total = 0;
        for (size_t i = 0; i < data->count; i++)
            total += data->side[i] == side;
        take_samples(&m, data, side, total);
        seed_means(&m);
        for (int i = 0; i < ROUNDS; i++)
            move_means(&m);
        /* Round components of equal weight say which mean is nearest. */
        memset(&gmm[side], 0, sizeof gmm[side]);
        gmm[side].components = components;
        gmm[side].planes = planes;
        for (int32_t k = 0; k < components; k++) {
            float *whiten = gmm[side].whiten[k];
            for (int32_t a = 0; a < planes; a++, whiten += a) {
                gmm[side].mean[k][a] = (float)m.mean[k][a];
                whiten[a] = 1;
            }
        }
    }
    int status = gmm_compare(env, data, gmm, odds);
    return status ? status : gmm_learn(env, data, gmm);
}
