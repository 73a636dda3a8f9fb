/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.color: from one colour space to another, by way of RGB. */
#include "common/cie.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    int32_t to;
};

enum space { RGB, HSV, LAB, LUV, YCRCB, GRAY };

static const uint32_t colors[] = {
    [RGB] = SEG_COLOR_RGB, [HSV] = SEG_COLOR_HSV,     [LAB] = SEG_COLOR_LAB,
    [LUV] = SEG_COLOR_LUV, [YCRCB] = SEG_COLOR_YCRCB, [GRAY] = SEG_COLOR_GRAY,
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
COMMON_INLINE void from_rgb(enum space space, float *restrict r, float *restrict g,
                            float *restrict b, int32_t width)
{
    for (int32_t x = 0; x < width && space == HSV; x++)
        hsv_from_rgb(&r[x], &g[x], &b[x]);
    for (int32_t x = 0; x < width && space == LAB; x++)
        common_lab_of_linear(&r[x], &g[x], &b[x]);
    for (int32_t x = 0; x < width && space == LUV; x++)
        luv_from_linear(&r[x], &g[x], &b[x]);
    for (int32_t x = 0; x < width && (space == YCRCB || space == GRAY); x++)
        ycrcb_from_rgb(&r[x], &g[x], &b[x]);
}

COMMON_AVX2 static void from_rgb_avx2(enum space space, float *r, float *g, float *b, int32_t width)
{
    from_rgb(space, r, g, b, width);
}

static bool of_linear(enum space space)
{
    return space == LAB || space == LUV;
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

static void to_rgb(enum space space, float *a, float *b, float *c, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        float rgb[3];
        if (space == HSV) {
            rgb_from_hsv(a[x], b[x], c[x], rgb);
        } else if (space == LUV) {
            rgb_from_luv(a[x], b[x], c[x], rgb);
        } else if (space == LAB) {
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

struct convert {
    struct seg_view in, out;
    enum space from, to;
    bool linear; /* RGB is made linear */
    float scale;
    float table[256]; /* of 8 bits */
    float *room;      /* two rows for each worker, for planes that the result does not have */
};

/* A row of the input, scaled; RGB linear where that is wanted. */
static void load_row(const struct convert *convert, int32_t plane, int32_t y, float *row)
{
    const int32_t width = convert->in.width;
    if (convert->in.dtype == SEG_U8) {
        const uint8_t *from = seg_row(&convert->in, plane, y);
        for (int32_t x = 0; x < width; x++)
            row[x] = convert->table[from[x]];
        return;
    }
    common_floats(&convert->in, plane, y, 0, (size_t)width, row);
    for (int32_t x = 0; x < width; x++)
        row[x] *= convert->scale;
    if (convert->linear && convert->from == RGB)
        (common_cpu_avx2() ? linear_avx2 : linear_body)(row, width);
}

static int convert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct convert *convert = arg;
    int32_t width = convert->in.width;
    float *room = convert->room + 2 * (size_t)worker * (size_t)width;
    const bool avx2 = common_cpu_avx2();
    for (size_t y = begin; y < end; y++) {
        float *rows[3];
        for (int32_t k = 0; k < 3; k++) {
            rows[k] = k < convert->out.planes ? seg_row(&convert->out, k, (int32_t)y)
                                              : room + (size_t)(k - 1) * (size_t)width;
            load_row(convert, k, (int32_t)y, rows[k]);
        }
        if (convert->from == convert->to)
            continue;
        if (convert->from != RGB)
            to_rgb(convert->from, rows[0], rows[1], rows[2], width);
        for (int32_t k = 0; k < 3 && convert->linear && convert->from != RGB; k++)
            (avx2 ? linear_avx2 : linear_body)(rows[k], width);
        (avx2 ? from_rgb_avx2 : from_rgb)(convert->to, rows[0], rows[1], rows[2], width);
    }
    return SEG_OK;
}

static void set_table(struct convert *convert)
{
    for (int i = 0; i < 256; i++) {
        const float value = (float)i * convert->scale;
        convert->table[i] = convert->linear ? common_linear(value) : value;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct convert convert = {.to = (enum space)((const struct params *)self)->to};
    int status = common_open(&env, &convert.in, &convert.out);
    if (status)
        return status;
    for (int k = 0; k < GRAY; k++)
        if (convert.in.color == colors[k])
            convert.from = (enum space)k;
    uint32_t dtype = convert.in.dtype;
    if (convert.from != RGB && dtype != SEG_F32)
        return host->fail(call, SEG_STAGE,
                          "input 'image': of this colour space only 32-bit floats are understood");
    if (!COMMON_SCRATCH(&env, convert.room, 2 * (size_t)convert.in.width * host->workers(call)))
        return common_nomem(&env);
    convert.scale = 1 / filter_span(dtype);
    convert.linear = of_linear(convert.to) && convert.from != convert.to;
    set_table(&convert);
    status = common_parallel(&env, (size_t)convert.in.height, common_grain(convert.in.width),
                             convert_rows, &convert);
    const double color = colors[convert.to];
    return status ? status : host->set(call, 0, SEG_PROP_COLOR, &color, 1);
}

static int shape(const struct seg_host *host, struct seg_call *call, const void *params,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)host, (void)call, (void)in;
    out->planes = ((const struct params *)params)->to == GRAY ? 1 : 3;
    return SEG_OK;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_choice spaces[] = {
    [RGB] = {"rgb", "sRGB, 0..1"},
    [HSV] = {"hsv", "hue, saturation and value, each 0..1; a full turn of hue is 1"},
    [LAB] = {"lab", "CIE L*a*b*: L 0..100, a and b about -128..127"},
    [LUV] = {"luv", "CIE L*u*v*: L 0..100, u and v about -134..220"},
    [YCRCB] = {"ycrcb", "ITU-R BT.601, each 0..1; gray has Cr and Cb 0.5"},
    [GRAY] = {"gray", "the Y of YCrCb alone, one plane"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, to, LAB, spaces, "the colour space wanted")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "a colour image; the fourth plane is left out",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 3,
     .planes_max = 4},
};

static const struct seg_port outputs[] = {
    {.name = "result",
     .summary = "three planes, or one of gray",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32),
     .planes_min = 1,
     .planes_max = 3},
};

const struct seg_stage filter_color = {
    FILTER_TABLES,
    .id = "filter.color",
    .summary = "change the colour space",
    .detail =
        "What the image is in, the image says; without a statement it is taken for RGB. 8 and 16 "
        "bits are scaled to 0..1 first, and floating point is taken to be so already. HSV, Lab "
        "(D65) and Luv are scaled as in scikit-image, YCrCb as OpenCV's for floating point; "
        "OpenCV's 8 bits are scaled otherwise. filter.gray makes gray of the image's own type, "
        "filter.channel takes one of the planes.",
    .reference = "CIE 15, Colorimetry; IEC 61966-2-1, sRGB; A. R. Smith, Color gamut transform "
                 "pairs, SIGGRAPH 1978",
    .version = 1,
    .process = process,
    .reach = reach,
    .shape = shape,
};
