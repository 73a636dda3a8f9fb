/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.canny: thin edges. */
#include "common/runs.h"
#include "common/sample.h"
#include "correlate.h"
#include "slope.h"
#include "stages.h"
#include "table.h"

#include <math.h>
#include <stdatomic.h>
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
    float low, high;                  /* strength is above the thresholds where it is above these */
    bool whole;                       /* 8 bits that are not smoothed */
};

/* An f32 plane with a rim, one sample wide, that is 0. */
static int padded_view(const struct common_env *env, const struct seg_view *like,
                       struct seg_view *view)
{
    struct seg_view larger = *like;
    larger.width += 2;
    larger.height += 2;
    int status = common_scratch_view(env, &larger, SEG_F32, view);
    if (status)
        return status;
    for (int32_t y = 0; y < larger.height; y++) {
        float *row = seg_row(view, 0, y);
        if (y && y < larger.height - 1)
            row[0] = row[larger.width - 1] = 0;
        else
            memset(row, 0, (size_t)larger.width * sizeof *row);
    }
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

struct copy {
    const struct seg_view *from, *to;
};

static int copy_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct copy *copy = arg;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++)
        common_floats(copy->from, 0, y, 0, (size_t)copy->from->width, seg_row(copy->to, 0, y));
    return SEG_OK;
}

