/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 3 x 3 windows tell of slopes: filter.sobel, scharr, prewitt, laplacian. */
#include "common/border.h"
#include "common/choices.h"
#include "common/sample.h"
#include "slope.h"
#include "stages.h"
#include "table.h"

#include <math.h>

struct params {
    int32_t what; /* a component, or the connectivity of a Laplacian */
    int32_t border;
};

enum { MAGNITUDE, ALONG_X, ALONG_Y };

struct stencil {
    const struct params *params;
    struct slope slope; /* zeros: it is the Laplacian */
    struct seg_view in, out;
    int32_t plane;
    float *room; /* three padded rows for each worker */
    size_t line;
};

/* One output row from the row above, its own and the one below, each with a sample more on both
 * sides. */
COMMON_INLINE void row_body(const struct stencil *stencil, const float *a, const float *m,
                            const float *b, float *restrict out)
{
    const struct slope s = stencil->slope;
    int32_t width = stencil->in.width, what = stencil->params->what;
    if (s.middle <= 0 && what == COMMON_FOUR)
        for (int32_t x = 0; x < width; x++)
            out[x] = a[x] + b[x] + (m[x - 1] + m[x + 1]) - 4 * m[x];
    else if (s.middle <= 0)
        for (int32_t x = 0; x < width; x++)
            out[x] = a[x] + b[x] + (m[x - 1] + m[x + 1]) + (a[x - 1] + a[x + 1]) +
                     (b[x - 1] + b[x + 1]) - 8 * m[x];
    else if (what == ALONG_X)
        for (int32_t x = 0; x < width; x++)
            out[x] = slope_x(s, a + x, m + x, b + x);
    else if (what == ALONG_Y)
        for (int32_t x = 0; x < width; x++)
            out[x] = slope_y(s, a + x, b + x);
    else
        for (int32_t x = 0; x < width; x++) {
            float dx = slope_x(s, a + x, m + x, b + x), dy = slope_y(s, a + x, b + x);
            out[x] = sqrtf((dx * dx + dy * dy) * 0.5f);
        }
}

COMMON_AVX2 static void row_avx2(const struct stencil *stencil, const float *a, const float *m,
                                 const float *b, float *out)
{
    row_body(stencil, a, m, b, out);
}

static void load_row(const struct stencil *stencil, int64_t y, float *line)
{
    int32_t width = stencil->in.width, border = stencil->params->border;
    common_floats(&stencil->in, stencil->plane, common_border(y, stencil->in.height, border), 0,
                  (size_t)width, line);
    line[-1] = line[common_border(-1, width, border)];
    line[width] = line[common_border(width, width, border)];
}

static int stencil_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct stencil *stencil = arg;
    float *rows[3], *first = stencil->room + worker * 3 * stencil->line + 1;
    for (size_t i = 0; i < 3; i++)
        rows[i] = first + i * stencil->line;
    load_row(stencil, (int64_t)begin - 1, rows[1]);
    load_row(stencil, (int64_t)begin, rows[2]);
    for (size_t y = begin; y < end; y++) {
        float *oldest = rows[0];
        rows[0] = rows[1];
        rows[1] = rows[2];
        rows[2] = oldest;
        load_row(stencil, (int64_t)y + 1, oldest);
        (common_cpu_avx2() ? row_avx2 : row_body)(
            stencil, rows[0], rows[1], rows[2], seg_row(&stencil->out, stencil->plane, (int32_t)y));
    }
    return SEG_OK;
}

static int run(struct slope slope, const struct params *params, const struct seg_host *host,
               struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct stencil stencil = {.params = params, .slope = slope};
    int status = common_open(&env, &stencil.in, &stencil.out);
    if (status)
        return status;
    stencil.line = ((size_t)stencil.in.width + 2 + 15) / 16 * 16;
    if (!COMMON_SCRATCH(&env, stencil.room, 3 * stencil.line * host->workers(call)))
        return common_nomem(&env);
    for (; stencil.plane < stencil.in.planes && !status; stencil.plane++)
        status = common_parallel(&env, (size_t)stencil.in.height, common_grain(stencil.in.width),
                                 stencil_rows, &stencil);
    return status;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 1;
}

