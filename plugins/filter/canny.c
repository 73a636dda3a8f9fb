/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.canny: thin edges. */
#include "common/runs.h"
#include "common/sample.h"
#include "correlate.h"
#include "slope.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <string.h>

struct params {
    double sigma, low, high;
    int32_t method, norm;
};

enum { INTERPOLATED, SECTORS };
enum { L2, L1 };

struct canny {
    const struct params *params;
    struct seg_view smooth;   /* with a rim that repeats the edge */
    struct seg_view strength; /* with a rim of 0 */
    struct seg_view edges;
    const float *inside_x, *inside_y; /* how much of the kernel lies in the image */
};

/* An f32 plane with a rim of 0, one sample wide. */
static int padded_view(const struct common_env *env, const struct seg_view *like,
                       struct seg_view *view)
{
    struct seg_view larger = *like;
    larger.width += 2;
    larger.height += 2;
    int status = common_scratch_view(env, &larger, SEG_F32, view);
    if (status)
        return status;
    memset(view->data, 0, (size_t)larger.height * (size_t)view->row_stride);
    view->data = (float *)seg_row(view, 0, 1) + 1;
    view->width = like->width;
    view->height = like->height;
    return SEG_OK;
}

static void repeat_edge(const struct seg_view *view)
{
    size_t width = (size_t)view->width;
    for (int32_t y = 0; y < view->height; y++) {
        float *row = seg_row(view, 0, y);
        row[-1] = row[0];
        row[width] = row[width - 1];
    }
    memcpy((float *)seg_row(view, 0, -1) - 1, (float *)seg_row(view, 0, 0) - 1,
           (width + 2) * sizeof(float));
    memcpy((float *)seg_row(view, 0, view->height) - 1,
           (float *)seg_row(view, 0, view->height - 1) - 1, (width + 2) * sizeof(float));
}

/* The sum of those weights that fall on pixels, for each place along a side. */
static const float *inside(const struct common_env *env, const struct filter_kernel *kernel,
                           int32_t length)
{
    float *sums;
    if (!COMMON_SCRATCH(env, sums, length))
        return NULL;
    for (int32_t i = 0; i < length; i++) {
        int32_t from = i < kernel->x ? -i : -kernel->x;
        int32_t to = length - 1 - i < kernel->x ? length - 1 - i : kernel->x;
        sums[i] = 0;
        for (int32_t k = from; k <= to; k++)
            sums[i] += kernel->weights[k + kernel->x];
    }
    return sums;
}

static int normalise_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct canny *canny = arg;
    for (size_t y = begin; y < end; y++) {
        float *row = seg_row(&canny->smooth, 0, (int32_t)y);
        for (int32_t x = 0; x < canny->smooth.width; x++)
            row[x] /= canny->inside_x[x] * canny->inside_y[y];
    }
    return SEG_OK;
}

/* Smooths by what lies in the image alone, so that there is no edge at its border. */
static int smooth(const struct common_env *env, struct canny *canny, const struct seg_view *in)
{
    double sigma = canny->params->sigma;
    struct filter_kernel kernel;
    if (sigma <= 0) {
        for (int32_t y = 0; y < in->height; y++)
            common_floats(in, 0, y, 0, (size_t)in->width, seg_row(&canny->smooth, 0, y));
        return SEG_OK;
    }
    int status = filter_gaussian_kernel(env, sigma, (int32_t)(4 * sigma + 0.5), 0, &kernel);
    if (!status)
        status = filter_correlate_both(env, in, 0, &kernel, &kernel, FILTER_NOTHING,
                                       &canny->strength, &canny->smooth);
    if (status)
        return status;
    canny->inside_x = inside(env, &kernel, in->width);
    canny->inside_y = inside(env, &kernel, in->height);
    if (!canny->inside_x || !canny->inside_y)
        return common_nomem(env);
    return common_parallel(env, (size_t)in->height, common_grain(in->width), normalise_rows, canny);
}

static const struct slope sobel = {1, 2};

