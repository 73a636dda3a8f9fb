/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines and tubes at several scales, from the eigenvalues of the Hessian: filter.frangi, sato. */
#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "correlate.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    struct seg_floats sigmas;
    bool black_ridges;
    int32_t border;
    double beta, gamma; /* frangi */
};

struct ridge {
    const struct params *params;
    bool frangi;
    struct seg_view smooth, out; /* f32, one plane */
    bool first;                  /* no smaller scale was there yet */
    float scale;                 /* of the Hessian: samples to 0..1, sigma^2, -1 for dark ridges */
    float *room;                 /* ROWS rows for each worker */
};

enum { ABOVE, BELOW, XX, XY, YY, ROWS };

/* The derivative along a row; at its ends over one pixel. */
COMMON_INLINE void derive_row(const float *from, int32_t width, float *restrict to)
{
    for (int32_t x = 1; x < width - 1; x++)
        to[x] = (from[x + 1] - from[x - 1]) * 0.5f;
    to[0] = width > 1 ? from[1] - from[0] : 0;
    to[width - 1] = width > 1 ? from[width - 1] - from[width - 2] : 0;
}

/* What two rows differ by, for each row between. */
COMMON_INLINE void difference_row(const float *above, const float *below, int32_t rows,
                                  int32_t width, float *restrict to)
{
    float scale = rows ? 1 / (float)rows : 0;
    for (int32_t x = 0; x < width; x++)
        to[x] = (below[x] - above[x]) * scale;
}

/* The second derivatives of row `y`: differences of differences. */
COMMON_INLINE void hessian_body(const struct ridge *ridge, int32_t y, float *const rows[ROWS])
{
    const struct seg_view *smooth = &ridge->smooth;
    int32_t width = smooth->width, last = smooth->height - 1;
    int32_t above = y > 0 ? y - 1 : 0, below = y < last ? y + 1 : last;
    int32_t above2 = above > 0 ? above - 1 : 0, above1 = above < last ? above + 1 : last;
    int32_t below1 = below > 0 ? below - 1 : 0, below2 = below < last ? below + 1 : last;
    difference_row(seg_row(smooth, 0, above2), seg_row(smooth, 0, above1), above1 - above2, width,
                   rows[ABOVE]);
    difference_row(seg_row(smooth, 0, below1), seg_row(smooth, 0, below2), below2 - below1, width,
                   rows[BELOW]);
    difference_row(rows[ABOVE], rows[BELOW], below - above, width, rows[YY]);
    difference_row(seg_row(smooth, 0, above), seg_row(smooth, 0, below), below - above, width,
                   rows[ABOVE]);
    derive_row(rows[ABOVE], width, rows[XY]);
    derive_row(seg_row(smooth, 0, y), width, rows[ABOVE]);
    derive_row(rows[ABOVE], width, rows[XX]);
    for (int32_t x = 0; x < width; x++) { /* eigenvalues: the larger one to ABOVE */
        float xx = rows[XX][x] * ridge->scale, xy = rows[XY][x] * ridge->scale;
        float yy = rows[YY][x] * ridge->scale;
        float mean = (xx + yy) * 0.5f, half = (xx - yy) * 0.5f;
        float root = sqrtf(half * half + xy * xy);
        rows[ABOVE][x] = mean + root;
        rows[BELOW][x] = mean - root;
    }
}

COMMON_AVX2 static void hessian_avx2(const struct ridge *ridge, int32_t y, float *const rows[ROWS])
{
    hessian_body(ridge, y, rows);
}

static float vesselness(const struct params *params, float larger, float smaller)
{
    bool swap = fabsf(larger) < fabsf(smaller);
    float strong = swap ? smaller : larger, weak = swap ? larger : smaller;
    if (!(strong < 0))
        return 0;
    float blob = weak / strong, beta = 2 * (float)(params->beta * params->beta);
    float strength = strong * strong + weak * weak;
    float gamma = 2 * (float)(params->gamma * params->gamma);
    return expf(-blob * blob / beta) * -expm1f(-strength / gamma);
}

static int ridge_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct ridge *ridge = arg;
    size_t width = (size_t)ridge->out.width;
    float *rows[ROWS];
    for (size_t k = 0; k < ROWS; k++)
        rows[k] = ridge->room + (worker * ROWS + k) * width;
    for (size_t y = begin; y < end; y++) {
        float *out = seg_row(&ridge->out, 0, (int32_t)y);
        (common_cpu_avx2() ? hessian_avx2 : hessian_body)(ridge, (int32_t)y, rows);
        for (size_t x = 0; x < width; x++) {
            float larger = rows[ABOVE][x], smaller = rows[BELOW][x];
            float value = ridge->frangi ? vesselness(ridge->params, larger, smaller)
                          : larger > 0  ? larger
                                        : 0;
            out[x] = ridge->first || value > out[x] ? value : out[x];
        }
    }
    return SEG_OK;
}

