/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "color.h"

#include "cie.h"
#include "sample.h"

#include <math.h>

static const uint32_t colors[] = {
    [COMMON_RGB] = SEG_COLOR_RGB, [COMMON_HSV] = SEG_COLOR_HSV,     [COMMON_LAB] = SEG_COLOR_LAB,
    [COMMON_LUV] = SEG_COLOR_LUV, [COMMON_YCRCB] = SEG_COLOR_YCRCB, [COMMON_GRAY] = SEG_COLOR_GRAY,
};

/* Where Luv has its origin: u' and v' of white. */
#define WHITE_SUM (COMMON_WHITE_X + 15 + 3 * COMMON_WHITE_Z)
#define WHITE_U   (4 * COMMON_WHITE_X / WHITE_SUM)
#define WHITE_V   (9 / WHITE_SUM)

COMMON_INLINE void hsv_from_rgb(float *r, float *g, float *b)
{
    float most = *r > *g ? *r : *g, least = *r < *g ? *r : *g;
    most = most > *b ? most : *b;
    least = least < *b ? least : *b;
    float range = most - least, scale = range > 0 ? 1 / range : 0;
    float hue = most <= *r   ? (*g - *b) * scale
                : most <= *g ? (*b - *r) * scale + 2
                             : (*r - *g) * scale + 4;
    *r = (hue < 0 ? hue + 6 : hue) * (1 / 6.0f);
    *g = most > 0 ? range / most : 0;
    *b = most;
}

COMMON_INLINE void luv_from_linear(float *r, float *g, float *b)
{
    struct common_xyz xyz = common_xyz(*r, *g, *b);
    float x = xyz.x * COMMON_WHITE_X, z = xyz.z * COMMON_WHITE_Z;
    float sum = x + 15 * xyz.y + 3 * z, scale = sum > 0 ? 1 / sum : 0;
    float light = 116 * common_fold(xyz.y) - 16;
    *r = light;
    *g = 13 * light * (4 * x * scale - WHITE_U);
    *b = 13 * light * (9 * xyz.y * scale - WHITE_V);
}

COMMON_INLINE void ycrcb_from_rgb(float *r, float *g, float *b)
{
    float y = 0.299f * *r + 0.587f * *g + 0.114f * *b;
    *g = (*r - y) * 0.713f + 0.5f;
    *b = (*b - y) * 0.564f + 0.5f;
    *r = y;
}

/* Lab and Luv are made of linear light. */
COMMON_INLINE void from_rgb(enum common_space space, float *restrict r, float *restrict g,
                            float *restrict b, int32_t width)
{
    for (int32_t x = 0; x < width && space == COMMON_HSV; x++)
        hsv_from_rgb(&r[x], &g[x], &b[x]);
    for (int32_t x = 0; x < width && space == COMMON_LAB; x++)
        common_lab_of_linear(&r[x], &g[x], &b[x]);
    for (int32_t x = 0; x < width && space == COMMON_LUV; x++)
        luv_from_linear(&r[x], &g[x], &b[x]);
    for (int32_t x = 0; x < width && (space == COMMON_YCRCB || space == COMMON_GRAY); x++)
        ycrcb_from_rgb(&r[x], &g[x], &b[x]);
}

COMMON_AVX2 static void from_rgb_avx2(enum common_space space, float *r, float *g, float *b,
                                      int32_t width)
{
    from_rgb(space, r, g, b, width);
}

static bool of_linear(enum common_space space)
{
    return space == COMMON_LAB || space == COMMON_LUV;
}

COMMON_INLINE void linear_body(float *row, int32_t width)
{
    for (int32_t x = 0; x < width; x++)
        row[x] = common_linear(row[x]);
}

COMMON_AVX2 static void linear_avx2(float *row, int32_t width)
{
    linear_body(row, width);
}

static float gamma_of(float value)
{
    return value > 0.0031308f ? 1.055f * powf(value, 1 / 2.4f) - 0.055f : 12.92f * value;
}

/* From XYZ where white is 1. */
static void rgb_from_xyz(float x, float y, float z, float rgb[3])
{
    x *= COMMON_WHITE_X;
    z *= COMMON_WHITE_Z;
    rgb[0] = gamma_of(3.24048134f * x - 1.53715152f * y - 0.49853633f * z);
    rgb[1] = gamma_of(-0.96925495f * x + 1.87599f * y + 0.04155593f * z);
    rgb[2] = gamma_of(0.05564664f * x - 0.20404134f * y + 1.05731107f * z);
}

