/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* He, Sun and Tang, Guided image filtering, IEEE Transactions on Pattern Analysis and Machine
 * Intelligence 35 (6), 2013: in each window the plane is put as a linear function of the guide, and
 * a pixel takes the mean of the functions of all windows that it lies in.
 *
 * All means come from running sums: of each column over the rows of the window, and of those sums
 * along the row. Rows are done in strips of a fixed height, so that rounding does not depend on the
 * number of threads. */
#include "guided.h"

#include "sample.h"

#include <math.h>
#include <string.h>

struct guided {
    const struct common_env *env;
    struct seg_view guide, in, out;
    int32_t width, height, radius, planes;
    int32_t features, strip;
    bool second; /* the pass */
    float scale; /* of the guide */
    double epsilon;
    float *factor; /* planes + 1 rasters: the functions of the windows */
    double *room;  /* of each worker */
    size_t share;
};

static float bounded(float value)
{
    return fabsf(value) < 1e15f ? value : 0;
}

/* The guide's samples of a row, one plane after the other, and after them the plane's. */
static void read_row(const struct guided *g, int32_t y, float *row)
{
    size_t width = (size_t)g->width;
    for (int32_t k = 0; k <= g->planes; k++, row += width) {
        common_floats(k < g->planes ? &g->guide : &g->in, k < g->planes ? k : 0, y, 0, width, row);
        for (size_t x = 0; x < width; x++)
            row[x] = bounded(row[x]) * (k < g->planes ? g->scale : 1);
    }
}

/* What is to be averaged: the samples themselves and their products, or the functions. */
static void make_row(const struct guided *g, int32_t y, float *row)
{
    size_t width = (size_t)g->width, pixels = width * (size_t)g->height;
    if (g->second) {
        for (int32_t k = 0; k <= g->planes; k++)
            memcpy(row + (size_t)k * width, g->factor + (size_t)k * pixels + (size_t)y * width,
                   width * sizeof *row);
        return;
    }
    read_row(g, y, row);
    float *to = row + (size_t)(g->planes + 1) * width;
    for (int32_t i = 0; i < g->planes; i++)
        for (int32_t j = i; j <= g->planes; j++, to += width)
            for (size_t x = 0; x < width; x++)
                to[x] = row[(size_t)i * width + x] * row[(size_t)j * width + x];
}

/* The function of one window out of its means, by Cholesky's decomposition of the guide's
 * covariance. `mean` has one feature every `width`. */
static void solve(const struct guided *g, const double *mean, size_t width, float *factor,
                  size_t pixels)
{
    int32_t planes = g->planes;
    double low[COMMON_GUIDES][COMMON_GUIDES], a[COMMON_GUIDES];
    const double *product = mean + (size_t)(planes + 1) * width;
    double value = mean[(size_t)planes * width];
    for (int32_t i = 0; i < planes; i++, product += width) {
        double here = mean[(size_t)i * width];
        for (int32_t j = i; j < planes; j++, product += width)
            low[j][i] = *product - here * mean[(size_t)j * width] + (i == j ? g->epsilon : 0);
        a[i] = *product - here * value;
    }
    for (int32_t i = 0; i < planes; i++) { /* the factor, and forwards */
        for (int32_t k = 0; k < i; k++)
            low[i][i] -= low[i][k] * low[i][k];
        low[i][i] = sqrt(low[i][i] > 1e-15 ? low[i][i] : 1e-15);
        for (int32_t j = i + 1; j < planes; j++) {
            for (int32_t k = 0; k < i; k++)
                low[j][i] -= low[j][k] * low[i][k];
            low[j][i] /= low[i][i];
        }
        for (int32_t k = 0; k < i; k++)
            a[i] -= low[i][k] * a[k];
        a[i] /= low[i][i];
    }
    for (int32_t i = planes - 1; i >= 0; i--) { /* and backwards */
        for (int32_t k = i + 1; k < planes; k++)
            a[i] -= low[k][i] * a[k];
        a[i] /= low[i][i];
        factor[(size_t)i * pixels] = (float)a[i];
        value -= a[i] * mean[(size_t)i * width];
    }
    factor[(size_t)planes * pixels] = (float)value;
}

