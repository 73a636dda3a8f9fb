/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.guided: the guided filter. */
#include "box.h"
#include "common/cpu.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

#include <string.h>

struct params {
    int32_t radius;
    double eps;
};

#define COLOURS 3

/* Of one plane: near each pixel the result is a line through the guide's samples, q = a I + b. */
struct guided {
    struct seg_view in, guide, out;
    int32_t plane, guide_plane;
    unsigned colours; /* planes of the guide that count */
    float scale;      /* of the guide's samples, to 0..1 */
    float eps;
    float *lines; /* a for each colour, and b: planes of in.width * in.height */
    float *room;  /* rows of the guide, for each worker */
};

/* The images whose means are wanted: guide, input, guide * input, guide * guide. */
static unsigned mean_count(unsigned colours)
{
    return 2 * colours + 1 + colours * (colours + 1) / 2;
}

COMMON_INLINE void multiply_body(const float *restrict a, const float *restrict b,
                                 float *restrict to, size_t count)
{
    for (size_t x = 0; x < count; x++)
        to[x] = a[x] * b[x];
}

COMMON_AVX2 static void multiply_avx2(const float *a, const float *b, float *to, size_t count)
{
    multiply_body(a, b, to, count);
}

static void multiply(const float *a, const float *b, float *to, size_t count)
{
    (common_cpu_avx2() ? multiply_avx2 : multiply_body)(a, b, to, count);
}

COMMON_INLINE void scale_body(float *restrict row, float by, size_t count)
{
    for (size_t x = 0; x < count; x++)
        row[x] *= by;
}

COMMON_AVX2 static void scale_avx2(float *row, float by, size_t count)
{
    scale_body(row, by, count);
}

static void guide_row(const struct guided *g, unsigned colour, int32_t y, float *row)
{
    const size_t width = (size_t)g->guide.width;
    common_floats(&g->guide, g->guide_plane + (int32_t)colour, y, 0, width, row);
    (common_cpu_avx2() ? scale_avx2 : scale_body)(row, g->scale, width);
}

static void make_moments(const void *arg, int32_t y, const float **rows, float *const *room)
{
    const struct guided *g = arg;
    const size_t width = (size_t)g->in.width;
    const unsigned n = g->colours;
    unsigned k = 2 * n + 1;
    (void)rows;
    common_floats(&g->in, g->plane, y, 0, width, room[n]);
    for (unsigned i = 0; i < n; i++) {
        guide_row(g, i, y, room[i]);
        multiply(room[i], room[n], room[n + 1 + i], width);
        for (unsigned j = 0; j <= i; j++)
            multiply(room[i], room[j], room[k++], width);
    }
}

/* Solves (covariance + eps) a = covariance with the input for each pixel of a row, by Cholesky's
 * decomposition. */
COMMON_INLINE void fit_body(unsigned n, float eps, size_t width, const float *const *means,
                            float *const *lines)
{
    for (size_t x = 0; x < width; x++) {
        float low[COLOURS][COLOURS], a[COLOURS];
        const float *const *products = means + 2 * n + 1;
        for (unsigned i = 0, k = 0; i < n; i++) {
            a[i] = means[n + 1 + i][x] - means[i][x] * means[n][x];
            for (unsigned j = 0; j <= i; j++, k++) {
                float sum = products[k][x] - means[i][x] * means[j][x];
                if (i == j)
                    sum = (sum > 0 ? sum : 0) + eps;
                for (unsigned m = 0; m < j; m++)
                    sum -= low[i][m] * low[j][m] * low[m][m];
                low[i][j] = i == j ? sum : sum / low[j][j];
                if (i != j)
                    a[i] -= low[i][j] * a[j];
            }
        }
        float b = means[n][x];
        for (unsigned i = n; i-- > 0;) {
            a[i] /= low[i][i];
            for (unsigned j = i + 1; j < n; j++)
                a[i] -= low[j][i] * a[j];
            lines[i][x] = a[i];
            b -= a[i] * means[i][x];
        }
        lines[n][x] = b;
    }
}

COMMON_AVX2 static void fit_gray_avx2(float eps, size_t width, const float *const *means,
                                      float *const *lines)
{
    fit_body(1, eps, width, means, lines);
}

COMMON_AVX2 static void fit_colour_avx2(float eps, size_t width, const float *const *means,
                                        float *const *lines)
{
    fit_body(COLOURS, eps, width, means, lines);
}

static float *line_row(const struct guided *g, unsigned k, int32_t y)
{
    const size_t width = (size_t)g->in.width;
    return g->lines + (k * (size_t)g->in.height + (size_t)y) * width;
}

static void take_moments(const void *arg, int32_t y, const float *const *means, unsigned worker)
{
    (void)worker;
    const struct guided *g = arg;
    const size_t width = (size_t)g->in.width;
    float *lines[COLOURS + 1];
    for (unsigned k = 0; k <= g->colours; k++)
        lines[k] = line_row(g, k, y);
    if (!common_cpu_avx2())
        fit_body(g->colours, g->eps, width, means, lines);
    else if (g->colours == 1)
        fit_gray_avx2(g->eps, width, means, lines);
    else
        fit_colour_avx2(g->eps, width, means, lines);
}

