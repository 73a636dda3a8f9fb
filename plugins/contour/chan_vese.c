/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contour.chan_vese: active contours without edges, by a level set.
 *
 * Getreuer's scheme (Chan-Vese Segmentation, Image Processing On Line 2, 2012): each step solves
 * for a pixel's own level with its neighbours as they were before, so that rows may be done in any
 * order. The object is where the level is above 0. */
#include "common/cpu.h"
#include "common/distance.h"
#include "common/sample.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    double mu, lambda1, lambda2, tolerance, dt;
    int32_t iterations, start;
};

enum { CHECKERBOARD, DISK, SMALL_DISK };

struct sums {
    double inside, outside; /* of samples */
    double change;          /* squared, of levels */
    int32_t count;          /* of pixels inside */
};

struct evolve {
    const struct params *params;
    const struct common_env *env;
    struct seg_view image;       /* f32, 0..1 */
    struct seg_view level, next; /* f32 with a column on both sides that repeats the last one */
    struct sums *rows;
    float inside, outside; /* means */
};

static int over_rows(struct evolve *evolve, seg_body body)
{
    return common_parallel(evolve->env, (size_t)evolve->image.height,
                           common_grain(evolve->image.width), body, evolve);
}

/* 1 / sqrt(x) to 2e-7, for 1e-30 < x < 1e30: a first guess by halving the exponent, then Newton's
 * steps. Loops of it become vectors, and it is quicker than a root and a division. */
COMMON_INLINE float inverse_root(float x)
{
    uint32_t bits;
    float y;
    memcpy(&bits, &x, sizeof bits);
    bits = UINT32_C(0x5f3759df) - (bits >> 1);
    memcpy(&y, &bits, sizeof y);
    for (int i = 0; i < 3; i++)
        y *= 1.5f - 0.5f * x * y * y;
    return y;
}

/* One step of a row. The c are the weights of the four neighbours in the curvature. */
COMMON_INLINE void step_row(const struct evolve *evolve, const float *restrict above,
                            const float *restrict row, const float *restrict below,
                            const float *restrict image, float *restrict to)
{
    const float eta = 1e-16f, dt = (float)evolve->params->dt, mu = (float)evolve->params->mu;
    const float lambda1 = (float)evolve->params->lambda1, lambda2 = (float)evolve->params->lambda2;
    const float inside = evolve->inside, outside = evolve->outside;
    for (int32_t x = 0; x < evolve->image.width; x++) {
        float level = row[x], left = row[x - 1], right = row[x + 1], up = above[x], down = below[x];
        float along = (right - left) / 2, across = (down - up) / 2;
        along *= along;
        across *= across;
        float c1 = inverse_root(eta + (right - level) * (right - level) + across);
        float c2 = inverse_root(eta + (level - left) * (level - left) + across);
        float c3 = inverse_root(eta + along + (down - level) * (down - level));
        float c4 = inverse_root(eta + along + (level - up) * (level - up));
        float in = image[x] - inside, out = image[x] - outside;
        float force = lambda2 * out * out - lambda1 * in * in;
        float pull = mu * (right * c1 + left * c2 + down * c3 + up * c4);
        float delta = dt / (1 + level * level);
        to[x] = (level + delta * (pull + force)) / (1 + mu * delta * (c1 + c2 + c3 + c4));
    }
}

COMMON_AVX2 static void step_row_avx2(const struct evolve *evolve, const float *above,
                                      const float *row, const float *below, const float *image,
                                      float *to)
{
    step_row(evolve, above, row, below, image, to);
}

static void close_row(float *row, int32_t width)
{
    row[-1] = row[0];
    row[width] = row[width - 1];
}

static void sum_row(struct evolve *evolve, int32_t y, const float *was, const float *is)
{
    const float *image = seg_row(&evolve->image, 0, y);
    struct sums sums = {0, 0, 0, 0};
    double all = 0;
    for (int32_t x = 0; x < evolve->image.width; x++) {
        double change = (double)is[x] - (double)was[x];
        bool in = is[x] > 0;
        all += (double)image[x];
        sums.inside += in ? (double)image[x] : 0;
        sums.change += change * change;
        sums.count += in;
    }
    sums.outside = all - sums.inside;
    evolve->rows[y] = sums;
}

static int step_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    struct evolve *evolve = arg;
    bool avx2 = common_cpu_avx2();
    int32_t width = evolve->image.width, height = evolve->image.height;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const float *row = seg_row(&evolve->level, 0, y);
        const float *above = seg_row(&evolve->level, 0, y ? y - 1 : y);
        const float *below = seg_row(&evolve->level, 0, y + 1 < height ? y + 1 : y);
        float *to = seg_row(&evolve->next, 0, y);
        (avx2 ? step_row_avx2 : step_row)(evolve, above, row, below, seg_row(&evolve->image, 0, y),
                                          to);
        close_row(to, width);
        sum_row(evolve, y, row, to);
    }
    return SEG_OK;
}