COMMON_INLINE void strength_body(const float *a, const float *m, const float *b, bool l1,
                                 int32_t width, float *restrict strength)
{
    for (int32_t x = 0; x < width; x++) {
        float dx = slope_x(sobel, a + x, m + x, b + x), dy = slope_y(sobel, a + x, b + x);
        strength[x] = l1 ? fabsf(dx) + fabsf(dy) : sqrtf(dx * dx + dy * dy);
    }
}

COMMON_AVX2 static void strength_avx2(const float *a, const float *m, const float *b, bool l1,
                                      int32_t width, float *strength)
{
    strength_body(a, m, b, l1, width, strength);
}

static int strength_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct canny *canny = arg;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++)
        (common_cpu_avx2() ? strength_avx2 : strength_body)(
            seg_row(&canny->smooth, 0, y - 1), seg_row(&canny->smooth, 0, y),
            seg_row(&canny->smooth, 0, y + 1), canny->params->norm == L1, canny->smooth.width,
            seg_row(&canny->strength, 0, y));
    return SEG_OK;
}

/* Whether the strength at `at` is a maximum along the gradient: of the neighbours there one is
 * straight, the other in the corner, and their mean by direction counts. `line`: samples of a row.
 */
static bool largest_interpolated(const float *at, ptrdiff_t line, float dx, float dy)
{
    bool rising = (dx <= 0 && dy >= 0) || (dx >= 0 && dy <= 0); /* as drawn, y downwards */
    float x = fabsf(dx), y = fabsf(dy);
    bool steep = rising ? y >= x : y > x;
    ptrdiff_t straight = steep ? line : 1;
    ptrdiff_t corner = rising ? (steep ? line - 1 : 1 - line) : line + 1;
    float weight = steep ? x / y : y / x;
    return at[corner] * weight + at[straight] * (1 - weight) <= *at &&
           at[-corner] * weight + at[-straight] * (1 - weight) <= *at;
}

/* The same among the two neighbours that lie nearest to the gradient; of equal ones side by side
 * the first counts. The tangents are those of OpenCV's fixed-point numbers. */
static bool largest_of_sector(const float *at, ptrdiff_t line, float dx, float dy)
{
    const double tan22 = 13573 / 32768.0;
    double x = fabs((double)dx), y = fabs((double)dy);
    if (y < x * tan22)
        return *at > at[-1] && *at >= at[1];
    if (y > x * (tan22 + 2))
        return *at > at[-line] && *at >= at[line];
    ptrdiff_t corner = (dx < 0) != (dy < 0) ? line - 1 : line + 1;
    return *at > at[-corner] && *at > at[corner];
}

static bool is_largest(const struct canny *canny, int32_t x, int32_t y)
{
    const float *a = seg_row(&canny->smooth, 0, y - 1), *m = seg_row(&canny->smooth, 0, y);
    const float *b = seg_row(&canny->smooth, 0, y + 1), *at = seg_row(&canny->strength, 0, y);
    float dx = slope_x(sobel, a + x, m + x, b + x), dy = slope_y(sobel, a + x, b + x);
    ptrdiff_t line = canny->strength.row_stride / (ptrdiff_t)sizeof(float);
    if (canny->params->method == SECTORS)
        return largest_of_sector(at + x, line, dx, dy);
    return y > 0 && y < canny->edges.height - 1 && x > 0 && x < canny->edges.width - 1 &&
           largest_interpolated(at + x, line, dx, dy);
}

static bool reaches(const struct canny *canny, float strength, double threshold)
{
    bool sectors = canny->params->method == SECTORS;
    return sectors ? (double)strength > threshold : strength > 0 && (double)strength >= threshold;
}

/* Marks the pixels of edges that reach 'low'. */
static int thin_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct canny *canny = arg;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        const float *strength = seg_row(&canny->strength, 0, y);
        uint8_t *edges = seg_row(&canny->edges, 0, y);
        for (int32_t x = 0; x < canny->edges.width; x++)
            edges[x] = reaches(canny, strength[x], canny->params->low) && is_largest(canny, x, y);
    }
    return SEG_OK;
}

