/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graphcut.superpixel_cut: object and background from scribbles, a region at a time. */
#include "region.h"
#include "regions.h"
#include "stages.h"

#include <math.h>
#include <string.h>

struct params {
    int32_t object, components;
    double region_weight, smoothness, contrast;
};

enum { IMAGE, SUPERPIXELS, MARKERS };

/* A region belongs to the side that has more of its marked pixels. */
static int known_regions(const struct common_env *env, const struct params *params,
                         const struct seg_view *labels, const uint8_t *known, uint32_t count,
                         uint8_t *side)
{
    uint32_t *votes[2], marked[3] = {0};
    for (int i = 0; i < 2; i++) {
        if (!COMMON_SCRATCH(env, votes[i], count))
            return common_nomem(env);
        memset(votes[i], 0, count * sizeof *votes[i]);
    }
    for (int32_t y = 0; y < labels->height; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        const uint8_t *marks = known + (size_t)y * (size_t)labels->width;
        for (int32_t x = 0; x < labels->width; x++)
            if (row[x] > 0 && marks[x] != REGION_UNKNOWN)
                votes[marks[x]][row[x] - 1]++;
    }
    for (uint32_t r = 0; r < count; r++) {
        side[r] = votes[0][r] == votes[1][r]  ? REGION_UNKNOWN
                  : votes[0][r] > votes[1][r] ? REGION_BACKGROUND
                                              : REGION_OBJECT;
        marked[side[r]]++;
    }
    if (!marked[REGION_OBJECT])
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'markers': no region has a pixel of number %d, that of the "
                               "object",
                               params->object);
    if (!marked[REGION_BACKGROUND])
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'markers': no region has a pixel of a number above 0 other "
                               "than %d; mark some background",
                               params->object);
    return SEG_OK;
}

static int region_odds(const struct common_env *env, const struct params *params,
                       const struct common_regions *regions, int32_t planes, const uint8_t *side,
                       float *odds)
{
    struct gmm_data data = {.planes = regions->mean, .count = regions->count, .side = side};
    struct gmm gmm[2];
    if (!COMMON_SCRATCH(env, data.component[0], regions->count) ||
        !COMMON_SCRATCH(env, data.component[1], regions->count))
        return common_nomem(env);
    int status = gmm_begin(env, &data, planes, params->components, gmm);
    return status ? status : gmm_compare(env, &data, gmm, odds);
}

/* Costs in proportion to pixels, for regions as for the borders between them. */
static int cut_regions(const struct common_env *env, const struct params *params,
                       const struct common_regions *regions, int32_t planes, uint8_t *side)
{
    float *odds;
    double *excess, *capacity;
    if (!COMMON_SCRATCH(env, odds, regions->count) ||
        !COMMON_SCRATCH(env, excess, regions->count) ||
        !COMMON_SCRATCH(env, capacity, regions->arcs + 1))
        return common_nomem(env);
    int status = region_odds(env, params, regions, planes, side, odds);
    if (status)
        return status;
    double slope = -params->contrast / (2 * regions_contrast(regions, planes)), all = 1;
    for (uint32_t a = 0; a < regions->count; a++) {
        for (uint32_t arc = regions->first[a]; arc < regions->first[a + 1]; arc++) {
            double apart = regions_difference(regions, planes, a, regions->to[arc]);
            capacity[arc] = params->smoothness * regions->length[arc] * exp(slope * apart);
            all += capacity[arc];
        }
    }
    for (uint32_t r = 0; r < regions->count; r++) {
        double limited = fmax(-1000, fmin(1000, (double)odds[r]));
        excess[r] = side[r] == REGION_UNKNOWN  ? params->region_weight * regions->area[r] * limited
                    : side[r] == REGION_OBJECT ? all
                                               : -all;
    }
    return regions_cut(env, regions, excess, capacity, side);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, mask, labels = SEG_VIEW;
    struct common_regions regions;
    uint8_t *known, *side;
    float **planes;
    int status = common_open(&env, &image, &mask);
    if (!status)
        status = host->input(call, SUPERPIXELS, &labels);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, known, common_pixels(&image)))
        return common_nomem(&env);
    memset(known, REGION_UNKNOWN, common_pixels(&image));
    status = region_markers(&env, MARKERS, &image, params->object, known);
    if (!status)
        status = contrast_planes(&env, &image, &planes);
    if (!status)
        status = common_regions(&env, &labels, "superpixels", planes, image.planes, &regions);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, side, regions.count))
        return common_nomem(&env);
    status = known_regions(&env, params, &labels, known, regions.count, side);
    if (!status)
        status = cut_regions(&env, params, &regions, image.planes, side);
    for (int32_t y = 0; y < mask.height && !status; y++) {
        const int32_t *row = seg_row(&labels, 0, y);
        uint8_t *to = seg_row(&mask, 0, y);
        for (int32_t x = 0; x < mask.width; x++)
            to[x] = row[x] > 0 && side[row[x] - 1];
    }
    return status;
}

static const struct seg_param params[] = {
    REGION_OBJECT_ROW(struct params),
    {SEG_P_INT(struct params, components, 3, 1, GMM_MOST, NULL,
               "how many Gaussians describe the marked regions of each side")},
    {SEG_P_FLOAT(struct params, region_weight, 0.1, 0, 1e3, NULL,
                 "how much that description counts for each pixel against borders")},
    {SEG_P_FLOAT(struct params, smoothness, 50, 0, 1e6, NULL,
                 "what a pixel of border costs between regions of equal means")},
    {SEG_P_FLOAT(struct params, contrast, 1, 0, 1e3, NULL,
                 "how much cheaper differences of the means make it; 0: not at all")},
};

static const struct seg_port inputs[] = {
    REGION_IMAGE_PORT,
    {.name = "superpixels",
     .summary = "the regions, such as superpixels or basins of a watershed",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
    REGION_SCRIBBLES_PORT,
};

static const struct seg_port outputs[] = {
    {.name = "cut",
     .summary = "the regions of the object",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .planes_min = 1},
};

const struct seg_stage graphcut_superpixel_cut = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "graphcut.superpixel_cut",
    .summary = "cut an object out of its background, a region at a time",
    .detail =
        "As graphcut.seeds, on the graph of adjacent regions instead of pixels: its size is that "
        "of "
        "the regions, so that a large image takes little more than finding them. A region that "
        "has more marked pixels of one side belongs to it; each other one costs what mixtures of "
        "Gaussians of the marked regions' means say, and a border what its length and the "
        "difference "
        "of the means say. Pixels of no region are background.",
    .reference =
        "Y. Li, J. Sun, C.-K. Tang, H.-Y. Shum, Lazy snapping, ACM Transactions on Graphics "
        "23 (3), 2004",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