/* Adds up the rows in order, for any number of threads; returns the levels' root mean square
 * change. */
static double add_up(struct evolve *evolve)
{
    double inside = 0, outside = 0, change = 0, count = 0;
    double all = (double)common_pixels(&evolve->image);
    for (int32_t y = 0; y < evolve->image.height; y++) {
        inside += evolve->rows[y].inside;
        outside += evolve->rows[y].outside;
        change += evolve->rows[y].change;
        count += evolve->rows[y].count;
    }
    evolve->inside = (float)(count > 0 ? inside / count : 0);
    evolve->outside = (float)(count < all ? outside / (all - count) : 0);
    return sqrt(change / all);
}

static float start_at(const struct evolve *evolve, int32_t x, int32_t y)
{
    const double pi = 3.14159265358979323846;
    int32_t middle_x = (evolve->image.width - 1) / 2, middle_y = (evolve->image.height - 1) / 2;
    double radius = middle_x < middle_y ? middle_x : middle_y, scale = radius;
    if (evolve->params->start == CHECKERBOARD)
        return (float)(sin(x * (pi / 5)) * sin(y * (pi / 5)));
    if (evolve->params->start == SMALL_DISK) {
        radius /= 2;
        scale = 3 * radius;
    }
    return (float)((radius - hypot(x - middle_x, y - middle_y)) / (scale > 0 ? scale : 1));
}

/* The level as the distance from the mask's border, up to 1 in its depth. A level of two values
 * would have no slope, and nothing without one moves. */
static int start_with(struct evolve *evolve, const struct seg_view *init)
{
    struct seg_view outside, distance;
    float deepest = 1;
    int status = common_scratch_view(evolve->env, init, SEG_U8, &outside);
    if (!status)
        status = common_scratch_view(evolve->env, init, SEG_F32, &distance);
    if (!status)
        status = common_distance(evolve->env, init, COMMON_EUCLIDEAN, &distance);
    for (int32_t y = 0; y < init->height && !status; y++) {
        const uint8_t *mask = seg_row(init, 0, y);
        const float *from = seg_row(&distance, 0, y);
        float *row = seg_row(&evolve->level, 0, y);
        uint8_t *out = seg_row(&outside, 0, y);
        for (int32_t x = 0; x < init->width; x++) {
            out[x] = !mask[x];
            row[x] = from[x] - 0.5f;
            deepest = from[x] > deepest ? from[x] : deepest;
        }
    }
    if (!status)
        status = common_distance(evolve->env, &outside, COMMON_EUCLIDEAN, &distance);
    for (int32_t y = 0; y < init->height && !status; y++) {
        const uint8_t *mask = seg_row(init, 0, y);
        const float *from = seg_row(&distance, 0, y);
        float *row = seg_row(&evolve->level, 0, y);
        for (int32_t x = 0; x < init->width; x++)
            row[x] = (mask[x] ? row[x] : 0.5f - from[x]) / deepest;
    }
    return status;
}

static int start(struct evolve *evolve, const struct seg_view *init)
{
    int32_t width = evolve->image.width;
    int status = init ? start_with(evolve, init) : SEG_OK;
    for (int32_t y = 0; y < evolve->image.height && !status; y++) {
        float *row = seg_row(&evolve->level, 0, y);
        for (int32_t x = 0; x < width && !init; x++)
            row[x] = start_at(evolve, x, y);
        close_row(row, width);
        sum_row(evolve, y, row, row);
    }
    return status;
}

/* Scales the samples to 0..1; what is not finite becomes the least. */
static int scale_image(struct evolve *evolve, const struct seg_view *image)
{
    float low = INFINITY, high = -INFINITY;
    int status = common_scratch_view(evolve->env, image, SEG_F32, &evolve->image);
    if (status)
        return status;
    for (int32_t y = 0; y < image->height; y++) {
        float *row = seg_row(&evolve->image, 0, y);
        common_floats(image, 0, y, 0, (size_t)image->width, row);
        for (int32_t x = 0; x < image->width; x++) {
            low = row[x] < low && row[x] > -INFINITY ? row[x] : low;
            high = row[x] > high && row[x] < INFINITY ? row[x] : high;
        }
    }
    double range = (double)high - (double)low;
    for (int32_t y = 0; y < image->height; y++) {
        float *row = seg_row(&evolve->image, 0, y);
        for (int32_t x = 0; x < image->width; x++)
            row[x] = row[x] > low && row[x] < INFINITY
                         ? (float)(((double)row[x] - (double)low) / range)
                         : 0;
    }
    return SEG_OK;
}

