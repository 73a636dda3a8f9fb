/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* superpixel.quickshift: trees of pixels that climb to where others are denser. */
#include "common/cpu.h"
#include "common/fast_math.h"
#include "common/features.h"
#include "common/forest.h"
#include "stages.h"

#include <float.h>
#include <math.h>

struct params {
    double kernel_size, max_dist, ratio, sigma;
};

enum { BLOCK = 64, MOST = 8 /* channels */ };

struct shift {
    struct common_features in;
    float *density;
    int32_t *parent; /* of each pixel; itself where none is near */
    int32_t window, reach;
    float slope; /* of the exponent over squared distance */
    float most;  /* squared distance to a parent */
};

/* The pixels of a row, of at most BLOCK, and how far to the side of them. */
struct span {
    int32_t x, y, count;
};

/* Squared distances from pixels to those dx and dy away. Those outside of the row are rubbish. */
COMMON_INLINE void distances(const struct shift *s, const struct span *at, int32_t dx, int32_t dy,
                             int32_t channels, float *restrict out)
{
    ptrdiff_t here = (ptrdiff_t)at->y * s->in.width + at->x;
    ptrdiff_t there = here + (ptrdiff_t)dy * s->in.width + dx;
    const float place = (float)(dx * dx + dy * dy);
    for (int32_t i = 0; i < at->count; i++) {
        float sum = place;
        for (int32_t k = 0; k < channels; k++) {
            const float *plane = s->in.data + (size_t)k * s->in.stride;
            float d = plane[here + i] - plane[there + i];
            sum += d * d;
        }
        out[i] = sum;
    }
}

/* The part of a span whose pixels have one dx to the side inside of the image. */
static struct span inside(const struct shift *s, struct span at, int32_t dx)
{
    int32_t begin = at.x + dx < 0 ? -dx : at.x, end = at.x + at.count;
    end = end + dx > s->in.width ? s->in.width - dx : end;
    return (struct span){begin, at.y, end > begin ? end - begin : 0};
}

COMMON_INLINE void add_density(const struct shift *s, const struct span *all, int32_t channels)
{
    const float slope = s->slope;
    float sum[BLOCK] = {0}, apart[BLOCK];
    for (int32_t dy = -s->window; dy <= s->window; dy++) {
        if (all->y + dy < 0 || all->y + dy >= s->in.height)
            continue;
        for (int32_t dx = -s->window; dx <= s->window; dx++) {
            const struct span at = inside(s, *all, dx);
            if (!at.count)
                continue;
            float *to = sum + (at.x - all->x);
            distances(s, &at, dx, dy, channels, apart);
            for (int32_t i = 0; i < at.count; i++)
                apart[i] = fast_exp(apart[i] * slope);
            for (int32_t i = 0; i < at.count; i++)
                to[i] += apart[i];
        }
    }
    memcpy(s->density + (size_t)all->y * (size_t)s->in.width + all->x, sum,
           (size_t)all->count * sizeof *sum);
}

/* The nearest denser pixel; of equally dense ones those before in raster order count as denser, so
 * that parents make no circles and even areas are one tree. */
COMMON_INLINE void find_parents(const struct shift *s, const struct span *all, int32_t channels)
{
    float nearest[BLOCK], apart[BLOCK];
    int32_t best[BLOCK];
    for (int32_t i = 0; i < all->count; i++) {
        nearest[i] = s->most;
        best[i] = 0;
    }
    for (int32_t dy = -s->reach; dy <= s->reach; dy++) {
        if (all->y + dy < 0 || all->y + dy >= s->in.height)
            continue;
        for (int32_t dx = -s->reach; dx <= s->reach; dx++) {
            const struct span at = inside(s, *all, dx);
            if (!at.count)
                continue;
            const int32_t step = dy * s->in.width + dx;
            const float *own = s->density + (size_t)at.y * (size_t)s->in.width + at.x;
            const float *other = own + step;
            float *near = nearest + (at.x - all->x);
            int32_t *to = best + (at.x - all->x);
            distances(s, &at, dx, dy, channels, apart);
            for (int32_t i = 0; i < at.count; i++) {
                int32_t denser = (other[i] > own[i]) | ((other[i] >= own[i]) & (step < 0));
                int32_t take = denser & (apart[i] <= near[i]) & ((apart[i] < near[i]) | !to[i]);
                near[i] = take ? apart[i] : near[i];
                to[i] = take ? step : to[i];
            }
        }
    }
    int32_t first = all->y * s->in.width + all->x;
    for (int32_t i = 0; i < all->count; i++)
        s->parent[first + i] = first + i + best[i];
}

