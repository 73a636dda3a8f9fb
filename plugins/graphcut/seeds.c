/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graphcut.seeds: object and background from scribbles. */
#include "common/fast_math.h"
#include "region.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t object, region, components, connectivity, slices;
    double region_weight, smoothness, contrast;
};

enum { IMAGE, MARKERS };
enum { NONE, HISTOGRAM, GMM };
enum { BINS = 64 };

static const struct seg_choice regions[] = {
    {"none", "edges alone decide"},
    {"histogram", "a histogram of each side's samples, channel by channel"},
    {"gmm", "a mixture of Gaussians for each side"},
};

static int both_marked(const struct common_env *env, const uint8_t *known, size_t count,
                       int32_t object)
{
    size_t marked[3] = {0};
    for (size_t i = 0; i < count; i++)
        marked[known[i]]++;
    if (!marked[REGION_OBJECT])
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'markers': no pixel has the number %d, that of the object",
                               object);
    if (!marked[REGION_BACKGROUND])
        return env->host->fail(env->call, SEG_STAGE,
                               "input 'markers': no pixel has a number above 0 other than %d; mark "
                               "some background",
                               object);
    return SEG_OK;
}

/* The smoothed share of a bin among the marked pixels of a side, for channels taken as independent.
 */
static void histogram_odds(float *const *planes, int32_t count, const uint8_t *known, size_t pixels,
                           float *odds)
{
    memset(odds, 0, pixels * sizeof *odds);
    for (int32_t i = 0; i < count; i++) {
        double hits[2][BINS + 2], total[2] = {0};
        float value[BINS];
        for (int side = 0; side < 2; side++)
            for (int b = 0; b < BINS + 2; b++)
                hits[side][b] = 0;
        for (size_t p = 0; p < pixels; p++) {
            if (known[p] == REGION_UNKNOWN)
                continue;
            int bin = (int)(planes[i][p] * (BINS / 256.0f));
            for (int b = 0; b < 3; b++) /* a quarter to each neighbouring bin */
                hits[known[p]][bin + b] += b == 1 ? 0.5 : 0.25;
            total[known[p]]++;
        }
        for (int b = 0; b < BINS; b++) {
            float object = (float)((hits[1][b + 1] + 0.1) / (total[1] + 0.1 * BINS));
            float background = (float)((hits[0][b + 1] + 0.1) / (total[0] + 0.1 * BINS));
            value[b] = fast_log(object) - fast_log(background);
        }
        for (size_t p = 0; p < pixels; p++)
            odds[p] += value[(int)(planes[i][p] * (BINS / 256.0f))];
    }
}

static int gmm_odds(const struct common_env *env, float *const *planes, int32_t count,
                    int32_t components, const uint8_t *known, size_t pixels, float *odds)
{
    struct gmm_data data = {.planes = planes, .count = pixels, .side = known};
    struct gmm gmm[2];
    if (!COMMON_SCRATCH(env, data.component[0], pixels) ||
        !COMMON_SCRATCH(env, data.component[1], pixels))
        return common_nomem(env);
    int status = gmm_begin(env, &data, count, components, gmm);
    if (!status)
        status = gmm_compare(env, &data, gmm, odds);
    if (!status)
        status = gmm_learn(env, &data, gmm);
    return status ? status : gmm_compare(env, &data, gmm, odds);
}

static int region_odds(const struct common_env *env, const struct params *params,
                       float *const *planes, int32_t count, const uint8_t *known, size_t pixels,
                       float *odds)
{
    int status = SEG_OK;
    if (params->region == GMM)
        status = gmm_odds(env, planes, count, params->components, known, pixels, odds);
    else if (params->region == HISTOGRAM)
        histogram_odds(planes, count, known, pixels, odds);
    else
        memset(odds, 0, pixels * sizeof *odds);
    for (size_t p = 0; p < pixels && !status; p++)
        odds[p] *= (float)params->region_weight;
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct region_cut cut = {0};
    struct seg_view image, mask;
    uint8_t *known, *side;
    float **planes, *odds;
    size_t changed;
    int status = common_open(&env, &image, &mask);
    if (status)
        return status;
    size_t count = common_pixels(&image);
    if (!COMMON_SCRATCH(&env, known, count) || !COMMON_SCRATCH(&env, side, count) ||
        !COMMON_SCRATCH(&env, odds, count))
        return common_nomem(&env);
    memset(known, REGION_UNKNOWN, count);
    memset(side, REGION_BACKGROUND, count);
    cut.known = known;
    status = region_markers(&env, MARKERS, &image, params->object, known);
    if (!status)
        status = both_marked(&env, known, count, params->object);
    if (!status)
        status = contrast_planes(&env, &image, &planes);
    if (!status)
        status = region_odds(&env, params, planes, image.planes, known, count, odds);
    if (!status)
        status = region_open(&env, &cut, &image, planes, params->connectivity, params->slices,
                             params->smoothness, params->contrast);
    if (!status)
        status = region_cut(&env, &cut, odds, side, &changed);
    if (!status)
        region_write(side, &mask);
    return status;
}

static const struct seg_param params[] = {
    REGION_OBJECT_ROW(struct params),
    {SEG_P_CHOICE(struct params, region, HISTOGRAM, regions,
                  "what pixels without a marker are compared with")},
    {SEG_P_FLOAT(struct params, region_weight, 1, 0, 1e3, NULL,
                 "how much that comparison counts against edges")},
    {SEG_P_INT(struct params, components, 5, 1, GMM_MOST, NULL,
               "how many Gaussians describe each side")},
    REGION_SMOOTHNESS_ROW(struct params),
    REGION_CONTRAST_ROW(struct params),
    CUT_CONNECTIVITY_ROW(struct params, CUT_8),
    CUT_SLICES_ROW(struct params),
};

static const struct seg_port inputs[] = {
    REGION_IMAGE_PORT,
    REGION_SCRIBBLES_PORT,
};

static const struct seg_port outputs[] = {
    REGION_CUT_PORT,
};

const struct seg_stage graphcut_seeds = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "graphcut.seeds",
    .summary = "cut an object out of its background by scribbles on both",
    .detail =
        "Finds the cheapest boundary between the markers of the object and those of the "
        "background: "
        "a boundary is cheap where neighbouring pixels differ, and each other pixel costs what the "
        "comparison with the marked pixels of the two sides says against its side. Marked pixels "
        "keep their side.\n\n"
        "Samples of 16 bits are divided by 257 and those of floating point stretched to 0..255; a "
        "histogram has 64 bins a channel. " CUT_SLICES_TEXT,
    .reference = "Y. Boykov, M.-P. Jolly, Interactive graph cuts for optimal boundary and region "
                 "segmentation of objects in N-D images, ICCV 2001",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
