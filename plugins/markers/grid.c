/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.grid: markers at regular distances. */
#include "common/env.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t spacing, radius, layout;
};

enum { SQUARE, HEXAGONAL };

/* How many rows of markers fit, and how far apart they are. */
static double row_step(const struct params *params)
{
    return params->layout == SQUARE ? params->spacing : params->spacing * sqrt(0.75);
}

static void dot(const struct seg_view *labels, int32_t x, int32_t y, int32_t radius, int32_t label)
{
    int32_t left = x > radius ? x - radius : 0, top = y > radius ? y - radius : 0;
    for (int32_t v = top; v <= y + radius && v < labels->height; v++) {
        int32_t *row = seg_row(labels, 0, v);
        for (int32_t u = left; u <= x + radius && u < labels->width; u++)
            row[u] = label;
    }
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, labels;
    int32_t count = 0;
    int status = common_open(&env, &image, &labels);
    if (status)
        return status;
    if (2 * params->radius >= params->spacing)
        return host->fail(call, SEG_USAGE,
                          "parameter 'radius': dots of %d pixels touch each other at a 'spacing' "
                          "of %d",
                          2 * (int)params->radius + 1, (int)params->spacing);
    for (int32_t y = 0; y < labels.height; y++)
        memset(seg_row(&labels, 0, y), 0, (size_t)labels.width * sizeof(int32_t));
    double step = row_step(params);
    for (int32_t row = 0;; row++) {
        int32_t y = (int32_t)((row + 0.5) * step);
        if (y >= labels.height && row)
            break;
        y = y < labels.height ? y : labels.height / 2; /* an image too small for one still has it */
        double shift = params->layout == HEXAGONAL && row % 2 ? 0 : 0.5;
        for (int32_t column = 0;; column++) {
            int64_t x = (int64_t)((column + shift) * params->spacing);
            if (x >= labels.width && column)
                break;
            x = x < labels.width ? x : labels.width / 2;
            dot(&labels, (int32_t)x, y, params->radius, ++count);
        }
    }
    return host->value(call, "markers", count);
}

static const struct seg_choice layouts[] = {
    [SQUARE] = {"square", "rows and columns"},
    [HEXAGONAL] = {"hexagonal", "every other row is shifted by half: each marker has six "
                                "neighbours at the same distance"},
};

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, spacing, 32, 1, 1 << 20, "px", "how far apart two markers are"),
     .alias = "size"},
    {SEG_P_INT(struct params, radius, 0, 0, (1 << 19) - 1, "px",
               "a marker is a square of 2 radius + 1 pixels")},
    {SEG_P_CHOICE(struct params, layout, SQUARE, layouts, "how they are laid out")},
};

static const struct seg_port inputs[] = {
    {.name = "image", .summary = "what they are for; its size counts", .kinds = SEG_ANY_RASTER},
};

static const struct seg_port outputs[] = {
    {.name = "markers", .summary = "a number for each", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage markers_grid = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "markers.grid",
    .summary = "place markers on a regular grid",
    .detail =
        "Places markers 'spacing' pixels apart, the first one half of that from the upper "
        "left corner, numbered in raster order. Flooded over a gradient they give "
        "superpixels, all the more regular with the watershed's 'compactness'; "
        "superpixel stages place their own. An image smaller than that has a single marker in "
        "its middle. Reports 'markers'.",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
