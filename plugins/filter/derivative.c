/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Derivatives at a scale: filter.gradient, log, dog. Each is made of two separable parts. */
#include "common/border.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "correlate.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    double sigma;
    double high_sigma; /* dog: of the second part */
    double truncate;
    int32_t border;
};

/* The derivative of the Gaussian across and down in each part, and what is made of both. */
struct recipe {
    int order[2][2];
    enum { LENGTH, SUM, DIFFERENCE } form;
};

struct joined {
    const struct recipe *recipe;
    struct seg_view a, b, out; /* f32, one plane */
};

COMMON_INLINE void join_row(const struct joined *joined, const float *a, const float *b, float *out)
{
    int32_t width = joined->out.width;
    if (joined->recipe->form == LENGTH)
        for (int32_t x = 0; x < width; x++)
            out[x] = sqrtf(a[x] * a[x] + b[x] * b[x]);
    else if (joined->recipe->form == SUM)
        for (int32_t x = 0; x < width; x++)
            out[x] = a[x] + b[x];
    else
        for (int32_t x = 0; x < width; x++)
            out[x] = a[x] - b[x];
}

COMMON_AVX2 static void join_row_avx2(const struct joined *joined, const float *a, const float *b,
                                      float *out)
{
    join_row(joined, a, b, out);
}

static int join_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct joined *joined = arg;
    for (size_t y = begin; y < end; y++)
        (common_cpu_avx2() ? join_row_avx2 : join_row)(joined, seg_row(&joined->a, 0, (int32_t)y),
                                                       seg_row(&joined->b, 0, (int32_t)y),
                                                       seg_row(&joined->out, 0, (int32_t)y));
    return SEG_OK;
}

static double sigma_of(const struct params *params, int part)
{
    if (!part)
        return params->sigma;
    return params->high_sigma > 0 ? params->high_sigma : 1.6 * params->sigma;
}

static int32_t radius_of(const struct params *params, double sigma)
{
    return (int32_t)(params->truncate * sigma + 0.5);
}

static int run(const struct recipe *recipe, const struct params *params,
               const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct filter_kernel kernels[2][2];
    struct seg_view in, out, between, parts[2];
    int status = common_open(&env, &in, &out);
    for (int i = 0; i < 2 && !status; i++) {
        double sigma = sigma_of(params, recipe->form == DIFFERENCE ? i : 0);
        for (int k = 0; k < 2 && !status; k++)
            status = filter_gaussian_kernel(&env, sigma, radius_of(params, sigma),
                                            recipe->order[i][k], &kernels[i][k]);
        if (!status)
            status = common_scratch_view(&env, &in, SEG_F32, &parts[i]);
    }
    if (!status)
        status = common_scratch_view(&env, &in, SEG_F32, &between);
    for (int32_t plane = 0; plane < in.planes && !status; plane++) {
        struct joined joined = {recipe, parts[0], parts[1], out};
        joined.out.data = seg_row(&out, plane, 0);
        for (int i = 0; i < 2 && !status; i++)
            status = filter_correlate_both(&env, &in, plane, &kernels[i][0], &kernels[i][1],
                                           params->border, &between, &parts[i]);
        if (!status)
            status = common_parallel(&env, (size_t)in.height, common_grain(in.width), join_rows,
                                     &joined);
    }
    return status;
}

static int32_t reach(const void *params)
{
    const struct params *p = params;
    return radius_of(p, fmax(p->sigma, p->high_sigma));
}

static int32_t reach_dog(const void *params)
{
    const struct params *p = params;
    return radius_of(p, fmax(p->sigma, sigma_of(p, 1)));
}

#define SCALE "standard deviation of the Gaussian"
#define REST                                                                                       \
    {SEG_P_FLOAT(struct params, truncate, 4, 1, 10, NULL,                                          \
                 "the kernel ends at so many standard deviations")},                               \
    {                                                                                              \
        SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,                        \
                     "what lies beyond the border")                                                \
    }

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1, 0.1, 1000, "px", SCALE)}, REST};

static const struct seg_param dog_params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1, 0.1, 1000, "px", SCALE), .alias = "low_sigma"},
    {SEG_P_FLOAT(struct params, high_sigma, 0, 0, 1000, "px",
                 "standard deviation of the one that is taken off; 0: 1.6 times 'sigma'")},
    REST};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {
    {.name = "result",
     .summary = "in units of the image",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32)},
};

#define STAGE(NAME, RECIPE, PARAMS, REACH, SUMMARY, DETAIL, REFERENCE)                             \
    static int process_##NAME(void *self, const struct seg_host *host, struct seg_call *call)      \
    {                                                                                              \
        static const struct recipe recipe = RECIPE;                                                \
        return run(&recipe, self, host, call);                                                     \
    }                                                                                              \
    const struct seg_stage filter_##NAME = {                                                       \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "filter." #NAME,                                                                     \
        .summary = SUMMARY,                                                                        \
        .detail = DETAIL "\n\nKernels are sampled; sums are made in single precision. Each plane " \
                         "is treated by itself. Time grows with sigma.",                           \
        .reference = REFERENCE,                                                                    \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, PARAMS, inputs, outputs),                                        \
        .process = process_##NAME,                                                                 \
        .reach = REACH,                                                                            \
    }

#define LIST(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define LINDEBERG                                                                                  \
    "T. Lindeberg, Feature detection with automatic scale selection, International Journal of "    \
    "Computer Vision 30 (2), 1998"

STAGE(gradient, LIST({{1, 0}, {0, 1}}, LENGTH), params, reach,
      "take the magnitude of the gradient at a scale",
      "The length of the vector of both derivatives of the image smoothed by a Gaussian, as "
      "scipy's gaussian_gradient_magnitude: a relief whose ridges are edges of the size of "
      "'sigma'.",
      LINDEBERG);
STAGE(log, LIST({{2, 0}, {0, 2}}, SUM), params, reach, "take the Laplacian of Gaussian",
      "The sum of both second derivatives of the image smoothed by a Gaussian, as scipy's "
      "gaussian_laplace: negative on bright spots, most of all on those of radius sigma times the "
      "square root of 2; zero at edges.",
      "D. Marr, E. Hildreth, Theory of edge detection, Proceedings of the Royal Society of London "
      "B 207, 1980");
STAGE(dog, LIST({{0, 0}, {0, 0}}, DIFFERENCE), dog_params, reach_dog,
      "take the difference of two Gaussians",
      "The image smoothed by a Gaussian minus the image smoothed by a wider one: what is of a size "
      "between both. scikit-image repeats the last pixel beyond the border; 'border' nearest does.",
      LINDEBERG);
