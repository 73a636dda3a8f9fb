/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* region.grow: regions that spread from seeds over samples that are alike. */
#include "common/choices.h"
#include "common/ids.h"
#include "common/sample.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    struct seg_floats seeds;
    double tolerance, multiplier;
    int32_t rule, iterations, radius, connectivity;
};

enum { TOLERANCE, CONFIDENCE };
enum { IMAGE, MARKERS };

/* What a region takes of one plane, and what its samples are like. */
struct range {
    double low, high;
    double sum, squares, shift; /* of samples less `shift`, one of them */
    int64_t count;
};

struct grow {
    const struct common_env *env;
    const struct params *params;
    struct seg_view image, labels;
    int32_t regions;
    const float **planes; /* of dense rows */
    struct range *ranges; /* [region][plane] */
    const int32_t *seeds; /* of each pixel: its region from 1 on, or 0; -1: none may enter */
    int32_t *region;      /* the same, grown */
    uint32_t *queue;
    size_t queued;
};

static struct range *ranges_of(const struct grow *g, int32_t region)
{
    return g->ranges + (size_t)(region - 1) * (size_t)g->image.planes;
}

static bool fits(const struct grow *g, int32_t region, size_t at)
{
    const struct range *range = ranges_of(g, region);
    for (int32_t k = 0; k < g->image.planes; k++) {
        double value = (double)g->planes[k][at];
        if (!(value >= range[k].low && value <= range[k].high))
            return false;
    }
    return true;
}

/* Adds a pixel to what its region's samples are like. */
static void note(const struct grow *g, int32_t region, size_t at)
{
    struct range *range = ranges_of(g, region);
    for (int32_t k = 0; k < g->image.planes; k++) {
        double value = (double)g->planes[k][at];
        if (!range[k].count++)
            range[k].shift = value;
        value -= range[k].shift;
        range[k].sum += value;
        range[k].squares += value * value;
    }
}

/* Ranges from the samples noted, which are then forgotten. */
static void set_ranges(const struct grow *g)
{
    for (size_t i = 0; i < (size_t)g->regions * (size_t)g->image.planes; i++) {
        struct range *range = &g->ranges[i];
        double n = (double)range->count, mean = range->sum / n, reach = g->params->tolerance;
        if (g->params->rule == CONFIDENCE) /* of a sample, as ITK's */
            reach = g->params->multiplier *
                    sqrt(fmax(0, (range->squares - n * mean * mean) / fmax(1, n - 1)));
        *range =
            (struct range){.low = range->shift + mean - reach, .high = range->shift + mean + reach};
    }
}

/* Breadth first from all seeds at once, so that a pixel that several would take goes to the one
 * that is the fewest steps away. */
static void spread(struct grow *g)
{
    static const int8_t steps[8][2] = {{0, -1},  {-1, 0}, {1, 0},  {0, 1},
                                       {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
    int32_t width = g->image.width, height = g->image.height;
    int directions = g->params->connectivity == COMMON_EIGHT ? 8 : 4;
    size_t pixels = common_pixels(&g->image);
    memcpy(g->region, g->seeds, pixels * sizeof *g->region);
    g->queued = 0;
    for (size_t i = 0; i < pixels; i++)
        if (g->region[i] > 0)
            g->queue[g->queued++] = (uint32_t)i;
    for (size_t head = 0; head < g->queued; head++) {
        uint32_t at = g->queue[head];
        int32_t x = (int32_t)(at % (uint32_t)width), y = (int32_t)(at / (uint32_t)width);
        for (int k = 0; k < directions; k++) {
            int32_t nx = x + steps[k][0], ny = y + steps[k][1];
            if (nx < 0 || ny < 0 || nx >= width || ny >= height)
                continue;
            size_t next = (size_t)ny * (size_t)width + (size_t)nx;
            if (g->region[next] || !fits(g, g->region[at], next))
                continue;
            g->region[next] = g->region[at];
            g->queue[g->queued++] = (uint32_t)next;
        }
    }
}

/* The samples that the first ranges come from: the seeds, and for confidence those around. */
static void note_seeds(const struct grow *g)
{
    int32_t width = g->image.width, height = g->image.height;
    int32_t radius = g->params->rule == CONFIDENCE ? g->params->radius : 0;
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            int32_t region = g->seeds[(size_t)y * (size_t)width + (size_t)x];
            for (int32_t v = y - radius; region > 0 && v <= y + radius; v++)
                for (int32_t u = x - radius; u <= x + radius; u++)
                    if (u >= 0 && v >= 0 && u < width && v < height)
                        note(g, region, (size_t)v * (size_t)width + (size_t)u);
        }
}

static void grow(struct grow *g)
{
    int32_t rounds = g->params->rule == CONFIDENCE ? g->params->iterations : 0;
    note_seeds(g);
    set_ranges(g);
    spread(g);
    for (int32_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < g->queued; i++)
            note(g, g->region[g->queue[i]], g->queue[i]);
        set_ranges(g);
        spread(g);
    }
}

/* Seeds from parameters: pairs of column and row. */
static int seeds_of_points(struct grow *g, int32_t *seeds)
{
    const struct seg_floats *points = &g->params->seeds;
    const struct seg_host *host = g->env->host;
    if (!points->count)
        return host->fail(g->env->call, SEG_STAGE,
                          "there is no seed: give 'seeds' or connect 'markers'");
    if (points->count % 2)
        return host->fail(g->env->call, SEG_STAGE,
                          "parameter 'seeds': %u numbers are not pairs of column and row",
                          points->count);
    for (uint32_t i = 0; i < points->count; i += 2) {
        double x = rint(points->values[i]), y = rint(points->values[i + 1]);
        if (x >= g->image.width || y >= g->image.height)
            return host->fail(g->env->call, SEG_STAGE,
                              "parameter 'seeds': %g, %g is outside of the image of %d x %d", x, y,
                              g->image.width, g->image.height);
        seeds[(size_t)y * (size_t)g->image.width + (size_t)x] = ++g->regions;
    }
    return SEG_OK;
}

