/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.notch: removes patterns whose frequencies are known. */
#include "notch.h"

#include "stages.h"

#include <math.h>

struct params {
    struct seg_floats peaks;
    int32_t padding;
    double radius;
    const char *wisdom;
};

/* How far two frequencies of a sampled image are apart, which repeat after 1. */
static float apart(float a, float b)
{
    const float d = fabsf(a - b);
    return fminf(d, fabsf(1 - d));
}

static void weaken(const struct frequency_notches *n, const struct frequency_grid *grid,
                   int32_t first, fftwf_complex *block, float across, float down)
{
    const float reach = 4 * n->radius, scale = -1 / (2 * n->radius * n->radius);
    for (int32_t i = 0; i < FREQUENCY_BLOCK && first + i < grid->columns; i++) {
        const float dx = apart((float)(first + i) / (float)grid->width, across);
        if (dx > reach)
            continue;
        for (int32_t y = 0; y < grid->height; y++) {
            const float dy = apart(frequency_of(y, grid->height), down);
            if (dy > reach)
                continue;
            const float gain = 1 - expf((dx * dx + dy * dy) * scale);
            float *to = block[(size_t)y * FREQUENCY_BLOCK + (size_t)i];
            to[0] *= gain;
            to[1] *= gain;
        }
    }
}

void frequency_notch_change(void *arg, const struct frequency_grid *grid, int32_t first,
                            fftwf_complex *block)
{
    const struct frequency_notches *n = arg;
    for (size_t k = 0; k < n->count; k++) {
        weaken(n, grid, first, block, n->peaks[k][0], n->peaks[k][1]);
        weaken(n, grid, first, block, -n->peaks[k][0], -n->peaks[k][1]);
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct frequency_notches notches = {.count = params->peaks.count / 2,
                                        .radius = (float)params->radius};
    struct frequency_grid grid;
    struct seg_view in, out;
    float(*peaks)[2];
    if (params->peaks.count % 2)
        return host->fail(call, SEG_STAGE,
                          "'peaks' has %u numbers; each peak takes two, across and down",
                          params->peaks.count);
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, peaks, notches.count))
        return common_nomem(&env);
    for (size_t i = 0; i < 2 * notches.count; i++)
        peaks[i / 2][i % 2] = (float)params->peaks.values[i];
    notches.peaks = (const float(*)[2])peaks;
    status = frequency_open(&grid, &env, &in, 32, params->padding, params->wisdom);
    if (!status)
        status = frequency_filter(&grid, &in, &out, 0, frequency_notch_change, &notches);
    frequency_close(&grid);
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_FLOATS(struct params, peaks, NULL, 2, 128, -0.5, 0.5, "cycles/px",
                  "frequencies to remove: across, down, across, down and so on"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_FLOAT(struct params, radius, 0.01, 1e-5, 0.5, "cycles/px",
                 "standard deviation of what is removed around a peak")},
    FREQUENCY_PADDING(struct params),
    FREQUENCY_WISDOM(struct params),
};

static const struct seg_port inputs[] = {FREQUENCY_PORT};
static const struct seg_port outputs[] = {FREQUENCY_RESULT};

const struct seg_stage frequency_notch = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.notch",
    .summary = "remove patterns that repeat at given frequencies",
    .detail = "Takes the frequencies 'peaks' and their opposites away, with the gain "
              "1 - exp(-d^2 / (2 radius^2)) at the distance d. A pattern that repeats every m "
              "pixels across and every n down has the peak 1 / m, 1 / n; frequency.auto_notch "
              "finds peaks and reports them.\n\n" FREQUENCY_TEXT,
    .reference = "R. C. Gonzalez and R. E. Woods, Digital Image Processing, Pearson, 2018",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
};
