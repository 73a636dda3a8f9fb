/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Achanta et al., SLIC superpixels compared to state-of-the-art superpixel methods, IEEE
 * Transactions on Pattern Analysis and Machine Intelligence 34 (11), 2012.
 *
 * Clusters of place and colour start on a grid of step S. In each round a pixel goes to the
 * nearest of the clusters within S of it, and clusters move to their mean. The image is cut into
 * strips S high that work by themselves: each has the list of the clusters that reach it, a pixel
 * holds its cluster's place in that list, and the strips' sums are added in order. Rounds but the
 * last one look at every third row, another one each time: means need no more. */
#include "slic.h"

#include "common/cpu.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define THIN 3 /* rows of which one is looked at */

struct cluster {
    float x, y, color[SUPERPIXEL_MOST];
    float spread; /* what colours are divided by, squared */
};

struct sums {
    double x, y, color[SUPERPIXEL_MOST];
    int64_t count;
    float spread;
};

struct slic {
    const struct common_env *env;
    const struct seg_view *labels, *mask;
    const float *features;
    size_t stride;
    int32_t width, height, channels, step, strip;
    float weight; /* of place: 1 / step^2 */
    float spread; /* what colours are divided by, squared: compactness^2 */
    bool adapt;   /* by each cluster's own spread, which begins there */
    struct cluster *clusters;
    int32_t count;
    size_t strips;
    uint32_t *first; /* of strip s: list[first[s]] .. list[first[s + 1] - 1] */
    int32_t *list;
    struct sums *sums; /* beside `list` */
    float *distance;   /* a row for each worker */
    int32_t row, rows; /* of each strip: the first one that is looked at, and how far to the next */
};

/* The pixel of the mask in a cell of the grid that is nearest to the middle of those in it; returns
 * how many there are. */
static int64_t cell_middle(const struct seg_view *mask, const int32_t cell[4], int32_t *mx,
                           int32_t *my)
{
    int64_t count = 0, sum_x = 0, sum_y = 0;
    double least = DBL_MAX;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t y = cell[1]; y < cell[3]; y++) {
            const uint8_t *row = seg_row(mask, 0, y);
            for (int32_t x = cell[0]; x < cell[2]; x++) {
                if (!row[x])
                    continue;
                if (pass == 0) {
                    count++;
                    sum_x += x;
                    sum_y += y;
                    continue;
                }
                double dx = x - (double)sum_x / (double)count;
                double dy = y - (double)sum_y / (double)count;
                if (dx * dx + dy * dy < least) {
                    least = dx * dx + dy * dy;
                    *mx = x;
                    *my = y;
                }
            }
        }
    return count;
}

/* Clusters on a grid, in the middle of its cells. Where there is a mask, cells are gone through
 * from left to right and back, and one that completes a cluster's share of the mask gets one. */
static int lay_grid(struct slic *slic)
{
    int32_t columns = slic->width / slic->step, rows = slic->height / slic->step;
    columns = columns ? columns : 1;
    rows = rows ? rows : 1;
    if (!COMMON_SCRATCH(slic->env, slic->clusters, (size_t)columns * (size_t)rows))
        return common_nomem(slic->env);
    double share = (double)slic->step * slic->step, due = share / 2;
    for (int32_t j = 0; j < rows; j++)
        for (int32_t k = 0; k < columns; k++) {
            int32_t i = slic->mask && j % 2 ? columns - 1 - k : k;
            struct cluster cluster = {.x = ((float)i + 0.5f) * (float)slic->width / (float)columns,
                                      .y = ((float)j + 0.5f) * (float)slic->height / (float)rows,
                                      .spread = slic->spread};
            int32_t x = (int32_t)cluster.x, y = (int32_t)cluster.y;
            if (slic->mask) {
                const int32_t cell[4] = {
                    (int32_t)((int64_t)slic->width * i / columns),
                    (int32_t)((int64_t)slic->height * j / rows),
                    (int32_t)((int64_t)slic->width * (i + 1) / columns),
                    (int32_t)((int64_t)slic->height * (j + 1) / rows),
                };
                int64_t area = cell_middle(slic->mask, cell, &x, &y);
                due += (double)area;
                if (!area || due < share)
                    continue;
                due -= share;
                cluster.x = (float)x;
                cluster.y = (float)y;
            }
            for (int32_t c = 0; c < slic->channels; c++)
                cluster.color[c] = slic->features[(size_t)c * slic->stride +
                                                  (size_t)y * (size_t)slic->width + (size_t)x];
            slic->clusters[slic->count++] = cluster;
        }
    return SEG_OK;
}