/* Smooths by what lies in the image alone, so that there is no edge at its border. */
static int smooth(const struct common_env *env, struct canny *canny, const struct seg_view *in)
{
    double sigma = canny->params->sigma;
    struct filter_kernel kernel;
    if (sigma <= 0) {
        struct copy copy = {in, &canny->smooth};
        return common_parallel(env, (size_t)in->height, common_grain(in->width), copy_rows, &copy);
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

/* The float above which is what reaches a threshold. */
static float limit_of(int32_t method, double threshold)
{
    float limit = (float)threshold;
    if (method == SECTORS) /* what is above it, else also what is equal and not 0 */
        return (double)limit > threshold ? nextafterf(limit, -INFINITY) : limit;
    if ((double)limit >= threshold)
        limit = nextafterf(limit, -INFINITY);
    return limit > 0 ? limit : 0;
}

COMMON_INLINE void mark_body(const float *strength, float low, int32_t width, uint8_t *edges)
{
    for (int32_t x = 0; x < width; x++)
        edges[x] = strength[x] > low;
}

COMMON_AVX2 static void mark_avx2(const float *strength, float low, int32_t width, uint8_t *edges)
{
    mark_body(strength, low, width, edges);
}

/* Of the pixels from `first` on that are marked those stay that are the largest. */
static void thin_row(const struct canny *canny, int32_t y, int32_t first, uint8_t *edges)
{
    const float *a = seg_row(&canny->smooth, 0, y - 1), *m = seg_row(&canny->smooth, 0, y);
    const float *b = seg_row(&canny->smooth, 0, y + 1), *at = seg_row(&canny->strength, 0, y);
    const ptrdiff_t line = canny->strength.row_stride / (ptrdiff_t)sizeof(float);
    const bool sectors = canny->params->method == SECTORS;
    const int32_t width = canny->edges.width;
    const bool border = y == 0 || y == canny->edges.height - 1;
    for (int32_t x = first; x < width; x++) {
        uint64_t eight = 1;
        if (x + 8 <= width)
            memcpy(&eight, edges + x, 8);
        if (!eight) {
            x += 7;
            continue;
        }
        if (!edges[x])
            continue;
        const float dx = slope_x(sobel, a + x, m + x, b + x), dy = slope_y(sobel, a + x, b + x);
        edges[x] = sectors ? largest_of_sector(at + x, line, dx, dy)
                           : !border && x > 0 && x < width - 1 &&
                                 largest_interpolated(at + x, line, dx, dy);
    }
}

/* Eight floats, wherever they lie, and what is true of them: 0 or -1. */
typedef float lane __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t flags __attribute__((vector_size(32), aligned(4), may_alias));
typedef int8_t bytes __attribute__((vector_size(8)));

enum { LANES = 8 };

#define LANE(at)                (*(const lane *)(const void *)(at))
#define CHOOSE(flags_, yes, no) (((flags_) & (yes)) | (~(flags_) & (no)))
#define ABSOLUTE(value)         ((lane)((flags)(value)&INT32_MAX))

/* mark_body and thin_row by sectors, for whole numbers up to 255, of which floats hold the
 * products; returns how many columns it has done. Of what is wanted of eight all is worked out:
 * branches would rarely agree. */
COMMON_INLINE int32_t sector_body(const float *a, const float *m, const float *b, const float *at,
                                  ptrdiff_t line, float low, int32_t width, uint8_t *edges)
{
    const float tan22 = 13573 / 32768.0F;
    int32_t x = 0;
    for (; x + LANES <= width; x += LANES) {
        const float *here = at + x, *above = here - line, *below = here + line;
        const lane sum = LANE(a + x + 1) + LANE(b + x + 1) - LANE(a + x - 1) - LANE(b + x - 1);
        const lane dx = sum + 2 * (LANE(m + x + 1) - LANE(m + x - 1));
        const lane dy = LANE(b + x - 1) + 2 * LANE(b + x) + LANE(b + x + 1) - LANE(a + x - 1) -
                        2 * LANE(a + x) - LANE(a + x + 1);
        const lane side = ABSOLUTE(dx), up = ABSOLUTE(dy), part = side * tan22, s = LANE(here);
        const flags flat = (s > LANE(here - 1)) & (s >= LANE(here + 1));
        const flags steep = (s > LANE(above)) & (s >= LANE(below));
        const flags rising = (s > LANE(above + 1)) & (s > LANE(below - 1));
        const flags falling = (s > LANE(above - 1)) & (s > LANE(below + 1));
        const flags corner = CHOOSE((dx < 0) ^ (dy < 0), rising, falling);
        const flags other = CHOOSE(up - 2 * side > part, steep, corner);
        const flags found = CHOOSE(up < part, flat, other) & (s > low);
        const bytes eight = __builtin_convertvector(found, bytes) & 1;
        memcpy(edges + x, &eight, sizeof eight);
    }
    return x;
}

COMMON_AVX2 static int32_t sector_avx2(const float *a, const float *m, const float *b,
                                       const float *at, ptrdiff_t line, float low, int32_t width,
                                       uint8_t *edges)
{
    return sector_body(a, m, b, at, line, low, width, edges);
}

static int32_t sector_row(const struct canny *canny, int32_t y, uint8_t *edges)
{
    return (common_cpu_avx2() ? sector_avx2 : sector_body)(
        seg_row(&canny->smooth, 0, y - 1), seg_row(&canny->smooth, 0, y),
        seg_row(&canny->smooth, 0, y + 1), seg_row(&canny->strength, 0, y),
        canny->strength.row_stride / (ptrdiff_t)sizeof(float), canny->low, canny->edges.width,
        edges);
}

/* Marks the pixels of edges that reach 'low'. */
static int thin_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct canny *canny = arg;
    for (int32_t y = (int32_t)begin; y < (int32_t)end; y++) {
        uint8_t *edges = seg_row(&canny->edges, 0, y);
        const bool vectors = canny->whole && canny->params->method == SECTORS;
        const int32_t done = vectors ? sector_row(canny, y, edges) : 0;
        (common_cpu_avx2() ? mark_avx2 : mark_body)((float *)seg_row(&canny->strength, 0, y) + done,
                                                    canny->low, canny->edges.width - done,
                                                    edges + done);
        thin_row(canny, y, done, edges);
    }
    return SEG_OK;
}

struct link {
    const struct canny *canny;
    struct common_runs runs;
    atomic_uchar *keep; /* of each component: has a pixel that reaches 'high' */
};

static int find_strong(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct link *link = arg;
    const struct common_runs *runs = &link->runs;
    for (size_t y = begin; y < end; y++) {
        const float *strength = seg_row(&link->canny->strength, 0, (int32_t)y);
        for (uint32_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            bool strong = false;
            for (int32_t x = runs->edge[2 * i]; x < runs->edge[2 * i + 1]; x++)
                strong = strong || strength[x] > link->canny->high;
            if (strong)
                atomic_store_explicit(&link->keep[runs->label[i]], 1, memory_order_relaxed);
        }
    }
    return SEG_OK;
}

static int keep_strong(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct link *link = arg;
    const struct common_runs *runs = &link->runs;
    for (size_t y = begin; y < end; y++) {
        uint8_t *edges = seg_row(&link->canny->edges, 0, (int32_t)y);
        for (uint32_t i = runs->row[y]; i < runs->row[y + 1]; i++)
            if (!atomic_load_explicit(&link->keep[runs->label[i]], memory_order_relaxed))
                memset(edges + runs->edge[2 * i], 0,
                       (size_t)(runs->edge[2 * i + 1] - runs->edge[2 * i]));
    }
    return SEG_OK;
}

/* Keeps what is connected with an edge that reaches 'high'. */
static int link_edges(const struct common_env *env, const struct canny *canny)
{
    const size_t height = (size_t)canny->edges.height, grain = common_grain(canny->edges.width);
    struct link link = {.canny = canny};
    int32_t components;
    int status = common_runs_find(env, &canny->edges, true, &link.runs);
    if (!status)
        status = common_runs_label(env, &link.runs, 8, &components);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, link.keep, (size_t)components + 1))
        return common_nomem(env);
    for (int32_t i = 0; i <= components; i++)
        atomic_init(&link.keep[i], 0);
    status = common_parallel(env, height, grain, find_strong, &link);
    return status ? status : common_parallel(env, height, grain, keep_strong, &link);
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
    canny.low = limit_of(canny.params->method, canny.params->low);
    canny.high = limit_of(canny.params->method, canny.params->high);
    int status = common_open(&env, &in, &canny.edges);
    if (!status)
        status = padded_view(&env, &in, &canny.smooth);
    canny.whole = in.dtype == SEG_U8 && canny.params->sigma <= 0;
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
