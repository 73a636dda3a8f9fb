/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.lowpass, frequency.highpass, frequency.bandpass and frequency.bandstop. */
#include "common/cpu.h"
#include "grid.h"
#include "stages.h"

#include <math.h>

enum { IDEAL, BUTTERWORTH, GAUSSIAN };
enum { LOW, HIGH, BAND, STOP };

struct params {
    int32_t shape, order, padding;
    double cutoff, low, high, offset;
    const char *wisdom;
};

/* A low pass with gain 1 - q of the frequency 0. */
struct low {
    float scale;          /* 1 / cutoff^2 */
    float *across, *down; /* factors of a Gaussian, for each column and row */
};

struct pass {
    int kind, shape;
    int32_t order;
    struct low low, high; /* bands lie between the two; others have only `low` */
    float *across, *down; /* squares of the frequencies */
};

/* The gains of a block's row. */
COMMON_INLINE void gain(const struct pass *pass, const struct low *low, int shape, int32_t y,
                        int32_t first, float *out)
{
    const float down = pass->down[y], *across = pass->across + first;
    float power[FREQUENCY_BLOCK];
    if (shape == GAUSSIAN) {
        for (int i = 0; i < FREQUENCY_BLOCK; i++)
            out[i] = low->down[y] * low->across[first + i];
        return;
    }
    for (int i = 0; i < FREQUENCY_BLOCK; i++)
        out[i] = (down + across[i]) * low->scale;
    if (shape == IDEAL) {
        for (int i = 0; i < FREQUENCY_BLOCK; i++)
            out[i] = out[i] <= 1 ? 1.0F : 0.0F;
        return;
    }
    for (int i = 0; i < FREQUENCY_BLOCK; i++)
        power[i] = 1;
    for (int32_t k = 0; k < pass->order; k++)
        for (int i = 0; i < FREQUENCY_BLOCK; i++)
            power[i] *= out[i];
    for (int i = 0; i < FREQUENCY_BLOCK; i++)
        out[i] = 1 / (1 + power[i]);
}

COMMON_INLINE void weigh(const struct pass *pass, int shape, const struct frequency_grid *grid,
                         int32_t first, fftwf_complex *block)
{
    const bool two = pass->kind == BAND || pass->kind == STOP;
    for (int32_t y = 0; y < grid->height; y++) {
        float low[FREQUENCY_BLOCK], high[FREQUENCY_BLOCK];
        float *to = (float *)(block + (size_t)y * FREQUENCY_BLOCK);
        gain(pass, &pass->low, shape, y, first, low);
        if (two) {
            gain(pass, &pass->high, shape, y, first, high);
            for (int i = 0; i < FREQUENCY_BLOCK; i++)
                low[i] = (1 - low[i]) * high[i];
        }
        if (pass->kind == HIGH || pass->kind == STOP)
            for (int i = 0; i < FREQUENCY_BLOCK; i++)
                low[i] = 1 - low[i];
        for (int i = 0; i < FREQUENCY_BLOCK; i++) {
            to[2 * i] *= low[i];
            to[2 * i + 1] *= low[i];
        }
    }
}

COMMON_INLINE void change_body(const struct pass *pass, const struct frequency_grid *grid,
                               int32_t first, fftwf_complex *block)
{
    if (pass->shape == IDEAL)
        weigh(pass, IDEAL, grid, first, block);
    else if (pass->shape == BUTTERWORTH)
        weigh(pass, BUTTERWORTH, grid, first, block);
    else
        weigh(pass, GAUSSIAN, grid, first, block);
}

COMMON_AVX2 static void change_avx2(const struct pass *pass, const struct frequency_grid *grid,
                                    int32_t first, fftwf_complex *block)
{
    change_body(pass, grid, first, block);
}

static void change(void *arg, const struct frequency_grid *grid, int32_t first,
                   fftwf_complex *block)
{
    (common_cpu_avx2() ? change_avx2 : change_body)(arg, grid, first, block);
}

/* -- tables ----------------------------------------------------------------------------------- */

static size_t room_across(const struct frequency_grid *grid)
{
    return (size_t)grid->columns + FREQUENCY_BLOCK; /* blocks may end past the last column */
}

static bool make_low(const struct frequency_grid *grid, const struct pass *pass, double cutoff,
                     struct low *low)
{
    low->scale = (float)(1 / (cutoff * cutoff));
    if (pass->shape != GAUSSIAN)
        return true;
    if (!COMMON_SCRATCH(grid->env, low->across, room_across(grid)) ||
        !COMMON_SCRATCH(grid->env, low->down, grid->height))
        return false;
    for (size_t x = 0; x < room_across(grid); x++)
        low->across[x] = expf(-pass->across[x] * low->scale / 2);
    for (int32_t y = 0; y < grid->height; y++)
        low->down[y] = expf(-pass->down[y] * low->scale / 2);
    return true;
}

static bool make_pass(const struct frequency_grid *grid, const struct params *params,
                      struct pass *pass)
{
    const bool two = pass->kind == BAND || pass->kind == STOP;
    if (!COMMON_SCRATCH(grid->env, pass->across, room_across(grid)) ||
        !COMMON_SCRATCH(grid->env, pass->down, grid->height))
        return false;
    for (size_t x = 0; x < room_across(grid); x++) {
        const float f = (float)x / (float)grid->width;
        pass->across[x] = f * f;
    }
    for (int32_t y = 0; y < grid->height; y++) {
        const float f = frequency_of(y, grid->height);
        pass->down[y] = f * f;
    }
    return make_low(grid, pass, two ? params->low : params->cutoff, &pass->low) &&
           (!two || make_low(grid, pass, params->high, &pass->high));
}