static const struct seg_choice components[] = {
    [MAGNITUDE] = {"magnitude", "the square root of the mean of both squares"},
    [ALONG_X] = {"x", "positive where it rises to the right"},
    [ALONG_Y] = {"y", "positive where it rises downwards"},
};

#define BORDER                                                                                     \
    {                                                                                              \
        SEG_P_CHOICE(struct params, border, COMMON_REFLECT, common_borders,                        \
                     "what lies beyond the border")                                                \
    }

static const struct seg_param slope_params[] = {{.name = "component",
                                                 .summary = "which slope",
                                                 .type = SEG_CHOICE,
                                                 .offset = SEG_FIELD(struct params, what, int32_t),
                                                 .max = ALONG_Y,
                                                 .choices = components,
                                                 .choice_count = SEG_COUNT(components)},
                                                BORDER};

static const struct seg_param laplacian_params[] = {
    {.name = "connectivity",
     .summary = "which neighbours count",
     .type = SEG_CHOICE,
     .offset = SEG_FIELD(struct params, what, int32_t),
     .max = COMMON_EIGHT,
     .def = COMMON_FOUR,
     .choices = common_connectivity,
     .choice_count = SEG_COUNT(common_connectivity)},
    BORDER};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {
    {.name = "result",
     .summary = "in units of the image",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32)},
};

#define STAGE(NAME, SIDE, MIDDLE, PARAMS, SUMMARY, DETAIL, REFERENCE)                              \
    static int process_##NAME(void *self, const struct seg_host *host, struct seg_call *call)      \
    {                                                                                              \
        return run((struct slope){SIDE, MIDDLE}, self, host, call);                                \
    }                                                                                              \
    const struct seg_stage filter_##NAME = {                                                       \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "filter." #NAME,                                                                     \
        .summary = SUMMARY,                                                                        \
        .detail = DETAIL,                                                                          \
        .reference = REFERENCE,                                                                    \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, PARAMS, inputs, outputs),                                        \
        .process = process_##NAME,                                                                 \
        .reach = reach,                                                                            \
    }

#define SLOPE(WEIGHTS)                                                                             \
    "The slope in x is a difference over two pixels, weighed " WEIGHTS                             \
    " over three rows; that in "                                                                   \
    "y likewise. The magnitude is the root of the mean of both squares, as in scikit-image, "      \
    "which "                                                                                       \
    "also divides 8 bits by 255; OpenCV's derivatives are not scaled.\n\n"                         \
    "Each plane is treated by itself."

STAGE(sobel, 0.25f, 0.5f, slope_params, "take the slope by Sobel's kernels",
      SLOPE("1/4, 2/4 and 1/4"),
      "I. Sobel, G. Feldman, A 3x3 isotropic gradient operator for image processing, Stanford "
      "Artificial Intelligence Project 1968");
STAGE(scharr, 3 / 16.0f, 10 / 16.0f, slope_params, "take the slope by Scharr's kernels",
      SLOPE("3/16, 10/16 and 3/16, which depends least on direction,"),
      "H. Scharr, Optimale Operatoren in der Digitalen Bildverarbeitung, dissertation, Heidelberg "
      "2000");
STAGE(prewitt, 1 / 3.0f, 1 / 3.0f, slope_params, "take the slope by Prewitt's kernels",
      SLOPE("1/3 each"),
      "J. M. S. Prewitt, Object enhancement and extraction, in Picture Processing and "
      "Psychopictorics, Academic Press 1970");
STAGE(laplacian, 0, 0, laplacian_params, "take the sum of differences to the neighbours",
      "The sum of four or eight neighbours less as many times the pixel: negative on bright spots, "
      "as scipy and OpenCV have it; scikit-image's has the other sign.\n\n"
      "Each plane is treated by itself.",
      "A. Rosenfeld, A. C. Kak, Digital Picture Processing, Academic Press 1976");