static int one_scale(const struct common_env *env, struct ridge *ridge, const struct seg_view *in,
                     int32_t plane, double sigma, const struct seg_view *between)
{
    struct filter_kernel kernel;
    int status = filter_gaussian_kernel(env, sigma, (int32_t)(4 * sigma + 0.5), 0, &kernel);
    if (!status)
        status = filter_correlate_both(env, in, plane, &kernel, &kernel, ridge->params->border,
                                       between, &ridge->smooth);
    if (status)
        return status;
    ridge->scale = (float)(sigma * sigma) / filter_span(in->dtype);
    if (ridge->params->black_ridges == ridge->frangi)
        ridge->scale = -ridge->scale;
    return common_parallel(env, (size_t)in->height, common_grain(in->width), ridge_rows, ridge);
}

static int run(const struct params *params, bool frangi, const struct seg_host *host,
               struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct ridge ridge = {.params = params, .frangi = frangi};
    struct seg_view in, out, between;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &ridge.smooth);
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &between);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, ridge.room, ROWS * host->workers(call) * (size_t)in.width))
        return common_nomem(&env);
    for (int32_t plane = 0; plane < in.planes && !status; plane++) {
        ridge.out = out;
        ridge.out.data = seg_row(&out, plane, 0);
        for (uint32_t i = 0; i < params->sigmas.count && !status; i++) {
            ridge.first = i == 0;
            status = one_scale(&env, &ridge, &in, plane, params->sigmas.values[i], &between);
        }
    }
    return status;
}

static int32_t reach(const void *params)
{
    const struct params *p = params;
    double largest = 0;
    for (uint32_t i = 0; i < p->sigmas.count; i++)
        largest = fmax(largest, p->sigmas.values[i]);
    return (int32_t)(4 * largest + 0.5) + 2;
}

#define SHARED_PARAMS                                                                              \
    {SEG_P_FLOATS(struct params, sigmas, "1,3,5,7,9", 1, 64, 0.1, 1000, "px",                      \
                  "standard deviations, half as wide as ridges are")},                             \
        {SEG_P_BOOL(struct params, black_ridges, true, "ridges are darker than what is around")},  \
    {                                                                                              \
        SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,                        \
                     "what lies beyond the border")                                                \
    }

static const struct seg_param sato_params[] = {SHARED_PARAMS};

static const struct seg_param frangi_params[] = {
    SHARED_PARAMS,
    {SEG_P_FLOAT(struct params, beta, 0.5, 0.001, 1000, NULL, "how far spots count, too")},
    {SEG_P_FLOAT(struct params, gamma, 15, 1e-6, 1e6, NULL, "strength of ridges that count")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {
    {.name = "ridges",
     .summary = "how much of a ridge there is, 0 where there is none",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32)},
};

#define STAGE(NAME, FRANGI, PARAMS, SUMMARY, DETAIL, REFERENCE)                                    \
    static int process_##NAME(void *self, const struct seg_host *host, struct seg_call *call)      \
    {                                                                                              \
        return run(self, FRANGI, host, call);                                                      \
    }                                                                                              \
    const struct seg_stage filter_##NAME = {                                                       \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "filter." #NAME,                                                                     \
        .summary = SUMMARY,                                                                        \
        .detail = DETAIL                                                                           \
        "\n\nThe Hessian is that of the image smoothed by a Gaussian, by differences, times "      \
        "sigma squared, as in scikit-image up to 0.19; later versions differ. 8 and 16 bits "      \
        "are scaled to 0..1. Of all scales the largest value counts. Each plane is treated "       \
        "by itself. Time grows with the sum of all sigmas.",                                       \
        .reference = REFERENCE,                                                                    \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, PARAMS, inputs, outputs),                                        \
        .process = process_##NAME,                                                                 \
        .reach = reach,                                                                            \
    }

STAGE(frangi, true, frangi_params, "find lines and vessels by Frangi's measure",
      "Near 1 where the image is bent strongly in one direction and hardly in the other, such as "
      "along vessels. With the default 'gamma' values of images in 0..1 are very small; what "
      "'gamma' suits, half the largest bend, tells how strong ridges stand out.",
      "A. F. Frangi, W. J. Niessen, K. L. Vincken, M. A. Viergever, Multiscale vessel enhancement "
      "filtering, MICCAI 1998");
STAGE(sato, false, sato_params, "find lines and tubes by Sato's measure",
      "The larger eigenvalue of the Hessian where that is bent as a ridge is.",
      "Y. Sato et al., Three-dimensional multi-scale line filter for segmentation and "
      "visualization of curvilinear structures in medical images, Medical Image Analysis 2 (2), "
      "1998");
