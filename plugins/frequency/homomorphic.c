/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.homomorphic: evens out the light. */
#include "grid.h"
#include "stages.h"

#include <math.h>

struct params {
    int32_t padding;
    double cutoff, low, high;
    const char *wisdom;
};

static int give_log(void *arg, int32_t y, float *row)
{
    const struct frequency_plane *p = arg;
    const int status = frequency_give_plane(arg, y, row);
    for (int32_t x = 0; x < p->grid->width && !status; x++)
        row[x] = log1pf(row[x] > 0 ? row[x] : 0);
    return status;
}

static int take_exp(void *arg, int32_t y, float *row)
{
    const struct frequency_plane *p = arg;
    for (int32_t x = 0; x < p->grid->inner_width; x++)
        row[x] = expm1f(row[x]);
    return frequency_take_plane(arg, y, row);
}

/* The mean of the logarithm stays as it is, so that the image does not become darker. */
static void change(void *arg, const struct frequency_grid *grid, int32_t first,
                   fftwf_complex *block)
{
    const struct params *params = arg;
    const float scale = (float)(-1 / (2 * params->cutoff * params->cutoff));
    const float low = (float)params->low, rise = (float)(params->high - params->low);
    for (int32_t y = 0; y < grid->height; y++) {
        const float down = frequency_of(y, grid->height);
        for (int32_t i = 0; i < FREQUENCY_BLOCK; i++) {
            const float across = (float)(first + i) / (float)grid->width;
            const float square = across * across + down * down;
            const float gain = square > 0 ? low + rise * (1 - expf(square * scale)) : 1;
            float *to = block[(size_t)y * FREQUENCY_BLOCK + (size_t)i];
            to[0] *= gain;
            to[1] *= gain;
        }
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct params *params = self;
    const struct common_env env = {host, call};
    struct frequency_grid grid;
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    const int32_t longer = in.width > in.height ? in.width : in.height;
    const int32_t margin = (int32_t)fmin(fmax(1 / params->cutoff, 16), longer);
    status = frequency_open(&grid, &env, &in, margin, params->padding, params->wisdom);
    for (int32_t p = 0; p < in.planes && !status; p++) {
        struct frequency_plane from = {&grid, in, p, 0}, to = {&grid, out, p, 0};
        status = frequency_rows_forward(&grid, give_log, &from);
        if (!status)
            status = frequency_columns(&grid, change, params, true);
        if (!status)
            status = frequency_rows_backward(&grid, grid.inner_height, take_exp, &to);
    }
    frequency_close(&grid);
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_FLOAT(struct params, cutoff, 0.01, 1e-5, 1, "cycles/px",
                 "where light ends and structure begins")},
    {SEG_P_FLOAT(struct params, low, 0.5, 0, 10, NULL, "gain of the light")},
    {SEG_P_FLOAT(struct params, high, 1.5, 0, 10, NULL, "gain of the structure")},
    FREQUENCY_PADDING(struct params),
    FREQUENCY_WISDOM(struct params),
};

static const struct seg_port inputs[] = {FREQUENCY_PORT};
static const struct seg_port outputs[] = {FREQUENCY_RESULT};

const struct seg_stage frequency_homomorphic = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.homomorphic",
    .summary = "even out the light and bring out structure, by filtering the logarithm",
    .detail = "Light multiplies what it falls on, so in log(1 + sample) the two are added, and "
              "light is what varies slowly. Frequencies are multiplied by low + (high - low) (1 - "
              "exp(-f^2 / (2 cutoff^2))) and the result is taken back from the logarithm; the mean "
              "of the logarithm stays. Negative samples count as 0.\n\n" FREQUENCY_TEXT,
    .reference = "A. V. Oppenheim, R. W. Schafer and T. G. Stockham, Nonlinear filtering of "
                 "multiplied and convolved signals, Proceedings of the IEEE 56 (8), 1968",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
};
