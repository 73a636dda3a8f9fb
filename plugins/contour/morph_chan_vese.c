/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contour.morph_chan_vese: active contours without edges, by morphology. */
#include "common/cpu.h"
#include "common/sample.h"
#include "morph.h"
#include "stages.h"

struct params {
    int32_t iterations, smoothing, start;
    double lambda1, lambda2;
};

struct evolve {
    const struct params *params;
    struct contour_morph morph;
    struct seg_view image; /* f32 */
    double (*sums)[3];     /* of each row: inside, outside, and how many pixels are inside */
    double in, out;        /* means */
};

static int sum_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct evolve *evolve = arg;
    for (size_t y = begin; y < end; y++) {
        const float *image = seg_row(&evolve->image, 0, (int32_t)y);
        const uint8_t *object = seg_row(&evolve->morph.object, 0, (int32_t)y);
        double sum[2] = {0, 0};
        int32_t count = 0;
        for (int32_t x = 0; x < evolve->image.width; x++) {
            sum[object[x]] += (double)image[x];
            count += object[x];
        }
        evolve->sums[y][0] = sum[1];
        evolve->sums[y][1] = sum[0];
        evolve->sums[y][2] = count;
    }
    return SEG_OK;
}

static int means(struct evolve *evolve)
{
    size_t height = (size_t)evolve->image.height;
    int status = common_parallel(evolve->morph.env, height, common_grain(evolve->image.width),
                                 sum_rows, evolve);
    double in = 0, out = 0, count = 0, all = (double)common_pixels(&evolve->image);
    for (size_t y = 0; y < height && !status; y++) {
        in += evolve->sums[y][0];
        out += evolve->sums[y][1];
        count += evolve->sums[y][2];
    }
    evolve->in = count > 0 ? in / count : 0;
    evolve->out = count < all ? out / (all - count) : 0;
    return status;
}

/* Pixels at the contour go to the side whose mean they are nearer to. */
COMMON_INLINE void attach_row(const struct evolve *evolve, const uint8_t *restrict above,
                              const uint8_t *restrict row, const uint8_t *restrict below,
                              const float *restrict image, uint8_t *restrict to)
{
    const float mean_in = (float)evolve->in, mean_out = (float)evolve->out;
    const float lambda1 = (float)evolve->params->lambda1, lambda2 = (float)evolve->params->lambda2;
    for (int32_t x = 0; x < evolve->image.width; x++) {
        float in = image[x] - mean_in, out = image[x] - mean_out;
        float force = lambda1 * in * in - lambda2 * out * out;
        int inside = force < 0 ? 1 : force > 0 ? 0 : row[x];
        int edge = (row[x - 1] ^ row[x + 1]) | (above[x] ^ below[x]);
        to[x] = (uint8_t)(edge ? inside : row[x]);
    }
}

COMMON_AVX2 static void attach_row_avx2(const struct evolve *evolve, const uint8_t *above,
                                        const uint8_t *row, const uint8_t *below,
                                        const float *image, uint8_t *to)
{
    attach_row(evolve, above, row, below, image, to);
}

static int attach_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct evolve *evolve = arg;
    bool avx2 = common_cpu_avx2();
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const struct contour_row at = contour_row_open(&evolve->morph, y);
        (avx2 ? attach_row_avx2 : attach_row)(evolve, at.above, at.row, at.below,
                                              seg_row(&evolve->image, 0, y), at.to);
        contour_row_close(&at);
    }
    return SEG_OK;
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
        status = common_float_plane(&env, &image, 0, &evolve.image);
    if (!status && !COMMON_SCRATCH(&env, evolve.sums, image.height))
        return common_nomem(&env);
    for (int32_t i = 0; i < evolve.params->iterations && !status; i++) {
        status = means(&evolve);
        if (!status)
            status = common_parallel(&env, (size_t)image.height, common_grain(image.width),
                                     attach_rows, &evolve);
        contour_swap(&evolve.morph);
        for (int32_t k = 0; k < evolve.params->smoothing && !status; k++)
            status = contour_smooth(&evolve.morph);
        if (!status)
            status = host->progress(call, (i + 1.0) / evolve.params->iterations);
    }
    return status ? status : contour_end(&evolve.morph, &mask);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, iterations, 50, 0, 100000, NULL, "steps of the contour")},
    {SEG_P_INT(struct params, smoothing, 1, 0, 100, NULL, "smoothing in each step")},
    {SEG_P_FLOAT(struct params, lambda1, 1, 0, 1e6, NULL, "how like the inside is to be")},
    {SEG_P_FLOAT(struct params, lambda2, 1, 0, 1e6, NULL, "how like the outside is to be")},
    {SEG_P_CHOICE(struct params, start, CONTOUR_CHECKERBOARD, contour_starts,
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

const struct seg_stage contour_morph_chan_vese = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "contour.morph_chan_vese",
    .summary = "split an image in two phases by active contours without edges",
    .detail = "Moves a contour so that inside and outside are each as even as can be, and keeps it "
              "smooth by morphological steps. It needs no edges, only different means. Which of "
              "the two phases is the object depends on where it begins. Reports 'area'.",
    .reference = "P. Marquez-Neila, L. Baumela, L. Alvarez, A morphological approach to "
                 "curvature-based evolution of curves and surfaces, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 36 (1), 2014",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
