/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graphcut.grabcut: an object out of a box, a rough mask or markers. */
#include "region.h"
#include "stages.h"

#include <string.h>

struct params {
    struct seg_floats box;
    int32_t object, components, iterations, connectivity, slices;
    double smoothness, contrast;
};

enum { IMAGE, MASK, MARKERS };

/* Outside of the box all is background. */
static int read_box(const struct common_env *env, const struct params *params,
                    const struct seg_view *image, uint8_t *known, uint8_t *side)
{
    const double *box = params->box.values;
    if (!params->box.count)
        return SEG_OK;
    if (params->box.count != 4)
        return env->host->fail(env->call, SEG_USAGE,
                               "parameter 'box': %u numbers are not x, y, width, height",
                               params->box.count);
    for (int32_t y = 0; y < image->height; y++) {
        for (int32_t x = 0; x < image->width; x++) {
            size_t i = (size_t)y * (size_t)image->width + (size_t)x;
            bool inside = x >= box[0] && x < box[0] + box[2] && y >= box[1] && y < box[1] + box[3];
            side[i] = inside ? REGION_OBJECT : REGION_BACKGROUND;
            known[i] = inside ? REGION_UNKNOWN : REGION_BACKGROUND;
        }
    }
    return SEG_OK;
}

static int read_mask(const struct common_env *env, const struct seg_view *image, uint8_t *side)
{
    struct seg_view mask = SEG_VIEW;
    int status = env->host->input(env->call, MASK, &mask);
    if (status)
        return status == SEG_ABSENT ? SEG_OK : status;
    if (mask.width != image->width || mask.height != image->height)
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'mask': it is %d x %d, not %d x %d as the image", mask.width,
                               mask.height, image->width, image->height);
    for (int32_t y = 0; y < image->height; y++)
        memcpy(side + (size_t)y * (size_t)image->width, seg_row(&mask, 0, y), (size_t)image->width);
    return SEG_OK;
}

/* What is certain, and what to begin with. */
static int read_hints(const struct common_env *env, const struct params *params,
                      const struct seg_view *image, uint8_t *known, uint8_t *side)
{
    size_t count = common_pixels(image), objects = 0;
    memset(known, REGION_UNKNOWN, count);
    memset(side, REGION_OBJECT, count);
    int status = read_box(env, params, image, known, side);
    if (!status)
        status = read_mask(env, image, side);
    if (!status)
        status = region_markers(env, MARKERS, image, params->object, known);
    for (size_t i = 0; i < count && !status; i++) {
        side[i] = known[i] == REGION_UNKNOWN ? side[i] : known[i];
        objects += side[i];
    }
    if (status)
        return status;
    if (objects == 0)
        return env->host->fail(env->call, SEG_STAGE,
                               "nothing is marked as object: the box is outside of the image, the "
                               "mask is empty or no marker has the number of 'object'");
    if (objects == count)
        return env->host->fail(env->call, SEG_STAGE,
                               "nothing is marked as background; give a 'box' or 'mask' smaller "
                               "than the image, or markers");
    return SEG_OK;
}

static int both_sides(const struct common_env *env, const uint8_t *side, size_t count)
{
    size_t objects = 0;
    for (size_t i = 0; i < count; i++)
        objects += side[i];
    if (objects > 0 && objects < count)
        return SEG_OK;
    return env->host->fail(env->call, SEG_STAGE,
                           "all became %s: the two cannot be told apart by their samples; mark "
                           "more, or lower 'smoothness'",
                           objects ? "object" : "background");
}

/* Learns and cuts in turn. */
static int iterate(const struct common_env *env, const struct params *params,
                   struct region_cut *cut, struct gmm_data *data, int32_t planes, uint8_t *side)
{
    struct gmm gmm[2];
    float *odds;
    size_t changed = 1;
    if (!COMMON_SCRATCH(env, odds, data->count) ||
        !COMMON_SCRATCH(env, data->component[0], data->count) ||
        !COMMON_SCRATCH(env, data->component[1], data->count))
        return common_nomem(env);
    int status = gmm_begin(env, data, planes, params->components, gmm);
    if (!status)
        status = gmm_compare(env, data, gmm, odds);
    for (int32_t i = 0; i < params->iterations && changed && !status; i++) {
        status = both_sides(env, side, data->count);
        if (!status)
            status = gmm_learn(env, data, gmm);
        if (!status)
            status = gmm_compare(env, data, gmm, odds);
        if (!status)
            status = region_cut(env, cut, odds, side, &changed);
        if (!status)
            status = env->host->progress(env->call, (i + 1.0) / params->iterations);
    }
    return status ? status : both_sides(env, side, data->count);
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct region_cut cut = {0};
    struct gmm_data data = {0};
    struct seg_view image, mask;
    uint8_t *known, *side;
    float **planes;
    int status = common_open(&env, &image, &mask);
    if (status)
        return status;
    data.count = common_pixels(&image);
    if (!COMMON_SCRATCH(&env, known, data.count) || !COMMON_SCRATCH(&env, side, data.count))
        return common_nomem(&env);
    cut.known = known;
    data.side = side;
    status = read_hints(&env, params, &image, known, side);
    if (!status)
        status = contrast_planes(&env, &image, &planes);
    if (status)
        return status;
    data.planes = planes;
    status = region_open(&env, &cut, &image, planes, params->connectivity, params->slices,
                         params->smoothness, params->contrast);
    if (!status)
        status = iterate(&env, params, &cut, &data, image.planes, side);
    if (!status)
        region_write(side, &mask);
    return status;
}

static const struct seg_param params[] = {
    {SEG_P_FLOATS(struct params, box, NULL, 0, 4, -1e9, 1e9, "px",
                  "x, y, width and height of a box around the object")},
    REGION_OBJECT_ROW(struct params),
    {SEG_P_INT(struct params, components, 6, 1, GMM_MOST, NULL,
               "how many Gaussians describe each side")},
    {SEG_P_INT(struct params, iterations, 5, 1, 100, NULL,
               "how often to learn and to cut at most; it ends when nothing changes")},
    REGION_SMOOTHNESS_ROW(struct params),
    REGION_CONTRAST_ROW(struct params),
    CUT_CONNECTIVITY_ROW(struct params, CUT_8),
    CUT_SLICES_ROW(struct params),
};

static const struct seg_port inputs[] = {
    REGION_IMAGE_PORT,
    {.name = "mask",
     .summary = "roughly the object, to begin with",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
    {.name = "markers",
     .summary = "pixels that are object or background for certain",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    REGION_CUT_PORT,
};

const struct seg_stage graphcut_grabcut = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "graphcut.grabcut",
    .summary = "cut out an object that a box, a rough mask or markers point at",
    .detail =
        "Describes object and background by a mixture of Gaussians each, cuts the image where that "
        "and its edges say, learns the mixtures again from the two sides, and so on until nothing "
        "changes. 'box' makes all outside of it background; 'mask' says which pixels to take for "
        "object at first; markers hold throughout. One of the three is needed, and both sides must "
        "have a pixel at first and at the end.\n\n"
        "Samples of 16 bits are divided by 257 and those of floating point stretched to 0..255. "
        "The same image gives the same mask, whatever the number of threads: the first components "
        "do not depend on chance. " CUT_SLICES_TEXT,
    .reference = "C. Rother, V. Kolmogorov, A. Blake, GrabCut: interactive foreground extraction "
                 "using iterated graph cuts, ACM Transactions on Graphics 23 (3), 2004",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