/* Uses the means of a row. */
static void use_row(const struct guided *g, int32_t y, const double *means, float *row)
{
    size_t width = (size_t)g->width, pixels = width * (size_t)g->height;
    float *out = seg_row(&g->out, 0, y);
    if (g->second)
        read_row(g, y, row);
    for (size_t x = 0; x < width; x++) {
        if (!g->second) {
            solve(g, means + x, width, g->factor + (size_t)y * width + x, pixels);
            continue;
        }
        double sum = means[(size_t)g->planes * width + x];
        for (size_t k = 0; k < (size_t)g->planes; k++)
            sum += means[k * width + x] * (double)row[k * width + x];
        out[x] = (float)sum;
    }
}

/* From the sums of columns to the means of windows that hold so many rows. */
static void along_row(const struct guided *g, const double *columns, int32_t rows, double *means)
{
    for (int32_t f = 0; f < g->features; f++, columns += g->width, means += g->width) {
        double sum = 0;
        for (int32_t x = 0; x < g->width && x < g->radius; x++)
            sum += columns[x];
        for (int32_t x = 0; x < g->width; x++) {
            int32_t from = x - g->radius, to = x + g->radius;
            sum += to < g->width ? columns[to] : 0;
            sum -= from > 0 ? columns[from - 1] : 0;
            int32_t count = (to < g->width ? to + 1 : g->width) - (from > 0 ? from : 0);
            means[x] = sum / ((double)count * rows);
        }
    }
}

static int do_strips(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct guided *g = arg;
    size_t size = (size_t)g->features * (size_t)g->width;
    double *columns = g->room + worker * g->share, *means = columns + size;
    float *row = (float *)(void *)(means + size);
    for (size_t strip = begin; strip < end; strip++) {
        int32_t first = (int32_t)strip * g->strip, top = first - g->radius, bottom = top;
        int32_t last = g->height - first < g->strip ? g->height : first + g->strip;
        memset(columns, 0, size * sizeof *columns);
        top = bottom = top > 0 ? top : 0;
        for (int32_t y = first; y < last; y++) {
            for (; bottom <= y + g->radius && bottom < g->height; bottom++) {
                make_row(g, bottom, row);
                for (size_t i = 0; i < size; i++)
                    columns[i] += (double)row[i];
            }
            for (; top < y - g->radius; top++) {
                make_row(g, top, row);
                for (size_t i = 0; i < size; i++)
                    columns[i] -= (double)row[i];
            }
            along_row(g, columns, bottom - top, means);
            use_row(g, y, means, row);
        }
    }
    return SEG_OK;
}

int common_guided(const struct common_env *env, const struct seg_view *guide,
                  const struct seg_view *in, int32_t radius, double epsilon,
                  const struct seg_view *out)
{
    static const float scales[] = {[SEG_U8] = 1 / 255.0f, [SEG_U16] = 1 / 65535.0f, [SEG_F32] = 1};
    int32_t planes = guide->planes, longest = in->width > in->height ? in->width : in->height;
    struct guided g = {.env = env,
                       .guide = *guide,
                       .in = *in,
                       .out = *out,
                       .width = in->width,
                       .height = in->height,
                       .radius = radius < longest ? radius : longest,
                       .planes = planes,
                       .features = planes + 1 + planes * (planes + 3) / 2,
                       .scale = scales[guide->dtype],
                       .epsilon = epsilon};
    size_t width = (size_t)g.width, workers = env->host->workers(env->call);
    g.strip = 2 * g.radius > 64 ? 2 * g.radius : 64;
    g.share = (size_t)g.features * width * 5 / 2 + 1;
    if (!COMMON_SCRATCH(env, g.room, workers * g.share) ||
        !COMMON_SCRATCH(env, g.factor, common_pixels(in) * (size_t)(planes + 1)))
        return common_nomem(env);
    size_t strips = ((size_t)g.height + (size_t)g.strip - 1) / (size_t)g.strip;
    int status = common_parallel(env, strips, 1, do_strips, &g);
    g.second = true;
    g.features = planes + 1;
    return status ? status : common_parallel(env, strips, 1, do_strips, &g);
}