#define KERNEL(name)                                                                               \
    COMMON_INLINE void name##_body(const struct shift *s, const struct span *at)                   \
    {                                                                                              \
        if (s->in.channels == 3)                                                                   \
            name(s, at, 3);                                                                        \
        else if (s->in.channels == 1)                                                              \
            name(s, at, 1);                                                                        \
        else                                                                                       \
            name(s, at, s->in.channels);                                                           \
    }                                                                                              \
    COMMON_AVX2 static void name##_avx2(const struct shift *s, const struct span *at)              \
    {                                                                                              \
        name##_body(s, at);                                                                        \
    }                                                                                              \
    static int name##_rows(void *arg, size_t begin, size_t end, unsigned worker)                   \
    {                                                                                              \
        const struct shift *s = arg;                                                               \
        bool avx2 = common_cpu_avx2();                                                             \
        (void)worker;                                                                              \
        for (size_t y = begin; y < end; y++)                                                       \
            for (int32_t x = 0; x < s->in.width; x += BLOCK) {                                     \
                struct span at = {x, (int32_t)y,                                                   \
                                  s->in.width - x < BLOCK ? s->in.width - x : BLOCK};              \
                (avx2 ? name##_avx2 : name##_body)(s, &at);                                        \
            }                                                                                      \
        return SEG_OK;                                                                             \
    }

KERNEL(add_density)
KERNEL(find_parents)

/* Numbers trees by their first pixels. */
static int number_trees(const struct common_env *env, const struct shift *s,
                        const struct seg_view *labels, int32_t *count)
{
    size_t pixels = common_pixels(labels);
    int32_t *link = common_forest(env, pixels);
    if (!link)
        return common_nomem(env);
    for (size_t i = 0; i < pixels; i++) {
        uint32_t a = common_root(link, (uint32_t)i), b = common_root(link, (uint32_t)s->parent[i]);
        if (a != b)
            common_join(link, a, b);
    }
    return common_forest_labels(env, link, labels, count);
}

static int prepare(const struct common_env *env, const struct params *params,
                   const struct seg_view *image, struct shift *s)
{
    int status = common_features(env, image, COMMON_LAB, &s->in);
    if (status)
        return status;
    if (s->in.channels > MOST)
        return env->host->fail(env->call, SEG_STAGE,
                               "the image has %d planes; at most %d can be compared",
                               s->in.channels, MOST);
    if (s->in.stride > INT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "%zu pixels are too many; at most %d fit",
                               s->in.stride, INT32_MAX);
    status = common_features_smooth(env, &s->in, params->sigma);
    for (size_t i = 0; i < s->in.stride * (size_t)s->in.channels; i++)
        s->in.data[i] *= (float)params->ratio;
    s->window = (int32_t)ceil(3 * params->kernel_size);
    s->reach = params->max_dist < s->window ? (int32_t)params->max_dist : s->window;
    s->slope = (float)(-0.5 / (params->kernel_size * params->kernel_size));
    s->most = (float)(params->max_dist * params->max_dist);
    if (!status && (!COMMON_SCRATCH(env, s->density, s->in.stride) ||
                    !COMMON_SCRATCH(env, s->parent, s->in.stride)))
        status = common_nomem(env);
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct seg_view image, labels;
    struct shift s = {0};
    int32_t count;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = prepare(&env, self, &image, &s);
    if (status)
        return status;
    size_t height = (size_t)image.height;
    status = common_parallel(&env, height, 1, add_density_rows, &s);
    if (!status)
        status = host->progress(call, 0.6);
    if (!status)
        status = common_parallel(&env, height, 1, find_parents_rows, &s);
    if (!status)
        status = number_trees(&env, &s, &labels, &count);
    return status ? status : host->value(call, "superpixels", count);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, kernel_size, 5, 0.1, 100, "px",
                 "standard deviation of the kernel that measures density")},
    {SEG_P_FLOAT(struct params, max_dist, 10, 0, 1e4, NULL,
                 "how far a denser pixel may be; larger gives larger regions")},
    {SEG_P_FLOAT(struct params, ratio, 1, 0, 1, NULL, "how much colour counts against place")},
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

const struct seg_stage superpixel_quickshift = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "superpixel.quickshift",
    .summary = "superpixels by linking each pixel to the nearest denser one",
    .detail = "Measures how dense pixels are in the space of place and colour, by a Gaussian "
              "kernel of 'kernel_size' that ends at three times that. Each pixel is linked to the "
              "nearest denser one within 'max_dist'; a region is all that is linked. RGB images "
              "are compared in L*a*b* times 'ratio'; of other images each plane is scaled to "
              "0..100.\n\n"
              "Parameters are those of scikit-image, which breaks ties between equally dense "
              "pixels by chance; here the first in raster order counts as denser, so that an even "
              "area is one region and results repeat.\n\n"
              "Time grows with the square of 'kernel_size'. Reports 'superpixels', how many came "
              "out.",
    .reference = "A. Vedaldi, S. Soatto, Quick shift and kernel methods for mode seeking, European "
                 "Conference on Computer Vision, 2008",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