static int level_view(const struct evolve *evolve, struct seg_view *view)
{
    struct seg_view wider = evolve->image;
    wider.width += 2;
    int status = common_scratch_view(evolve->env, &wider, SEG_F32, view);
    if (!status)
        view->data = (float *)view->data + 1;
    return status;
}

static int finish(const struct evolve *evolve, const struct seg_view *mask, int32_t iterations)
{
    uint64_t area = 0;
    for (int32_t y = 0; y < mask->height; y++) {
        const float *level = seg_row(&evolve->level, 0, y);
        uint8_t *to = seg_row(mask, 0, y);
        for (int32_t x = 0; x < mask->width; x++)
            area += to[x] = level[x] > 0;
    }
    int status = evolve->env->host->value(evolve->env->call, "iterations", iterations);
    return status ? status : evolve->env->host->value(evolve->env->call, "area", (double)area);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct evolve evolve = {.params = self, .env = &env};
    struct seg_view image, mask, init = SEG_VIEW;
    int status = common_open(&env, &image, &mask);
    if (status)
        return status;
    int absent = host->input(call, 1, &init);
    if (absent && absent != SEG_ABSENT)
        return absent;
    status = scale_image(&evolve, &image);
    if (!status)
        status = level_view(&evolve, &evolve.level);
    if (!status)
        status = level_view(&evolve, &evolve.next);
    if (!status && !COMMON_SCRATCH(&env, evolve.rows, image.height))
        status = common_nomem(&env);
    if (!status)
        status = start(&evolve, absent ? NULL : &init);
    if (status)
        return status;
    add_up(&evolve);
    int32_t i = 0;
    for (double change = INFINITY;
         i < evolve.params->iterations && change > evolve.params->tolerance && !status; i++) {
        status = over_rows(&evolve, step_rows);
        struct seg_view swap = evolve.level;
        evolve.level = evolve.next;
        evolve.next = swap;
        change = add_up(&evolve);
        if (!status)
            status = host->progress(call, (i + 1.0) / evolve.params->iterations);
    }
    return status ? status : finish(&evolve, &mask, i);
}

static const struct seg_choice starts[] = {
    [CHECKERBOARD] = {"checkerboard", "waves ten pixels long, along and across"},
    [DISK] = {"disk", "a cone whose base is the largest disk"},
    [SMALL_DISK] = {"small_disk", "a cone whose base is a disk of half the size"},
};

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, mu, 0.25, 0, 1e6, NULL,
                 "weight of the contour's length; more makes it rounder")},
    {SEG_P_FLOAT(struct params, lambda1, 1, 0, 1e6, NULL, "how like the inside is to be")},
    {SEG_P_FLOAT(struct params, lambda2, 1, 0, 1e6, NULL, "how like the outside is to be")},
    {SEG_P_FLOAT(struct params, tolerance, 1e-3, 0, 1e6, NULL,
                 "ends when levels change by less, root mean square"),
     .alias = "tol"},
    {SEG_P_FLOAT(struct params, dt, 0.5, 1e-6, 1e3, NULL, "length of a step")},
    {SEG_P_INT(struct params, iterations, 500, 0, 100000, NULL, "steps, at most"),
     .alias = "max_num_iter"},
    {SEG_P_CHOICE(struct params, start, CHECKERBOARD, starts,
                  "where it begins when 'init' is not connected")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "one plane of samples",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
    {.name = "init",
     .summary = "what the contour begins with",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "mask", .summary = "one of two phases", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

const struct seg_stage contour_chan_vese = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "contour.chan_vese",
    .summary = "split an image in two even phases by a level set",
    .detail = "Moves a contour so that inside and outside are each as even as can be, and as "
              "short as 'mu' makes it; the contour is where a level is 0, and it may split and "
              "join. It needs no edges, only different means. Samples are scaled so that they "
              "range from 0 to 1, whatever their type; NaN and infinities count as 0.\n\n"
              "Which of the two phases is the object depends on where it begins; a mask at "
              "'init' decides it. A step takes time by the pixel; contour.morph_chan_vese is "
              "quicker and less exact. Reports 'iterations' and 'area'.",
    .reference = "T. F. Chan, L. A. Vese, Active contours without edges, IEEE Transactions on "
                 "Image Processing 10 (2), 2001; P. Getreuer, Chan-Vese segmentation, Image "
                 "Processing On Line 2, 2012",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
