/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* superpixel.snic: superpixels that grow from a grid, the nearest pixel first. */
#include "common/features.h"
#include "common/heap.h"
#include "slic.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t segments, size;
    double compactness, sigma;
};

struct cluster { /* sums */
    double x, y, color[SUPERPIXEL_MOST];
    double count;
};

struct snic {
    struct common_features in;
    struct seg_view labels;
    struct cluster *clusters;
    struct common_heap heap;
    double place, color; /* what squared distances are multiplied by */
};

/* From the mean of a cluster to a pixel. */
static float distance(const struct snic *s, const struct cluster *cluster, int32_t x, int32_t y)
{
    const float *pixel = s->in.data + (size_t)y * (size_t)s->in.width + (size_t)x;
    double dx = cluster->x / cluster->count - x, dy = cluster->y / cluster->count - y, sum = 0;
    for (int32_t k = 0; k < s->in.channels; k++, pixel += s->in.stride) {
        double d = cluster->color[k] / cluster->count - (double)*pixel;
        sum += d * d;
    }
    return (float)(sum * s->color + (dx * dx + dy * dy) * s->place);
}

static void add(const struct snic *s, struct cluster *cluster, int32_t x, int32_t y)
{
    const float *pixel = s->in.data + (size_t)y * (size_t)s->in.width + (size_t)x;
    cluster->x += x;
    cluster->y += y;
    cluster->count++;
    for (int32_t k = 0; k < s->in.channels; k++, pixel += s->in.stride)
        cluster->color[k] += (double)*pixel;
}

/* Queues the middles of a grid's cells; returns their number in *count. */
static int plant(struct snic *s, const struct common_env *env, double step, int32_t *count)
{
    int32_t columns = (int32_t)fmin(fmax(1, rint(s->in.width / step)), s->in.width);
    int32_t rows = (int32_t)fmin(fmax(1, rint(s->in.height / step)), s->in.height);
    int status = SEG_OK;
    *count = columns * rows;
    if (!COMMON_SCRATCH(env, s->clusters, (size_t)columns * (size_t)rows))
        return common_nomem(env);
    memset(s->clusters, 0, (size_t)*count * sizeof *s->clusters);
    for (int64_t i = 0; i < *count && !status; i++) {
        int64_t x = (2 * (i % columns) + 1) * s->in.width / (2 * columns);
        int64_t y = (2 * (i / columns) + 1) * s->in.height / (2 * rows);
        status = common_heap_push(&s->heap, 0, (uint32_t)(y * s->in.width + x), (uint32_t)i);
    }
    return status;
}

/* The nearest pixel that waits joins its cluster, whose mean moves, and its neighbours wait. */
static int grow(struct snic *s)
{
    static const int8_t steps[4][2] = {{0, -1}, {-1, 0}, {1, 0}, {0, 1}};
    struct common_item item;
    int status = SEG_OK;
    for (int32_t y = 0; y < s->labels.height; y++)
        memset(seg_row(&s->labels, 0, y), 0, (size_t)s->labels.width * sizeof(int32_t));
    while (!status && common_heap_pop(&s->heap, &item)) {
        int32_t x = (int32_t)(item.a % (uint32_t)s->in.width);
        int32_t y = (int32_t)(item.a / (uint32_t)s->in.width);
        int32_t *label = (int32_t *)seg_row(&s->labels, 0, y) + x;
        if (*label)
            continue;
        *label = (int32_t)item.b + 1;
        add(s, &s->clusters[item.b], x, y);
        for (int k = 0; k < 4 && !status; k++) {
            int32_t nx = x + steps[k][0], ny = y + steps[k][1];
            if (nx < 0 || ny < 0 || nx >= s->in.width || ny >= s->in.height ||
                ((const int32_t *)seg_row(&s->labels, 0, ny))[nx])
                continue;
            status = common_heap_push(&s->heap, distance(s, &s->clusters[item.b], nx, ny),
                                      (uint32_t)ny * (uint32_t)s->in.width + (uint32_t)nx, item.b);
        }
    }
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct snic s = {.heap = {.env = &env}};
    struct seg_view image;
    int32_t count = 0;
    int status = common_open(&env, &image, &s.labels);
    if (!status)
        status = common_features(&env, &image, COMMON_LAB, &s.in);
    if (status)
        return status;
    if (s.in.channels > SUPERPIXEL_MOST)
        return host->fail(call, SEG_STAGE, "the image has %d planes; at most %d can be clustered",
                          s.in.channels, SUPERPIXEL_MOST);
    if (s.in.stride > 1 << 30)
        return host->fail(call, SEG_LIMIT, "%zu pixels are too many; at most %d fit", s.in.stride,
                          1 << 30);
    status = common_features_smooth(&env, &s.in, params->sigma);
    double step = params->size ? params->size : sqrt((double)s.in.stride / params->segments);
    s.place = 1 / (step * step);
    s.color = 1 / (params->compactness * params->compactness);
    if (!status)
        status = plant(&s, &env, step, &count);
    if (!status)
        status = grow(&s);
    return status ? status : host->value(call, "superpixels", count);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, segments, 100, 1, 1 << 24, NULL, "about how many regions"),
     .alias = "n_segments"},
    {SEG_P_INT(struct params, size, 0, 0, 1 << 20, "px",
               "about how wide a region is, instead of 'segments'; 0: not given"),
     .alias = "region_size"},
    {SEG_P_FLOAT(struct params, compactness, 10, 1e-6, 1e6, NULL,
                 "how much place counts against colour")},
    {SEG_P_FLOAT(struct params, sigma, 0, 0, 100, "px", "smoothing of the colours before")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray, colour, or up to eight planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the superpixels", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage superpixel_snic = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "superpixel.snic",
    .summary = "superpixels that grow from a grid, the nearest pixel first",
    .detail = "Simple non-iterative clustering: from the middles of a grid's cells clusters grow "
              "over edge neighbours. The pixel that is nearest to its cluster's mean place and "
              "colour joins next, and moves the mean. Regions are connected, and exactly as many "
              "as the grid has cells. Colours and 'compactness' are those of superpixel.slic.\n\n"
              "Serial by nature: each pixel waits for the one before. Reports 'superpixels', how "
              "many there are.",
    .reference = "R. Achanta, S. Suesstrunk, Superpixels and polygons using simple non-iterative "
                 "clustering, IEEE Conference on Computer Vision and Pattern Recognition, 2017",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
