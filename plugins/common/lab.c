/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours as the eye tells them apart: CIE 1976 L*a*b*, white point D65. */
#include "lab.h"

#include "cpu.h"
#include "histogram.h"
#include "sample.h"

#include <math.h>
#include <string.h>

struct features {
    const struct seg_view *view;
    float *out;
    size_t stride;
    int32_t channels;
    bool rgb;
    float low, scale; /* of samples */
};

/* The cube root of 0..1 by two steps of Newton's method from a guess in the exponent. */
COMMON_INLINE float cube_root(float value)
{
    uint32_t bits;
    float root;
    memcpy(&bits, &value, sizeof bits);
    bits = bits / 3 + UINT32_C(709921077);
    memcpy(&root, &bits, sizeof root);
    root -= (root - value / (root * root)) * (1 / 3.0f);
    root -= (root - value / (root * root)) * (1 / 3.0f);
    return root - (root - value / (root * root)) * (1 / 3.0f);
}

COMMON_INLINE float fold(float value)
{
    float root = cube_root(value > 0.008856f ? value : 1), line = 7.787f * value + 16 / 116.0f;
    return value > 0.008856f ? root : line;
}

/* Linear light from sRGB's curve: ((v + 0.055) / 1.055)^2.4 as x^2 (x^2)^(1/5), the fifth root by
 * Newton's method. */
COMMON_INLINE float linear(float value)
{
    float x = (value + 0.055f) * (1 / 1.055f), square = x * x, root = 0.6f * x + 0.4f;
    for (int i = 0; i < 4; i++) {
        float power = root * root * root * root;
        root -= (root - square / power) * 0.2f;
    }
    float curve = square * root, line = value * (1 / 12.92f);
    return value > 0.04045f ? curve : line;
}

COMMON_INLINE void lab_row(float *restrict r, float *restrict g, float *restrict b, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        float red = linear(r[x]), green = linear(g[x]), blue = linear(b[x]);
        float fx = fold((0.412453f * red + 0.357580f * green + 0.180423f * blue) * (1 / 0.95047f));
        float fy = fold(0.212671f * red + 0.715160f * green + 0.072169f * blue);
        float fz = fold((0.019334f * red + 0.119193f * green + 0.950227f * blue) * (1 / 1.08883f));
        r[x] = 116 * fy - 16;
        g[x] = 500 * (fx - fy);
        b[x] = 200 * (fy - fz);
    }
}

COMMON_AVX2 static void lab_row_avx2(float *r, float *g, float *b, int32_t width)
{
    lab_row(r, g, b, width);
}

static int convert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct features *features = arg;
    int32_t width = features->view->width;
    for (size_t y = begin; y < end; y++) {
        float *row = features->out + y * (size_t)width;
        for (int32_t k = 0; k < features->channels; k++) {
            float *to = row + (size_t)k * features->stride;
            common_floats(features->view, k, (int32_t)y, 0, (size_t)width, to);
            for (int32_t x = 0; x < width; x++) {
                float value = (to[x] - features->low) * features->scale;
                to[x] = fabsf(value) <= 1e6f ? value : 0; /* NaN and infinities too */
            }
        }
        if (features->rgb)
            (common_cpu_avx2() ? lab_row_avx2 : lab_row)(row, row + features->stride,
                                                         row + 2 * features->stride, width);
    }
    return SEG_OK;
}

int common_features(const struct common_env *env, const struct seg_view *view, float **out,
                    int32_t *channels, size_t *stride)
{
    struct features features = {.view = view, .stride = common_pixels(view)};
    bool alpha = view->color == SEG_COLOR_RGBA || view->color == SEG_COLOR_GRAY_ALPHA;
    features.channels = alpha ? view->planes - 1 : view->planes;
    features.rgb =
        features.channels == 3 && (view->color == SEG_COLOR_RGB || view->color == SEG_COLOR_RGBA ||
                                   view->color == SEG_COLOR_UNKNOWN);
    double low = 0, high = view->dtype == SEG_U8 ? 255 : 65535;
    if (view->dtype == SEG_F32) {
        low = INFINITY;
        high = -INFINITY;
        for (int32_t k = 0; k < features.channels; k++) {
            struct common_histogram histogram;
            int status = common_histogram(env, view, k, &histogram);
            if (status)
                return status;
            low = fmin(low, histogram.min);
            high = fmax(high, histogram.max);
        }
    }
    features.low = low < high ? (float)low : 0;
    features.scale = low < high ? (float)((features.rgb ? 1 : 100) / (high - low)) : 0;
    features.out =
        env->host->scratch(env->call, features.stride, (size_t)features.channels * sizeof(float));
    if (!features.out)
        return common_nomem(env);
    *out = features.out;
    *channels = features.channels;
    *stride = features.stride;
    return common_parallel(env, (size_t)view->height, common_grain(view->width), convert_rows,
                           &features);
}
