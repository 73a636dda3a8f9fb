/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contour.morph_gac: geodesic active contours, by morphology. */
#include "common/cpu.h"
#include "common/sample.h"
#include "edge_map.h"
#include "morph.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    double alpha, sigma, balloon, threshold;
    int32_t iterations, smoothing, start;
};

struct evolve {
    const struct params *params;
    struct contour_morph morph;
    struct seg_view map;
    struct seg_view along, across; /* f32: the map's differences in x and y */
    struct seg_view even;          /* u8: where a balloon moves the contour */
};

static int over_rows(struct evolve *evolve, seg_body body)
{
    return common_parallel(evolve->morph.env, (size_t)evolve->map.height,
                           common_grain(evolve->map.width), body, evolve);
}

/* Differences between the neighbours on both sides, twice those to one neighbour at the border. */
static int differ_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct evolve *evolve = arg;
    int32_t width = evolve->map.width, height = evolve->map.height;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const float *row = seg_row(&evolve->map, 0, y);
        const float *above = seg_row(&evolve->map, 0, y ? y - 1 : y);
        const float *below = seg_row(&evolve->map, 0, y + 1 < height ? y + 1 : y);
        float *along = seg_row(&evolve->along, 0, y), *across = seg_row(&evolve->across, 0, y);
        float twice = y && y + 1 < height ? 1 : 4; /* the object's difference is halved there too */
        for (int32_t x = 0; x < width; x++) {
            bool border = !x || x + 1 == width;
            along[x] =
                (border ? 4.0f : 1.0f) * (row[x + 1 < width ? x + 1 : x] - row[x ? x - 1 : x]);
            across[x] = twice * (below[x] - above[x]);
        }
    }
    return SEG_OK;
}

/* Hoare's selection: the value of that rank; the values are rearranged. */
static float pick(float *values, ptrdiff_t count, ptrdiff_t rank)
{
    for (ptrdiff_t low = 0, high = count - 1; low < high;) {
        float pivot = values[low + (high - low) / 2];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i > j)
                break;
            float swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (rank > j && rank < i)
            break;
        if (rank <= j)
            high = j;
        else
            low = i;
    }
    return values[rank];
}

/* The 40th percentile of the map. */
static int usual_threshold(const struct common_env *env, const struct seg_view *map,
                           double *threshold)
{
    float *values;
    size_t width = (size_t)map->width, count = common_pixels(map);
    if (!COMMON_SCRATCH(env, values, count))
        return common_nomem(env);
    for (int32_t y = 0; y < map->height; y++)
        memcpy(values + (size_t)y * width, seg_row(map, 0, y), width * sizeof *values);
    double place = 0.4 * (double)(count - 1);
    ptrdiff_t rank = (ptrdiff_t)place, next = rank + ((size_t)rank + 1 < count);
    double low = (double)pick(values, (ptrdiff_t)count, rank);
    double high = (double)pick(values, (ptrdiff_t)count, next);
    *threshold = low + (place - (double)rank) * (high - low);
    return SEG_OK;
}

static int find_even(struct evolve *evolve)
{
    const struct common_env *env = evolve->morph.env;
    double threshold = evolve->params->threshold;
    int status = common_scratch_view(env, &evolve->map, SEG_U8, &evolve->even);
    if (!status && !(threshold > 0))
        status = usual_threshold(env, &evolve->map, &threshold);
    threshold /= fabs(evolve->params->balloon);
    for (int32_t y = 0; y < evolve->map.height && !status; y++) {
        const float *map = seg_row(&evolve->map, 0, y);
        uint8_t *even = seg_row(&evolve->even, 0, y);
        for (int32_t x = 0; x < evolve->map.width; x++)
            even[x] = (double)map[x] > threshold;
    }
    return status;
}

/* Where it is even the object grows by the eight neighbours, or shrinks. */
COMMON_INLINE void balloon_row(const uint8_t *restrict above, const uint8_t *restrict row,
                               const uint8_t *restrict below, const uint8_t *restrict even,
                               uint8_t *restrict to, int32_t width, bool grow)
{
    for (int32_t x = 0; x < width; x++) {
        int any = above[x - 1] | above[x] | above[x + 1] | row[x - 1] | row[x] | row[x + 1] |
                  below[x - 1] | below[x] | below[x + 1];
        int all = above[x - 1] & above[x] & above[x + 1] & row[x - 1] & row[x] & row[x + 1] &
                  below[x - 1] & below[x] & below[x + 1];
        to[x] = (uint8_t)(even[x] ? grow ? any : all : row[x]);
    }
}

COMMON_AVX2 static void balloon_row_avx2(const uint8_t *above, const uint8_t *row,
                                         const uint8_t *below, const uint8_t *even, uint8_t *to,
                                         int32_t width, bool grow)
{
    balloon_row(above, row, below, even, to, width, grow);
}

static int balloon_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct evolve *evolve = arg;
    bool grow = evolve->params->balloon > 0, avx2 = common_cpu_avx2();
    ptrdiff_t stride = evolve->morph.object.row_stride;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const uint8_t *row = seg_row(&evolve->morph.object, 0, y);
        (avx2 ? balloon_row_avx2
              : balloon_row)(row - stride, row, row + stride, seg_row(&evolve->even, 0, y),
                             seg_row(&evolve->morph.spare, 0, y), evolve->map.width, grow);
    }
    return SEG_OK;
}