static void strips_of(const struct slic *slic, const struct cluster *cluster, int32_t *from,
                      int32_t *to)
{
    int32_t y = (int32_t)cluster->y, last = (int32_t)slic->strips - 1;
    *from = (y > slic->step ? y - slic->step : 0) / slic->strip;
    *to = (y + slic->step) / slic->strip;
    *to = *to < last ? *to : last;
}

/* Lists for each strip the clusters that reach it. */
static void list_clusters(struct slic *slic)
{
    int32_t from, to;
    memset(slic->first, 0, (slic->strips + 2) * sizeof *slic->first);
    for (int32_t k = 0; k < slic->count; k++) {
        strips_of(slic, &slic->clusters[k], &from, &to);
        for (int32_t s = from; s <= to; s++)
            slic->first[s + 2]++;
    }
    for (size_t s = 2; s < slic->strips + 2; s++)
        slic->first[s] += slic->first[s - 1];
    for (int32_t k = 0; k < slic->count; k++) {
        strips_of(slic, &slic->clusters[k], &from, &to);
        for (int32_t s = from; s <= to; s++)
            slic->list[slic->first[s + 1]++] = k;
    }
}

struct span {
    int32_t begin, end; /* columns */
    float dy2;          /* square of the rows between, weighted */
};

/* Claims the pixels of one row that are nearer to this cluster than to those before. */
COMMON_INLINE void claim(const struct slic *slic, const struct cluster *cluster,
                         const struct span *span, int32_t number, const float *restrict row,
                         float *restrict distance, int32_t *restrict labels, int32_t channels)
{
    const float weight = slic->weight, dy2 = span->dy2, cx = cluster->x;
    const float share = 1 / cluster->spread;
    const size_t stride = slic->stride;
    float color[SUPERPIXEL_MOST];
    memcpy(color, cluster->color, sizeof color);
    for (int32_t x = span->begin; x < span->end; x++) {
        float dx = (float)x - cx, sum = 0;
        for (int32_t k = 0; k < channels; k++) {
            float d = row[(size_t)k * stride + (size_t)x] - color[k];
            sum += d * d;
        }
        sum = sum * share + (dx * dx * weight + dy2);
        int32_t nearer = sum < distance[x];
        labels[x] = nearer ? number : labels[x];
        distance[x] = nearer ? sum : distance[x];
    }
}

COMMON_INLINE void assign_row(const struct slic *slic, size_t strip, int32_t y, float *distance)
{
    int32_t *labels = seg_row(slic->labels, 0, y);
    const float *row = slic->features + (size_t)y * (size_t)slic->width;
    for (int32_t x = 0; x < slic->width; x++) {
        distance[x] = FLT_MAX;
        labels[x] = -1;
    }
    for (uint32_t i = slic->first[strip]; i < slic->first[strip + 1]; i++) {
        const struct cluster *cluster = &slic->clusters[slic->list[i]];
        int32_t cx = (int32_t)cluster->x, cy = (int32_t)cluster->y;
        if (y < cy - slic->step || y > cy + slic->step)
            continue;
        float dy = (float)y - cluster->y;
        struct span span = {cx - slic->step, cx + slic->step + 1, dy * dy * slic->weight};
        span.begin = span.begin > 0 ? span.begin & ~7 : 0; /* whole vectors, a little wider */
        span.end = (span.end + 7) & ~7;
        span.end = span.end < slic->width ? span.end : slic->width;
        int32_t number = (int32_t)(i - slic->first[strip]);
        if (slic->channels == 3)
            claim(slic, cluster, &span, number, row, distance, labels, 3);
        else if (slic->channels == 1)
            claim(slic, cluster, &span, number, row, distance, labels, 1);
        else
            claim(slic, cluster, &span, number, row, distance, labels, slic->channels);
    }
}

COMMON_AVX2 static void assign_row_avx2(const struct slic *slic, size_t strip, int32_t y,
                                        float *distance)
{
    assign_row(slic, strip, y, distance);
}

/* Adds up to three planes of a run: together, so that no sum waits for the one before. */
static void add_run(const float *from, int64_t length, size_t stride, double *to, int32_t planes)
{
    const float *second = planes > 1 ? from + stride : from;
    const float *third = planes > 2 ? from + 2 * stride : from;
    float a = 0, b = 0, c = 0;
    for (int64_t i = 0; i < length; i++) {
        a += from[i];
        b += second[i];
        c += third[i];
    }
    to[0] += (double)a;
    if (planes > 1)
        to[1] += (double)b;
    if (planes > 2)
        to[2] += (double)c;
}