static void make_lines(const void *arg, int32_t y, const float **rows, float *const *room)
{
    const struct guided *g = arg;
    (void)room;
    for (unsigned k = 0; k <= g->colours; k++)
        rows[k] = line_row(g, k, y);
}

COMMON_INLINE void add_product_body(float *restrict sum, const float *restrict a,
                                    const float *restrict b, size_t count)
{
    for (size_t x = 0; x < count; x++)
        sum[x] += a[x] * b[x];
}

COMMON_AVX2 static void add_product_avx2(float *sum, const float *a, const float *b, size_t count)
{
    add_product_body(sum, a, b, count);
}

static void take_lines(const void *arg, int32_t y, const float *const *means, unsigned worker)
{
    const struct guided *g = arg;
    const size_t width = (size_t)g->in.width;
    float *guide = g->room + 2 * worker * width, *sum = guide + width;
    memcpy(sum, means[g->colours], width * sizeof *sum);
    for (unsigned k = 0; k < g->colours; k++) {
        guide_row(g, k, y, guide);
        (common_cpu_avx2() ? add_product_avx2 : add_product_body)(sum, means[k], guide, width);
    }
    common_store(&g->out, g->plane, y, sum, width);
}

static int filter_planes(const struct common_env *env, struct guided *g, int32_t radius)
{
    struct filter_box moments = {g->in.width,  g->in.height, radius, mean_count(g->colours),
                                 make_moments, take_moments, g};
    struct filter_box lines = {g->in.width, g->in.height, radius, g->colours + 1,
                               make_lines,  take_lines,   g};
    const bool each = g->colours == 1 && g->guide.planes > 1; /* its own guide */
    int status = SEG_OK;
    for (; g->plane < g->in.planes && !status; g->plane++) {
        g->guide_plane = each ? g->plane : 0;
        status = filter_box(env, &moments);
        if (!status)
            status = filter_box(env, &lines);
    }
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct guided g = {.guide = SEG_VIEW};
    int status = common_open(&env, &g.in, &g.out);
    if (status)
        return status;
    status = host->input(call, 1, &g.guide);
    if (status == SEG_ABSENT)
        g.guide = g.in;
    else if (status)
        return status;
    const float tenth = filter_tenth(0, g.guide.dtype);
    g.scale = 1 / filter_span(g.guide.dtype);
    g.eps = params->eps > 0 ? (float)params->eps : tenth * tenth;
    g.eps *= g.scale * g.scale;
    g.colours = g.guide.planes == COLOURS ? COLOURS : 1;
    if (!COMMON_SCRATCH(&env, g.room, 2 * (size_t)host->workers(call) * (size_t)g.in.width) ||
        !(g.lines = host->scratch(call, (g.colours + 1) * (size_t)g.in.height,
                                  (size_t)g.in.width * sizeof *g.lines)))
        return common_nomem(&env);
    return filter_planes(&env, &g, params->radius);
}

static int check(const struct seg_host *host, struct seg_call *call, const void *params,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)params, (void)out;
    const int32_t planes = in[1].planes;
    if (in[1].kind && planes != 1 && planes != COLOURS && planes != in[0].planes)
        return host->fail(call, SEG_USAGE,
                          "input 'guide': %d planes; give one, three, or as many as the image has",
                          planes);
    return SEG_OK;
}

static int32_t reach(const void *params)
{
    return 2 * ((const struct params *)params)->radius;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, radius, 8, 1, 1000, "px", "half the width of the windows")},
    {SEG_P_FLOAT(struct params, eps, 0, 0, 3.4e38, NULL,
                 "variance of the guide below which a window is smoothed; 0: the square of a tenth "
                 "of the range of the guide's samples, 0.01 for floating point")},
};

static const struct seg_port inputs[] = {
    FILTER_INPUT(SEG_ANY_SAMPLE),
    {.name = "guide",
     .summary = "the image whose edges are kept, of one plane or three; the image itself else",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .flags = SEG_PORT_OPTIONAL},
};
static const struct seg_port outputs[] = {FILTER_OUTPUT("smooth", SEG_ANY_SAMPLE)};

const struct seg_stage filter_guided = {
    FILTER_TABLES,
    .id = "filter.guided",
    .summary = "smooth but keep the edges of a guide",
    .detail =
        "In each window the result is a linear function of the guide, fitted to the image by least "
        "squares; windows that overlap are averaged. Where the guide varies by much more than "
        "'eps' "
        "its edges stay, elsewhere the image is averaged. It may also give the edges of a "
        "photograph to a coarse mask or depth.\n\n"
        "A guide of three planes is taken as colour, and so is an image of three planes that has "
        "no "
        "guide. Windows end at the border. 'eps' is in units of samples squared: OpenCV's value, "
        "or "
        "65025 times that of the paper for 8 bits. The time does not depend on 'radius'.",
    .reference = "K. He, J. Sun, X. Tang, Guided image filtering, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 35 (6), 2013",
    .version = 1,
    .process = process,
    .reach = reach,
    .shape = check,
};