static int seeds_of_markers(struct grow *g, const struct seg_view *markers, struct common_ids *ids,
                            int32_t *seeds)
{
    int status = common_ids_find(g->env, markers, ids);
    if (status)
        return status;
    if (!ids->count)
        return g->env->host->fail(g->env->call, SEG_STAGE,
                                  "input 'markers': there is none; nothing can grow");
    g->regions = ids->count;
    for (int32_t y = 0; y < markers->height; y++) {
        const int32_t *row = seg_row(markers, 0, y);
        int32_t *to = seeds + (size_t)y * (size_t)markers->width;
        for (int32_t x = 0; x < markers->width; x++)
            to[x] = row[x] < 0 ? -1 : common_ids_place(ids, row[x]);
    }
    return SEG_OK;
}

/* `ids->sorted` names the regions; NULL: 1, 2, ... */
static int open_grow(struct grow *g, struct common_ids *ids)
{
    const struct common_env *env = g->env;
    size_t pixels = common_pixels(&g->image), planes = (size_t)g->image.planes;
    struct seg_view markers = SEG_VIEW;
    int32_t *seeds;
    float *samples;
    if (pixels > UINT32_MAX)
        return env->host->fail(env->call, SEG_LIMIT, "%zu pixels are too many; at most %u fit",
                               pixels, UINT32_MAX);
    if (!COMMON_SCRATCH(env, seeds, pixels) || !COMMON_SCRATCH(env, g->region, pixels) ||
        !COMMON_SCRATCH(env, g->queue, pixels) || !COMMON_SCRATCH(env, g->planes, planes) ||
        !(samples = env->host->scratch(env->call, pixels, planes * sizeof *samples)))
        return common_nomem(env);
    memset(seeds, 0, pixels * sizeof *seeds);
    g->seeds = seeds;
    for (size_t k = 0; k < planes; k++) {
        g->planes[k] = samples + k * pixels;
        for (int32_t y = 0; y < g->image.height; y++)
            common_floats(&g->image, (int32_t)k, y, 0, (size_t)g->image.width,
                          samples + k * pixels + (size_t)y * (size_t)g->image.width);
    }
    int status = env->host->input(env->call, MARKERS, &markers);
    if (!status)
        status = seeds_of_markers(g, &markers, ids, seeds);
    else if (status == SEG_ABSENT)
        status = seeds_of_points(g, seeds);
    if (status)
        return status;
    size_t ranges = (size_t)g->regions * sizeof *g->ranges;
    if (!(g->ranges = env->host->scratch(env->call, planes, ranges)))
        return common_nomem(env);
    memset(g->ranges, 0, planes * ranges);
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    struct grow g = {.env = &env, .params = self};
    struct common_ids ids = {0};
    int status = common_open(&env, &g.image, &g.labels);
    if (!status)
        status = open_grow(&g, &ids);
    if (status)
        return status;
    grow(&g);
    for (int32_t y = 0; y < g.labels.height; y++) {
        const int32_t *from = g.region + (size_t)y * (size_t)g.labels.width;
        int32_t *row = seg_row(&g.labels, 0, y);
        for (int32_t x = 0; x < g.labels.width; x++)
            row[x] = from[x] > 0 && ids.sorted ? ids.sorted[from[x]] : from[x];
    }
    return host->value(call, "pixels", (double)g.queued);
}

static const struct seg_choice rules[] = {
    {"tolerance", "within 'tolerance' of the mean of the seeds"},
    {"confidence", "within 'multiplier' standard deviations of the mean of the region so far"},
};

static const struct seg_param params[] = {
    {SEG_P_FLOATS(struct params, seeds, NULL, 0, 1024, 0, 1e9, "px",
                  "column and row of each region's seed, where 'markers' is not connected")},
    {SEG_P_CHOICE(struct params, rule, TOLERANCE, rules, "which samples a region takes")},
    {SEG_P_FLOAT(struct params, tolerance, 0, 0, 3e38, NULL,
                 "how far samples may be from the seed's, in their own units")},
    {SEG_P_FLOAT(struct params, multiplier, 2.5, 0, 1e6, NULL,
                 "for confidence: how many standard deviations")},
    {SEG_P_INT(struct params, iterations, 4, 0, 1000, NULL,
               "for confidence: how often mean and deviation are taken from the region anew")},
    {SEG_P_INT(struct params, radius, 1, 0, 100, "px",
               "for confidence: the window around seeds that the first ones come from")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "markers",
     .summary = "the seeds of each region",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels",
     .summary = "the regions, by the number of their marker or seed; 0 between them",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage region_grow = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "region.grow",
    .summary = "grow regions from seeds over samples that are alike",
    .detail =
        "From its seeds a region takes the neighbours whose samples lie in its range in every "
        "plane, and theirs, and so on. The range is the mean of the seeds and 'tolerance' to "
        "both sides (for one seed scikit-image's flood), or, for confidence, the mean and "
        "'multiplier' standard deviations, first of a window around the seeds and then "
        "'iterations' times of the region that came out (ITK's ConfidenceConnected, plane by "
        "plane). All regions grow at once; a pixel that several would take goes to the one that "
        "is the fewest steps away. Seeds always belong; NaN and pixels that are void (-1) in "
        "'markers' never do.\n\n"
        "Serial by nature: each pixel waits for the one before. Reports 'pixels', how many are in "
        "regions.",
    .reference = "R. Adams, L. Bischof, Seeded region growing, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 16 (6), 1994",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