/* Keeps what is connected with an edge that reaches 'high'. */
static int link_edges(const struct common_env *env, const struct canny *canny)
{
    struct common_runs runs;
    int32_t components;
    uint8_t *keep;
    int status = common_runs_find(env, &canny->edges, true, &runs);
    if (!status)
        status = common_runs_label(env, &runs, 8, &components);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, keep, (size_t)components + 1))
        return common_nomem(env);
    memset(keep, 0, (size_t)components + 1);
    for (int32_t y = 0; y < runs.height; y++) {
        const float *strength = seg_row(&canny->strength, 0, y);
        for (uint32_t i = runs.row[y]; i < runs.row[y + 1]; i++)
            for (int32_t x = runs.edge[2 * i]; x < runs.edge[2 * i + 1]; x++)
                if (reaches(canny, strength[x], canny->params->high))
                    keep[runs.label[i]] = 1;
    }
    for (int32_t y = 0; y < runs.height; y++) {
        uint8_t *edges = seg_row(&canny->edges, 0, y);
        for (uint32_t i = runs.row[y]; i < runs.row[y + 1]; i++)
            memset(edges + runs.edge[2 * i], keep[runs.label[i]],
                   (size_t)(runs.edge[2 * i + 1] - runs.edge[2 * i]));
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct canny canny = {.params = self};
    struct seg_view in;
    if (canny.params->high < canny.params->low)
        return host->fail(call, SEG_STAGE,
                          "parameter 'high': %g is below 'low', %g; weak edges need stronger ones",
                          canny.params->high, canny.params->low);
    int status = common_open(&env, &in, &canny.edges);
    if (!status)
        status = padded_view(&env, &in, &canny.smooth);
    if (!status)
        status = padded_view(&env, &in, &canny.strength);
    if (!status)
        status = smooth(&env, &canny, &in);
    if (status)
        return status;
    repeat_edge(&canny.smooth);
    size_t height = (size_t)in.height, grain = common_grain(in.width);
    status = common_parallel(&env, height, grain, strength_rows, &canny);
    if (!status)
        status = common_parallel(&env, height, grain, thin_rows, &canny);
    return status ? status : link_edges(&env, &canny);
}

static const struct seg_choice methods[] = {
    [INTERPOLATED] = {"interpolated", "as scikit-image: between the neighbours along the gradient"},
    [SECTORS] = {"sectors", "as OpenCV: the nearest of four directions"},
};

static const struct seg_choice norms[] = {
    [L2] = {"l2", "the length of the gradient"},
    [L1] = {"l1", "|dx| + |dy|, OpenCV's default"},
};

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, sigma, 1, 0, 1000, "px",
                 "standard deviation of the smoothing; 0: none")},
    {SEG_P_FLOAT(struct params, low, 25.5, 0, 3e38, NULL, "strength of edges that go on"),
     .alias = "low_threshold"},
    {SEG_P_FLOAT(struct params, high, 51, 0, 3e38, NULL, "strength of edges that begin"),
     .alias = "high_threshold"},
    {SEG_P_CHOICE(struct params, method, INTERPOLATED, methods, "what a maximum is")},
    {SEG_P_CHOICE(struct params, norm, L2, norms, "what strength is")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "one plane of samples",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE,
     .planes_min = 1,
     .planes_max = 1},
};

static const struct seg_port outputs[] = {
    {.name = "edges", .summary = "lines one pixel wide", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

const struct seg_stage filter_canny = {
    FILTER_TABLES,
    .id = "filter.canny",
    .summary = "find thin edges by Canny's method",
    .detail =
        "Smooths, takes Sobel's slopes, keeps what is a maximum along the gradient, and of these "
        "lines the ones with a pixel as strong as 'high' to which all pixels as strong as 'low' "
        "hang.\n\n"
        "Strength is that of Sobel's kernels without scaling, four times what filter.sobel gives, "
        "in units of the image; the defaults are scikit-image's for 8 bits, a tenth and a fifth of "
        "the range. For OpenCV's Canny say 'method' sectors, 'norm' l1 (its default) and 'sigma' "
        "0: it does not smooth.",
    .reference = "J. Canny, A computational approach to edge detection, IEEE Transactions on "
                 "Pattern Analysis and Machine Intelligence 8 (6), 1986",
    .version = 1,
    .process = process,
};