/* The contour moves to where the map is least. */
COMMON_INLINE void attract_row(const uint8_t *restrict above, const uint8_t *restrict row,
                               const uint8_t *restrict below, const float *restrict along,
                               const float *restrict across, uint8_t *restrict to, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        float force =
            along[x] * (float)(row[x + 1] - row[x - 1]) + across[x] * (float)(below[x] - above[x]);
        to[x] = force > 0 ? 1 : force < 0 ? 0 : row[x];
    }
}

COMMON_AVX2 static void attract_row_avx2(const uint8_t *above, const uint8_t *row,
                                         const uint8_t *below, const float *along,
                                         const float *across, uint8_t *to, int32_t width)
{
    attract_row(above, row, below, along, across, to, width);
}

static int attract_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct evolve *evolve = arg;
    bool avx2 = common_cpu_avx2();
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const struct contour_row at = contour_row_open(&evolve->morph, y);
        (avx2 ? attract_row_avx2 : attract_row)(at.above, at.row, at.below,
                                                seg_row(&evolve->along, 0, y),
                                                seg_row(&evolve->across, 0, y), at.to, at.width);
        contour_row_close(&at);
    }
    return SEG_OK;
}

static int prepare(struct evolve *evolve, const struct seg_view *image)
{
    const struct params *params = evolve->params;
    const struct common_env *env = evolve->morph.env;
    int status = contour_edge_map(env, image, params->alpha, params->sigma, &evolve->map);
    if (!status)
        status = common_scratch_view(env, image, SEG_F32, &evolve->along);
    if (!status)
        status = common_scratch_view(env, image, SEG_F32, &evolve->across);
    if (!status)
        status = over_rows(evolve, differ_rows);
    return status || params->balloon == 0 ? status : find_even(evolve);
}

static int step(struct evolve *evolve)
{
    int status = SEG_OK;
    if (evolve->params->balloon != 0) {
        status = over_rows(evolve, balloon_rows);
        contour_swap(&evolve->morph);
    }
    if (!status)
        status = over_rows(evolve, attract_rows);
    contour_swap(&evolve->morph);
    for (int32_t k = 0; k < evolve->params->smoothing && !status; k++)
        status = contour_smooth(&evolve->morph);
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct evolve evolve = {.params = self};
    struct seg_view image, mask, init = SEG_VIEW;
    int status = common_open(&env, &image, &mask);
    if (status)
        return status;
    int absent = host->input(call, 1, &init);
    if (absent && absent != SEG_ABSENT)
        return absent;
    status =
        contour_begin(&evolve.morph, &env, &image, absent ? NULL : &init, evolve.params->start);
    if (!status)
        status = prepare(&evolve, &image);
    for (int32_t i = 0; i < evolve.params->iterations && !status; i++) {
        status = step(&evolve);
        if (!status)
            status = host->progress(call, (i + 1.0) / evolve.params->iterations);
    }
    return status ? status : contour_end(&evolve.morph, &mask);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, iterations, 50, 0, 100000, NULL, "steps of the contour")},
    {SEG_P_INT(struct params, smoothing, 1, 0, 100, NULL, "smoothing in each step")},
    {SEG_P_FLOAT(struct params, balloon, 0, -1e6, 1e6, NULL,
                 "above 0 the contour grows where the image is even, below 0 it shrinks")},
    {SEG_P_FLOAT(struct params, threshold, 0, 0, 1e6, NULL,
                 "it is even where the map exceeds this, divided by the balloon's strength; 0: "
                 "the map's 40th percentile")},
    {SEG_P_FLOAT(struct params, alpha, 100, 0, 1e9, NULL,
                 "how soon an edge stops the contour; 0: the image is itself near 0 at edges")},
    {SEG_P_FLOAT(struct params, sigma, 5, 0.1, 1000, "px", "smoothing of the edges")},
    {SEG_P_CHOICE(struct params, start, CONTOUR_DISK, contour_starts,
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
    {.name = "mask", .summary = "the inside of the contour", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

const struct seg_stage contour_morph_gac = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "contour.morph_gac",
    .summary = "move a contour to the edges of an object",
    .detail = "Makes a map of the image's edges, 1 / sqrt(1 + alpha g) with g the length of its "
              "gradient under a Gaussian of 'sigma', and moves a contour to where the map is "
              "least nearby, by morphological steps. It must begin not far from the edge, or "
              "outside (inside) of the object with a 'balloon' below (above) 0 that carries it "
              "there. Where gaps in the edge are small, smoothing closes them.\n\n"
              "Samples of 8 and 16 bits are scaled to 0..1, floating point is taken as it is; NaN "
              "and infinities count as 0. Reports 'area'.",
    .reference = "P. Marquez-Neila, L. Baumela, L. Alvarez, A morphological approach to "
                 "curvature-based evolution of curves and surfaces, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 36 (1), 2014; V. Caselles, R. Kimmel, "
                 "G. Sapiro, Geodesic active contours, International Journal of Computer Vision "
                 "22 (1), 1997",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