/* Adds the pixels of one row to their clusters, a run of one label at a time. */
static void add_row(const struct slic *slic, size_t strip, int32_t y)
{
    const int32_t *labels = seg_row(slic->labels, 0, y);
    const float *row = slic->features + (size_t)y * (size_t)slic->width;
    for (int32_t x = 0, next; x < slic->width; x = next) {
        next = x + 1;
        while (next < slic->width && labels[next] == labels[x])
            next++;
        if (labels[x] < 0)
            continue;
        struct sums *sums = &slic->sums[slic->first[strip] + (uint32_t)labels[x]];
        int64_t length = next - x;
        sums->count += length;
        sums->x += (double)(x + next - 1) * (double)length / 2;
        sums->y += (double)y * (double)length;
        for (int32_t k = 0; k < slic->channels; k += 3)
            add_run(row + (size_t)k * slic->stride + x, length, slic->stride, sums->color + k,
                    slic->channels - k);
    }
}

/* The largest colour distance of each cluster's pixels. */
static void spread_row(const struct slic *slic, size_t strip, int32_t y)
{
    const int32_t *labels = seg_row(slic->labels, 0, y);
    const float *row = slic->features + (size_t)y * (size_t)slic->width;
    for (int32_t x = 0; x < slic->width; x++) {
        if (labels[x] < 0)
            continue;
        uint32_t i = slic->first[strip] + (uint32_t)labels[x];
        const struct cluster *cluster = &slic->clusters[slic->list[i]];
        float sum = 0;
        for (int32_t k = 0; k < slic->channels; k++) {
            float d = row[(size_t)k * slic->stride + (size_t)x] - cluster->color[k];
            sum += d * d;
        }
        slic->sums[i].spread = sum > slic->sums[i].spread ? sum : slic->sums[i].spread;
    }
}

/* Takes pixels outside of the mask back. */
static void hide_row(const struct slic *slic, int32_t y)
{
    const uint8_t *mask = seg_row(slic->mask, 0, y);
    int32_t *labels = seg_row(slic->labels, 0, y);
    for (int32_t x = 0; x < slic->width; x++)
        labels[x] = mask[x] ? labels[x] : -1;
}

static int do_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct slic *slic = arg;
    float *distance = slic->distance + (size_t)worker * (size_t)slic->width;
    bool avx2 = common_cpu_avx2();
    for (size_t strip = begin; strip < end; strip++) {
        uint32_t from = slic->first[strip], to = slic->first[strip + 1];
        memset(slic->sums + from, 0, (to - from) * sizeof *slic->sums);
        int32_t y = (int32_t)strip * slic->strip, last = y + slic->strip;
        last = last < slic->height ? last : slic->height;
        for (int32_t i = y + slic->row; i < last; i += slic->rows) {
            (avx2 ? assign_row_avx2 : assign_row)(slic, strip, i, distance);
            if (slic->mask)
                hide_row(slic, i);
            add_row(slic, strip, i);
        }
        for (int32_t i = y + slic->row; i < last && slic->adapt; i += slic->rows)
            spread_row(slic, strip, i);
    }
    return SEG_OK;
}

/* Moves the clusters to the means of their pixels. */
static void move(struct slic *slic, struct sums *total)
{
    memset(total, 0, (size_t)slic->count * sizeof *total);
    for (uint32_t i = 0; i < slic->first[slic->strips]; i++) {
        struct sums *sum = &total[slic->list[i]];
        const struct sums *part = &slic->sums[i];
        sum->count += part->count;
        sum->x += part->x;
        sum->y += part->y;
        sum->spread = part->spread > sum->spread ? part->spread : sum->spread;
        for (int32_t c = 0; c < slic->channels; c++)
            sum->color[c] += part->color[c];
    }
    for (int32_t k = 0; k < slic->count; k++) {
        struct cluster *cluster = &slic->clusters[k];
        if (!total[k].count)
            continue;
        double n = (double)total[k].count;
        cluster->x = (float)(total[k].x / n);
        cluster->y = (float)(total[k].y / n);
        if (slic->adapt && total[k].spread > cluster->spread)
            cluster->spread = total[k].spread;
        for (int32_t c = 0; c < slic->channels; c++)
            cluster->color[c] = (float)(total[k].color[c] / n);
    }
}