static int run(const struct params *params, const struct seg_host *host, struct seg_call *call,
               int kind)
{
    const struct common_env env = {host, call};
    const bool two = kind == BAND || kind == STOP;
    struct pass pass = {.kind = kind, .shape = params->shape, .order = params->order};
    struct frequency_grid grid;
    struct seg_view in, out;
    if (two && params->low >= params->high)
        return host->fail(call, SEG_STAGE, "'low' is %g and 'high' %g; 'low' must be below it",
                          params->low, params->high);
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    /* about as far as the filter reaches, but never more than the image itself */
    const double reach = 1 / (two ? params->low : params->cutoff);
    const int32_t longer = in.width > in.height ? in.width : in.height;
    const int32_t margin = (int32_t)fmin(fmax(reach, 16), longer);
    status = frequency_open(&grid, &env, &in, margin, params->padding, params->wisdom);
    if (!status)
        status = make_pass(&grid, params, &pass)
                     ? frequency_filter(&grid, &in, &out, (float)params->offset, change, &pass)
                     : common_nomem(&env);
    frequency_close(&grid);
    return status;
}

/* -- stages ----------------------------------------------------------------------------------- */

static const struct seg_choice shapes[] = {
    [IDEAL] = {"ideal", "all below the cutoff, nothing above; rings"},
    [BUTTERWORTH] = {"butterworth", "1 / (1 + (f / cutoff)^(2 order)): half at the cutoff"},
    [GAUSSIAN] = {"gaussian", "exp(-f^2 / (2 cutoff^2)): 0.61 at the cutoff"},
};

#define CUTOFF(field, dflt, text)                                                                  \
    {                                                                                              \
        SEG_P_FLOAT(struct params, field, dflt, 1e-5, 1, "cycles/px", text)                        \
    }
#define COMMON_ROWS                                                                                \
    {SEG_P_CHOICE(struct params, shape, BUTTERWORTH, shapes, "how the gain falls")},               \
        {SEG_P_INT(struct params, order, 2, 1, 10, NULL, "of the Butterworth shape")},             \
        {SEG_P_FLOAT(struct params, offset, 0, -3.4e38, 3.4e38, NULL,                              \
                     "added to the result; 128 shows both signs in 8 bits")},                      \
        FREQUENCY_PADDING(struct params), FREQUENCY_WISDOM(struct params)

static const struct seg_param lowpass_rows[] = {
    CUTOFF(cutoff, 0.1, "frequencies above it are weakened"), COMMON_ROWS};
static const struct seg_param highpass_rows[] = {
    CUTOFF(cutoff, 0.02, "frequencies below it are weakened"), COMMON_ROWS};
static const struct seg_param bandpass_rows[] = {
    CUTOFF(low, 0.02, "frequencies below it are weakened"),
    CUTOFF(high, 0.1, "frequencies above it are weakened"), COMMON_ROWS};
static const struct seg_param bandstop_rows[] = {
    CUTOFF(low, 0.02, "the band that is weakened begins here"),
    CUTOFF(high, 0.1, "the band that is weakened ends here"), COMMON_ROWS};

static const struct seg_port inputs[] = {FREQUENCY_PORT};
static const struct seg_port outputs[] = {FREQUENCY_RESULT};

#define PASS_STAGE(name_, kind, summary_, detail_)                                                 \
    static int process_##name_(void *self, const struct seg_host *host, struct seg_call *call)     \
    {                                                                                              \
        return run(self, host, call, kind);                                                        \
    }                                                                                              \
    const struct seg_stage frequency_##name_ = {                                                   \
        .struct_size = sizeof(struct seg_stage),                                                   \
        .flags = SEG_STAGE_REENTRANT,                                                              \
        .id = "frequency." #name_,                                                                 \
        .summary = summary_,                                                                       \
        .detail = detail_ "\n\nFrequencies are in cycles a pixel, 0 to 0.5 along an axis: a "      \
                          "pattern that repeats every n pixels has 1 / n. " FREQUENCY_TEXT,        \
        .reference = "R. C. Gonzalez and R. E. Woods, Digital Image Processing, Pearson, 2018",    \
        .version = 1,                                                                              \
        SEG_TABLES(struct params, name_##_rows, inputs, outputs),                                  \
        .process = process_##name_,                                                                \
    }

PASS_STAGE(lowpass, LOW, "keep coarse structures: frequencies below a cutoff",
           "Multiplies each frequency by a gain that falls from 1.");

PASS_STAGE(highpass, HIGH, "keep fine structures: frequencies above a cutoff",
           "Multiplies each frequency by a gain that rises from 0, which also takes away the mean: "
           "results lie around 'offset'.");

PASS_STAGE(bandpass, BAND, "keep structures of some sizes: frequencies between two cutoffs",
           "Multiplies each frequency by the gains of a high pass at 'low' and of a low pass at "
           "'high', which also takes away the mean: results lie around 'offset'.");

PASS_STAGE(bandstop, STOP, "remove structures of some sizes: frequencies between two cutoffs",
           "Multiplies each frequency by 1 less the gain of the band pass. The mean stays.");