static float unfold(float value)
{
    return value > 0.2068966f ? value * value * value : (value - 16 / 116.0f) / 7.787f;
}

static void rgb_from_hsv(float h, float s, float v, float rgb[3])
{
    float sector = floorf(h * 6), part = h * 6 - sector;
    float p = v * (1 - s), q = v * (1 - part * s), t = v * (1 - (1 - part) * s);
    const float forms[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
    int i = isfinite(sector) ? (int)fmodf(fmodf(sector, 6) + 6, 6) : 0;
    memcpy(rgb, forms[i], sizeof forms[i]);
}

static void rgb_from_luv(float light, float u, float v, float rgb[3])
{
    float y = unfold((light + 16) / 116);
    float up = light > 0 ? u / (13 * light) + WHITE_U : WHITE_U;
    float vp = light > 0 ? v / (13 * light) + WHITE_V : WHITE_V;
    float x = y * 9 * up / (4 * vp), z = y * (12 - 3 * up - 20 * vp) / (4 * vp);
    rgb_from_xyz(x / COMMON_WHITE_X, y, z / COMMON_WHITE_Z, rgb);
}

static void to_rgb(enum common_space space, float *a, float *b, float *c, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        float rgb[3];
        if (space == COMMON_HSV) {
            rgb_from_hsv(a[x], b[x], c[x], rgb);
        } else if (space == COMMON_LUV) {
            rgb_from_luv(a[x], b[x], c[x], rgb);
        } else if (space == COMMON_LAB) {
            float f = (a[x] + 16) / 116;
            rgb_from_xyz(unfold(f + b[x] / 500), unfold(f), unfold(f - c[x] / 200), rgb);
        } else {
            rgb[0] = a[x] + (b[x] - 0.5f) / 0.713f;
            rgb[2] = a[x] + (c[x] - 0.5f) / 0.564f;
            rgb[1] = (a[x] - 0.299f * rgb[0] - 0.114f * rgb[2]) / 0.587f;
        }
        a[x] = rgb[0];
        b[x] = rgb[1];
        c[x] = rgb[2];
    }
}

/* A row of the image, scaled; RGB linear where that is wanted. */
static void load_row(const struct common_color *color, const struct seg_view *image, int32_t plane,
                     int32_t y, float *row)
{
    const int32_t width = image->width;
    if (image->dtype == SEG_U8) {
        const uint8_t *from = seg_row(image, plane, y);
        for (int32_t x = 0; x < width; x++)
            row[x] = color->table[from[x]];
        return;
    }
    common_floats(image, plane, y, 0, (size_t)width, row);
    for (int32_t x = 0; x < width; x++)
        row[x] *= color->scale;
    if (color->linear && color->from == COMMON_RGB)
        (common_cpu_avx2() ? linear_avx2 : linear_body)(row, width);
}

void common_color_row(const struct common_color *color, const struct seg_view *image, int32_t y,
                      float *const rows[3])
{
    const int32_t width = image->width;
    const bool avx2 = common_cpu_avx2();
    for (int32_t k = 0; k < 3; k++)
        load_row(color, image, k, y, rows[k]);
    if (color->from == color->to)
        return;
    if (color->from != COMMON_RGB) {
        to_rgb(color->from, rows[0], rows[1], rows[2], width);
        for (int32_t k = 0; k < 3 && color->linear; k++)
            (avx2 ? linear_avx2 : linear_body)(rows[k], width);
    }
    (avx2 ? from_rgb_avx2 : from_rgb)(color->to, rows[0], rows[1], rows[2], width);
}

int common_color_start(const struct common_env *env, const struct seg_view *image,
                       enum common_space to, struct common_color *color)
{
    const uint32_t dtype = image->dtype;
    *color = (struct common_color){.to = to};
    for (int k = 0; k < COMMON_GRAY; k++)
        if (image->color == colors[k])
            color->from = (enum common_space)k;
    if (color->from != COMMON_RGB && dtype != SEG_F32)
        return env->host->fail(
            env->call, SEG_STAGE,
            "input 'image': of this colour space only 32-bit floats are understood");
    color->scale = dtype == SEG_U8 ? 1 / 255.0F : dtype == SEG_U16 ? 1 / 65535.0F : 1;
    color->linear = of_linear(to) && color->from != to;
    for (int i = 0; i < 256; i++) {
        const float value = (float)i * color->scale;
        color->table[i] = color->linear ? common_linear(value) : value;
    }
    return SEG_OK;
}

uint32_t common_color_id(enum common_space space)
{
    return colors[space];
}