/* From places in the strips' lists to the clusters' numbers, from 1 on. */
static int name_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct slic *slic = arg;
    for (size_t y = begin * (size_t)slic->strip;
         y < end * (size_t)slic->strip && y < (size_t)slic->height; y++) {
        int32_t *labels = seg_row(slic->labels, 0, (int32_t)y);
        const int32_t *list = slic->list + slic->first[y / (size_t)slic->strip];
        bool hidden = slic->mask != NULL;
        for (int32_t x = 0; x < slic->width; x++)
            labels[x] = labels[x] >= 0 ? list[labels[x]] + 1
                        : hidden       ? 0
                                       : slic->count + 1; /* out of every cluster's reach */
        if (hidden) {
            const uint8_t *mask = seg_row(slic->mask, 0, (int32_t)y);
            for (int32_t x = 0; x < slic->width; x++)
                labels[x] = mask[x] && !labels[x] ? slic->count + 1 : labels[x];
        }
    }
    return SEG_OK;
}

static int cluster(struct slic *slic, int32_t iterations)
{
    const struct common_env *env = slic->env;
    struct sums *total;
    slic->strip = slic->step;
    slic->strips = ((size_t)slic->height + (size_t)slic->strip - 1) / (size_t)slic->strip;
    size_t most = (size_t)slic->count * 4 + 1; /* 2 step + 1 rows meet at most four strips */
    if (!COMMON_SCRATCH(env, slic->first, slic->strips + 2) ||
        !COMMON_SCRATCH(env, slic->list, most) || !COMMON_SCRATCH(env, slic->sums, most) ||
        !COMMON_SCRATCH(env, total, (size_t)slic->count + 1) ||
        !COMMON_SCRATCH(env, slic->distance,
                        (size_t)env->host->workers(env->call) * (size_t)slic->width))
        return common_nomem(env);
    int status = SEG_OK;
    for (int32_t round = 0; round < iterations && !status; round++) {
        bool all = round + 1 == iterations || slic->step < 4 * THIN;
        slic->rows = all ? 1 : THIN;
        slic->row = all ? 0 : round % THIN;
        list_clusters(slic);
        status = common_parallel(env, slic->strips, 1, do_strips, slic);
        if (!status && round + 1 < iterations)
            move(slic, total);
        if (!status)
            status = env->host->progress(env->call, (round + 1.0) / (iterations + 1.0));
    }
    return status ? status : common_parallel(env, slic->strips, 1, name_strips, slic);
}

static size_t mask_area(const struct seg_view *mask)
{
    size_t area = 0;
    for (int32_t y = 0; y < mask->height; y++) {
        const uint8_t *row = seg_row(mask, 0, y);
        for (int32_t x = 0; x < mask->width; x++)
            area += row[x];
    }
    return area;
}

int superpixel_slic_run(const struct common_env *env, const struct superpixel_slic *params,
                        bool zero, const struct seg_view *image, const struct seg_view *mask,
                        const struct seg_view *labels, int32_t *count)
{
    struct slic slic = {
        .env = env, .labels = labels, .mask = mask, .width = image->width, .height = image->height};
    struct common_features features;
    int status = common_features(env, image, COMMON_LAB, &features);
    if (status)
        return status;
    if (features.channels > SUPERPIXEL_MOST)
        return env->host->fail(env->call, SEG_STAGE,
                               "the image has %d planes; at most %d can be clustered",
                               features.channels, SUPERPIXEL_MOST);
    slic.features = features.data;
    slic.stride = features.stride;
    slic.channels = features.channels;
    status = common_features_smooth(env, &features, params->sigma);
    double area = mask ? (double)mask_area(mask) : (double)common_pixels(image);
    double step = params->size ? params->size : sqrt(area / params->segments);
    slic.step = step < 1 ? 1 : step > 1 << 24 ? 1 << 24 : (int32_t)(step + 0.5);
    slic.weight = 1 / ((float)slic.step * (float)slic.step);
    slic.spread = (float)(params->compactness * params->compactness);
    slic.adapt = zero;
    if (!status)
        status = lay_grid(&slic);
    if (!status)
        status = cluster(&slic, params->iterations);
    double least = params->min_size * slic.step * slic.step;
    return status ? status : superpixel_connect(env, &features, labels, (size_t)least, count);
}
