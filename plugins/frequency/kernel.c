/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel.h"

#include "common/sample.h"

#include <math.h>
#include <string.h>

struct source {
    const struct frequency_grid *grid;
    struct seg_view view; /* no data: a Gaussian */
    int32_t width, height;
    double sigma, scale;
    float *row, *plane;
};

/* Sample (x, y) of the kernel. */
static double gaussian(const struct source *s, int32_t x, int32_t y)
{
    const double dx = x - s->width / 2, dy = y - s->height / 2;
    return exp(-(dx * dx + dy * dy) / (2 * s->sigma * s->sigma));
}

static void read_row(const struct source *s, int32_t y)
{
    if (s->view.data)
        common_floats(&s->view, 0, y, 0, (size_t)s->width, s->row);
    for (int32_t x = 0; x < s->width && !s->view.data; x++)
        s->row[x] = (float)gaussian(s, x, y);
}

static int open_source(const struct common_env *env, const struct frequency_kernel_spec *spec,
                       struct source *s)
{
    *s = (struct source){.view = SEG_VIEW, .sigma = spec->sigma, .scale = 1};
    const int status = env->host->input(env->call, 1, &s->view);
    if (status != SEG_OK && status != SEG_ABSENT)
        return status;
    if (status == SEG_ABSENT)
        s->view.data = NULL;
    s->width = s->view.data ? s->view.width : 2 * (int32_t)(4 * spec->sigma + 0.5) + 1;
    s->height = s->view.data ? s->view.height : s->width;
    return SEG_OK;
}

int frequency_kernel_reach(const struct common_env *env, const struct frequency_kernel_spec *spec,
                           int32_t *reach)
{
    struct source s;
    const int status = open_source(env, spec, &s);
    *reach = status ? 0 : (s.width > s.height ? s.width : s.height) / 2 + 1;
    return status;
}

static int sum_up(struct source *s)
{
    const struct common_env *env = s->grid->env;
    double sum = 0;
    for (int32_t y = 0; y < s->height; y++) {
        read_row(s, y);
        for (int32_t x = 0; x < s->width; x++)
            sum += (double)s->row[x];
    }
    if (!isfinite(sum) || sum == 0)
        return env->host->fail(env->call, SEG_STAGE,
                               "the kernel's samples sum to %g; a sum other than 0 is needed to "
                               "normalize it",
                               sum);
    s->scale = 1 / sum;
    return SEG_OK;
}

/* The kernel's origin lies at the corner, and what is left and above of it at the far ends; one
 * that is larger than the grid overlaps itself. */
static int fill(struct source *s, float *plane)
{
    const struct frequency_grid *grid = s->grid;
    memset(plane, 0, (size_t)grid->width * (size_t)grid->height * sizeof *plane);
    for (int32_t y = 0; y < s->height; y++) {
        const int32_t down = (y - s->height / 2) % grid->height;
        float *to = plane + (size_t)(down < 0 ? down + grid->height : down) * (size_t)grid->width;
        read_row(s, y);
        for (int32_t x = 0; x < s->width; x++) {
            const int32_t across = (x - s->width / 2) % grid->width;
            if (!isfinite(s->row[x]))
                return grid->env->host->fail(grid->env->call, SEG_STAGE,
                                             "the kernel's sample at column %d, row %d is %g; it "
                                             "must be finite",
                                             x, y, (double)s->row[x]);
            to[across < 0 ? across + grid->width : across] += (float)((double)s->row[x] * s->scale);
        }
    }
    return SEG_OK;
}

static int give_row(void *arg, int32_t y, float *row)
{
    const struct source *s = arg;
    const size_t width = (size_t)s->grid->width;
    memcpy(row, s->plane + (size_t)y * width, width * sizeof *row);
    return SEG_OK;
}

int frequency_kernel(struct frequency_grid *kernel, const struct frequency_grid *grid,
                     const struct frequency_kernel_spec *spec, const char *wisdom)
{
    const struct common_env *env = grid->env;
    const struct seg_view size = {.width = grid->width, .height = grid->height};
    struct source s;
    int status = frequency_open(kernel, env, &size, 0, FREQUENCY_WRAP, wisdom);
    if (!status)
        status = open_source(env, spec, &s);
    if (status)
        return status;
    s.grid = grid;
    if (!COMMON_SCRATCH(env, s.row, s.width) ||
        !COMMON_SCRATCH(env, s.plane, (size_t)grid->width * (size_t)grid->height))
        return common_nomem(env);
    if (spec->normalize)
        status = sum_up(&s);
    if (!status)
        status = fill(&s, s.plane);
    if (!status)
        status = frequency_rows_forward(kernel, give_row, &s);
    return status ? status : frequency_columns(kernel, NULL, NULL, false);
}

void frequency_multiply(void *arg, const struct frequency_grid *grid, int32_t first,
                        fftwf_complex *block)
{
    const struct frequency_product *product = arg;
    const float sign = product->conjugate ? -1 : 1;
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t i = 0; i < FREQUENCY_BLOCK && first + i < grid->columns; i++) {
            const float *k =
                product->kernel->data[(size_t)y * product->kernel->stride + (size_t)(first + i)];
            float *to = block[(size_t)y * FREQUENCY_BLOCK + (size_t)i];
            const float real = to[0] * k[0] - sign * to[1] * k[1];
            to[1] = to[1] * k[0] + sign * to[0] * k[1];
            to[0] = real;
        }
}
