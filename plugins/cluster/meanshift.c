/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cluster.meanshift: regions whose pixels climb to the same place and colour. */
#include "common/choices.h"
#include "common/forest.h"
#include "common/merge.h"
#include "means.h"
#include "shift.h"
#include "stages.h"

struct params {
    double spatialr, ranger, threshold;
    int32_t minsize, maxiter, space;
};

/* Are the modes of two pixels within the radii? */
static bool alike(const struct common_features *modes, const struct params *params, size_t a,
                  size_t b)
{
    const float *plane = modes->data;
    double color = 0, place = 0;
    for (int32_t k = 0; k < modes->channels; k++, plane += modes->stride) {
        double d = (double)(plane[a] - plane[b]);
        color += d * d;
    }
    for (int32_t k = 0; k < 2; k++, plane += modes->stride) {
        double d = (double)(plane[a] - plane[b]);
        place += d * d;
    }
    return color <= params->ranger * params->ranger && place <= params->spatialr * params->spatialr;
}

/* Joins neighbours whose modes are alike, and numbers what hangs together. */
static int join_alike(const struct common_env *env, const struct common_features *modes,
                      const struct params *params, const struct seg_view *labels)
{
    size_t width = (size_t)modes->width;
    int32_t *link = common_forest(env, modes->stride), count;
    if (!link)
        return common_nomem(env);
    for (size_t i = 0; i < modes->stride; i++) {
        const size_t before[2] = {i - 1, i - width};
        const bool there[2] = {i % width > 0, i >= width};
        for (int k = 0; k < 2; k++) {
            if (!there[k] || !alike(modes, params, i, before[k]))
                continue;
            uint32_t a = common_root(link, (uint32_t)i), b = common_root(link, (uint32_t)before[k]);
            if (a != b)
                common_join(link, a, b);
        }
    }
    return common_forest_labels(env, link, labels, &count);
}

static int merge_small(const struct common_env *env, const struct common_features *modes,
                       const struct params *params, const struct seg_view *labels, int32_t *count)
{
    float *planes[CLUSTER_CHANNELS];
    struct common_regions regions;
    const struct common_merge merge = {.most = -1, .min_area = (uint32_t)params->minsize};
    int32_t *number;
    for (int32_t k = 0; k < modes->channels; k++)
        planes[k] = modes->data + (size_t)k * modes->stride;
    int status = common_regions(env, labels, "image", planes, modes->channels, &regions);
    if (status)
        return status;
    if (!COMMON_SCRATCH(env, number, regions.count))
        return common_nomem(env);
    status = common_merge(env, &regions, modes->channels, &merge, number, count);
    if (!status)
        common_merge_labels(number, labels, labels);
    return status;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const struct cluster_shift shift = {params->spatialr, params->ranger, params->threshold,
                                        params->maxiter};
    struct seg_view image, labels;
    struct common_features features, modes;
    int32_t count;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = common_features(&env, &image, params->space, &features);
    if (status)
        return status;
    if (features.channels > CLUSTER_CHANNELS)
        return host->fail(call, SEG_STAGE, "the image has %d planes; at most %d can be clustered",
                          features.channels, CLUSTER_CHANNELS);
    if (features.stride > INT32_MAX)
        return host->fail(call, SEG_LIMIT, "%zu pixels are too many; at most %d fit",
                          features.stride, INT32_MAX);
    status = cluster_shift(&env, &features, &shift, &modes);
    if (!status)
        status = join_alike(&env, &modes, params, &labels);
    if (!status)
        status = merge_small(&env, &modes, params, &labels, &count);
    return status ? status : host->value(call, "regions", count);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, spatialr, 5, 1, 1000, "px", "radius in place")},
    {SEG_P_FLOAT(struct params, ranger, 15, 0, 1e6, NULL, "radius in colour")},
    {SEG_P_INT(struct params, minsize, 100, 0, INT32_MAX, "px",
               "smaller regions join the neighbour of the nearest colour")},
    {SEG_P_INT(struct params, maxiter, 100, 1, 10000, NULL, "the most steps of a pixel")},
    {SEG_P_FLOAT(struct params, threshold, 0.1, 0, 1e6, NULL,
                 "a pixel that steps no farther, in place and colour, has arrived"),
     .alias = "thres"},
    {SEG_P_CHOICE(struct params, space, COMMON_LEVELS, common_spaces, "what is compared")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray, colour, or up to eight planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage cluster_meanshift = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "cluster.meanshift",
    .summary = "regions by mean shift in place and colour",
    .detail = "From each pixel a point steps to the mean place and colour of the pixels within "
              "'spatialr' of its place and 'ranger' of its colour, until it stays: its mode. "
              "Neighbours that share an edge are of one region where their modes are within "
              "'ranger' in colour and 'spatialr' in place; regions of less than 'minsize' pixels "
              "join the neighbour of the nearest mean colour. Parameters are those of the Orfeo "
              "Toolbox; OpenCV's pyrMeanShiftFiltering takes a square window and at most 5 "
              "steps.\n\n"
              "Samples are scaled so that the type's range, for floating point the image's own, is "
              "0..255, or RGB is made L*a*b*; alpha is left out. Time grows with the square of "
              "'spatialr'; steps use all threads, joining and merging, a small part, one. Reports "
              "'regions', how many came out.",
    .reference = "D. Comaniciu, P. Meer, Mean shift: a robust approach toward feature space "
                 "analysis, IEEE Transactions on Pattern Analysis and Machine Intelligence 24 (5), "
                 "2002",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
