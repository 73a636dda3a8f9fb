/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.richardson_lucy: undoes a blur in many small steps. */
#include "kernel.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t iterations, padding;
    double sigma;
    const char *wisdom;
};

/* What is known with its border, and what is thought to have been blurred to it. */
struct lucy {
    struct frequency_grid *grid;
    const struct frequency_grid *kernel;
    float *seen, *guess, *ratio; /* of what was seen to the blurred guess */
};

static float *row_of(const struct lucy *l, float *plane, int32_t y)
{
    return plane + (size_t)y * (size_t)l->grid->width;
}

static int give_guess(void *arg, int32_t y, float *row)
{
    const struct lucy *l = arg;
    memcpy(row, row_of(l, l->guess, y), (size_t)l->grid->width * sizeof *row);
    return SEG_OK;
}

static int take_ratio(void *arg, int32_t y, float *row)
{
    const struct lucy *l = arg;
    const float *seen = row_of(l, l->seen, y);
    float *ratio = row_of(l, l->ratio, y);
    for (int32_t x = 0; x < l->grid->width; x++)
        ratio[x] = seen[x] / (row[x] > 1e-6F ? row[x] : 1e-6F);
    return SEG_OK;
}

static int give_ratio(void *arg, int32_t y, float *row)
{
    const struct lucy *l = arg;
    memcpy(row, row_of(l, l->ratio, y), (size_t)l->grid->width * sizeof *row);
    return SEG_OK;
}

static int take_factor(void *arg, int32_t y, float *row)
{
    const struct lucy *l = arg;
    float *guess = row_of(l, l->guess, y);
    for (int32_t x = 0; x < l->grid->width; x++)
        guess[x] *= row[x] > 0 ? row[x] : 0;
    return SEG_OK;
}

static int step(struct lucy *l)
{
    struct frequency_product blur = {l->kernel, false}, turned = {l->kernel, true};
    int status = frequency_rows_forward(l->grid, give_guess, l);
    if (!status)
        status = frequency_columns(l->grid, frequency_multiply, &blur, true);
    if (!status)
        status = frequency_rows_backward(l->grid, l->grid->height, take_ratio, l);
    if (!status)
        status = frequency_rows_forward(l->grid, give_ratio, l);
    if (!status)
        status = frequency_columns(l->grid, frequency_multiply, &turned, true);
    return status ? status : frequency_rows_backward(l->grid, l->grid->height, take_factor, l);
}

/* The image itself is the first guess. */
static int restore(struct lucy *l, const struct params *params, const struct seg_view *in,
                   const struct seg_view *out, int32_t plane)
{
    const struct common_env *env = l->grid->env;
    struct frequency_plane from = {l->grid, *in, plane, 0}, to = {l->grid, *out, plane, 0};
    int status = SEG_OK;
    for (int32_t y = 0; y < l->grid->height && !status; y++) {
        float *seen = row_of(l, l->seen, y);
        status = frequency_give_plane(&from, y, seen);
        for (int32_t x = 0; x < l->grid->width; x++)
            seen[x] = seen[x] > 0 ? seen[x] : 0;
        memcpy(row_of(l, l->guess, y), seen, (size_t)l->grid->width * sizeof *seen);
    }
    for (int32_t i = 0; i < params->iterations && !status; i++) {
        status = step(l);
        if (!status)
            status = env->host->progress(env->call, (plane + (double)(i + 1) / params->iterations) /
                                                        in->planes);
    }
    for (int32_t y = 0; y < in->height && !status; y++)
        status = frequency_take_plane(&to, y, row_of(l, l->guess, y));
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const struct frequency_kernel_spec spec = {true, params->sigma};
    struct frequency_grid grid, kernel;
    struct lucy l = {.grid = &grid, .kernel = &kernel};
    struct seg_view in, out;
    int32_t reach;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = frequency_kernel_reach(&env, &spec, &reach);
    if (status)
        return status;
    status = frequency_open(&grid, &env, &in, 2 * reach > 32 ? 2 * reach : 32, params->padding,
                            params->wisdom);
    if (!status) {
        const size_t pixels = (size_t)grid.width * (size_t)grid.height;
        status = frequency_kernel(&kernel, &grid, &spec, params->wisdom);
        if (!status &&
            (!COMMON_SCRATCH(&env, l.seen, pixels) || !COMMON_SCRATCH(&env, l.guess, pixels) ||
             !COMMON_SCRATCH(&env, l.ratio, pixels)))
            status = common_nomem(&env);
        for (int32_t p = 0; p < in.planes && !status; p++)
            status = restore(&l, params, &in, &out, p);
        frequency_close(&kernel);
    }
    frequency_close(&grid);
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_INT(struct params, iterations, 30, 1, 10000, NULL,
               "steps; more of them bring out finer detail, and noise")},
    {SEG_P_FLOAT(struct params, sigma, 1.5, 0.1, 1000, "px",
                 "of the Gaussian that blurred the image, where 'kernel' is not connected")},
    FREQUENCY_PADDING(struct params),
    FREQUENCY_WISDOM(struct params),
};

static const struct seg_port inputs[] = {
    FREQUENCY_PORT,
    FREQUENCY_KERNEL_PORT(SEG_PORT_OPTIONAL, "what a point was blurred to, of any size")};
static const struct seg_port outputs[] = {FREQUENCY_RESULT};

const struct seg_stage frequency_richardson_lucy = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.richardson_lucy",
    .summary = "undo a blur step by step, without negative results (Richardson and Lucy)",
    .detail = "Each step blurs what is thought to be the image, divides what was seen by that, and "
              "multiplies by the ratio, blurred with the kernel turned around: the result is the "
              "likeliest under Poisson noise. Begins with the image itself; negative samples count "
              "as 0. The kernel is normalized. Each step takes four transforms.\n\n" FREQUENCY_TEXT,
    .reference = "L. B. Lucy, An iterative technique for the rectification of observed "
                 "distributions, Astronomical Journal 79, 1974",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
};
