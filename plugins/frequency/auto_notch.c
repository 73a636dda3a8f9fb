/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frequency.auto_notch: finds patterns that repeat and removes them.
 *
 * A pattern that repeats over the whole image is a point in the spectrum that stands out of its
 * surroundings; edges and textures are not points. */
#include "notch.h"
#include "stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8, NEAR = 2, FAR = 8, AROUND = (2 * FAR + 1) * (2 * FAR + 1) };

struct params {
    int32_t count, padding;
    double contrast, min_frequency, radius;
    const char *wisdom;
};

struct peak {
    float ratio, across, down;
};

/* Of coefficient (x, y), any numbers: the half that is not stored mirrors the other. */
static float magnitude(const struct frequency_grid *grid, int32_t x, int32_t y)
{
    if (x < 0 || x >= grid->columns) {
        x = x < 0 ? -x : grid->width - x;
        y = -y;
    }
    y = (y % grid->height + grid->height) % grid->height;
    const float *c = grid->data[(size_t)y * grid->stride + (size_t)x];
    return hypotf(c[0], c[1]);
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* By how much a coefficient stands out of the median of those around it; 0: it is not the largest
 * nearby. */
static float stands_out(const struct frequency_grid *grid, int32_t x, int32_t y)
{
    float around[AROUND];
    size_t count = 0;
    const float here = magnitude(grid, x, y);
    for (int32_t j = -FAR; j <= FAR; j++)
        for (int32_t i = -FAR; i <= FAR; i++) {
            const float there = magnitude(grid, x + i, y + j);
            if (abs(i) > NEAR || abs(j) > NEAR)
                around[count++] = there;
            else if (there > here)
                return 0;
        }
    qsort(around, count, sizeof *around, by_size);
    return around[count / 2] > 0 ? here / around[count / 2] : 0;
}

/* Keeps the list sorted, the strongest first. */
static void note(struct peak *peaks, size_t *count, size_t most, struct peak peak, float radius)
{
    size_t at = *count;
    for (size_t k = 0; k < *count; k++)
        if (hypotf(peaks[k].across - peak.across, peaks[k].down - peak.down) < 2 * radius) {
            if (peaks[k].ratio < peak.ratio)
                peaks[k] = peak;
            return;
        }
    if (*count == most && peaks[most - 1].ratio >= peak.ratio)
        return;
    at = *count < most ? (*count)++ : most - 1;
    for (; at > 0 && peaks[at - 1].ratio < peak.ratio; at--)
        peaks[at] = peaks[at - 1];
    peaks[at] = peak;
}

struct search {
    const struct frequency_grid *grid;
    const struct params *params;
    struct peak (*found)[MOST]; /* for each row */
    size_t *counts;
};

/* A coefficient is looked at closely where it is well above the few to its left and right. */
static int search_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct search *s = arg;
    const struct frequency_grid *grid = s->grid;
    (void)worker;
    for (size_t y = begin; y < end; y++) {
        const float down = frequency_of((int32_t)y, grid->height);
        s->counts[y] = 0;
        for (int32_t x = 0; x < grid->columns; x++) {
            const float across = (float)x / (float)grid->width;
            if ((double)hypotf(across, down) < s->params->min_frequency || (!x && down < 0))
                continue;
            const float here = magnitude(grid, x, (int32_t)y);
            const float beside =
                magnitude(grid, x - FAR, (int32_t)y) + magnitude(grid, x + FAR, (int32_t)y);
            if (!(here > beside))
                continue;
            const float ratio = stands_out(grid, x, (int32_t)y);
            if ((double)ratio > s->params->contrast)
                note(s->found[y], &s->counts[y], (size_t)s->params->count,
                     (struct peak){ratio, across, down}, (float)s->params->radius);
        }
    }
    return SEG_OK;
}

