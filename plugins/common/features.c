/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples as floats, colours as the eye tells them apart. */
#include "features.h"

#include "border.h"
#include "cie.h"
#include "histogram.h"
#include "sample.h"
#include "separable.h"

#include <math.h>
#include <string.h>

struct convert {
    const struct seg_view *view;
    const struct common_features *to;
    bool lab;
    float low, scale; /* of samples */
};

COMMON_INLINE void lab_row(float *restrict r, float *restrict g, float *restrict b, int32_t width)
{
    for (int32_t x = 0; x < width; x++)
        common_lab(&r[x], &g[x], &b[x]);
}

COMMON_AVX2 static void lab_row_avx2(float *r, float *g, float *b, int32_t width)
{
    lab_row(r, g, b, width);
}

static int convert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct convert *convert = arg;
    const struct common_features *to = convert->to;
    int32_t width = to->width;
    for (size_t y = begin; y < end; y++) {
        float *row = to->data + y * (size_t)width;
        for (int32_t k = 0; k < to->channels; k++) {
            float *out = row + (size_t)k * to->stride;
            common_floats(convert->view, k, (int32_t)y, 0, (size_t)width, out);
            for (int32_t x = 0; x < width; x++) {
                float value = (out[x] - convert->low) * convert->scale;
                out[x] = fabsf(value) <= 1e6f ? value : 0; /* NaN and infinities too */
            }
        }
        if (convert->lab)
            (common_cpu_avx2() ? lab_row_avx2 : lab_row)(row, row + to->stride,
                                                         row + 2 * to->stride, width);
    }
    return SEG_OK;
}

/* The least and the largest sample that scale to 0 and the top. */
static int find_range(const struct common_env *env, const struct seg_view *view, int32_t channels,
                      double *low, double *high)
{
    *low = view->dtype == SEG_F32 ? INFINITY : 0;
    *high = view->dtype == SEG_F32 ? -INFINITY : view->dtype == SEG_U8 ? 255 : 65535;
    for (int32_t k = 0; k < channels && view->dtype == SEG_F32; k++) {
        struct common_histogram histogram;
        int status = common_histogram(env, view, k, &histogram);
        if (status)
            return status;
        *low = fmin(*low, histogram.min);
        *high = fmax(*high, histogram.max);
    }
    return SEG_OK;
}

int common_features(const struct common_env *env, const struct seg_view *view, int space,
                    struct common_features *features)
{
    bool alpha = view->color == SEG_COLOR_RGBA || view->color == SEG_COLOR_GRAY_ALPHA;
    *features = (struct common_features){.stride = common_pixels(view),
                                         .width = view->width,
                                         .height = view->height,
                                         .channels = alpha ? view->planes - 1 : view->planes};
    struct convert convert = {.view = view, .to = features};
    convert.lab = space == COMMON_LAB && features->channels == 3 &&
                  (view->color == SEG_COLOR_RGB || view->color == SEG_COLOR_RGBA ||
                   view->color == SEG_COLOR_UNKNOWN);
    double low, high, top = convert.lab ? 1 : space == COMMON_LAB ? 100 : 255;
    int status = find_range(env, view, features->channels, &low, &high);
    if (status)
        return status;
    convert.low = low < high ? (float)low : 0;
    convert.scale = low < high ? (float)(top / (high - low)) : 0;
    features->data = env->host->scratch(env->call, features->stride + 8,
                                        (size_t)features->channels * sizeof(float));
    if (!features->data)
        return common_nomem(env);
    return common_parallel(env, (size_t)view->height, common_grain(view->width), convert_rows,
                           &convert);
}

int common_features_smooth(const struct common_env *env, const struct common_features *features,
                           double sigma)
{
    int32_t radius = (int32_t)(4 * sigma + 0.5);
    size_t all = features->stride * (size_t)features->channels;
    float *copy;
    if (radius < 1)
        return SEG_OK;
    const float *weights = common_gaussian(env, sigma, radius);
    if (!weights || !COMMON_SCRATCH(env, copy, all))
        return common_nomem(env);
    memcpy(copy, features->data, all * sizeof *copy);
    struct seg_view to = SEG_VIEW;
    to.kind = SEG_IMAGE;
    to.dtype = SEG_F32;
    to.width = features->width;
    to.height = features->height;
    to.planes = features->channels;
    to.row_stride = (ptrdiff_t)((size_t)features->width * sizeof(float));
    to.plane_stride = (ptrdiff_t)(features->stride * sizeof(float));
    to.data = features->data;
    struct seg_view from = to;
    from.data = copy;
    return common_separable(env, &from, &to, weights, radius, COMMON_REFLECT);
}