/* The strongest of what the rows hold. */
static int find_peaks(const struct frequency_grid *grid, const struct params *params,
                      struct peak *peaks, size_t *count)
{
    const struct common_env *env = grid->env;
    struct search s = {.grid = grid, .params = params};
    if (!COMMON_SCRATCH(env, s.found, grid->height) || !COMMON_SCRATCH(env, s.counts, grid->height))
        return common_nomem(env);
    const int status = common_parallel(env, (size_t)grid->height, 16, search_rows, &s);
    for (int32_t y = 0; y < grid->height && !status; y++)
        for (size_t k = 0; k < s.counts[y]; k++)
            note(peaks, count, (size_t)params->count, s.found[y][k], (float)params->radius);
    return status;
}

static int report(const struct common_env *env, const struct peak *peaks, size_t count)
{
    static const char *const names[MOST][2] = {
        {"peak_1_x", "peak_1_y"}, {"peak_2_x", "peak_2_y"}, {"peak_3_x", "peak_3_y"},
        {"peak_4_x", "peak_4_y"}, {"peak_5_x", "peak_5_y"}, {"peak_6_x", "peak_6_y"},
        {"peak_7_x", "peak_7_y"}, {"peak_8_x", "peak_8_y"},
    };
    int status = env->host->value(env->call, "peaks", (double)count);
    for (size_t k = 0; k < count && !status; k++) {
        status = env->host->value(env->call, names[k][0], (double)peaks[k].across);
        if (!status)
            status = env->host->value(env->call, names[k][1], (double)peaks[k].down);
    }
    return status;
}

/* The first channel tells where the peaks are; all lose them. */
static int clean(struct frequency_grid *grid, const struct params *params,
                 const struct seg_view *in, const struct seg_view *out)
{
    struct frequency_plane from = {.grid = grid, .view = *in};
    struct peak peaks[MOST];
    float places[MOST][2];
    size_t count = 0;
    int status = frequency_rows_forward(grid, frequency_give_plane, &from);
    if (!status)
        status = frequency_columns(grid, NULL, NULL, false);
    if (!status)
        status = find_peaks(grid, params, peaks, &count);
    for (size_t k = 0; k < count; k++) {
        places[k][0] = peaks[k].across;
        places[k][1] = peaks[k].down;
    }
    struct frequency_notches notches = {(const float(*)[2])places, count, (float)params->radius};
    if (!status)
        status = frequency_filter(grid, in, out, 0, frequency_notch_change, &notches);
    return status ? status : report(grid->env, peaks, count);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct frequency_grid grid;
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    status = frequency_open(&grid, &env, &in, 32, params->padding, params->wisdom);
    if (!status)
        status = clean(&grid, params, &in, &out);
    frequency_close(&grid);
    return status;
}

static const struct seg_param rows[] = {
    {SEG_P_INT(struct params, count, 4, 1, MOST, NULL, "at most so many peaks are removed")},
    {SEG_P_FLOAT(struct params, contrast, 15, 1, 1e6, NULL,
                 "a peak is so many times the median magnitude around it")},
    {SEG_P_FLOAT(struct params, min_frequency, 0.03, 0, 0.5, "cycles/px",
                 "lower frequencies are no noise")},
    {SEG_P_FLOAT(struct params, radius, 0.01, 1e-5, 0.5, "cycles/px",
                 "standard deviation of what is removed around a peak")},
    FREQUENCY_PADDING(struct params),
    FREQUENCY_WISDOM(struct params),
};

static const struct seg_port inputs[] = {FREQUENCY_PORT};
static const struct seg_port outputs[] = {FREQUENCY_RESULT};

const struct seg_stage frequency_auto_notch = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "frequency.auto_notch",
    .summary = "find patterns that repeat over the whole image, and remove them",
    .detail = "Looks for frequencies whose magnitude is the largest nearby and 'contrast' times "
              "the median of those up to 8 coefficients away, in the first channel, and removes "
              "the strongest of them from every channel as frequency.notch does. Reports 'peaks', "
              "their number, and for each 'peak_1_x', 'peak_1_y' and so on in cycles a pixel, the "
              "strongest first.\n\n" FREQUENCY_TEXT,
    .reference = "R. C. Gonzalez and R. E. Woods, Digital Image Processing, Pearson, 2018",
    .version = 1,
    SEG_TABLES(struct params, rows, inputs, outputs),
    .process = process,
};
