/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* region.merge: fewer regions out of many. */
#include "common/merge.h"
#include "common/features.h"
#include "stages.h"

#include <math.h>

struct params {
    double threshold;
    int32_t regions, min_area, criterion, space;
};

enum { IMAGE, LABELS };

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, merged, labels = SEG_VIEW;
    struct common_features features;
    struct common_regions regions;
    float **planes;
    int32_t *number, count;
    int status = common_open(&env, &image, &merged);
    if (!status)
        status = host->input(call, LABELS, &labels);
    if (!status)
        status = common_features(&env, &image, params->space, &features);
    if (status)
        return status;
    if (labels.width != image.width || labels.height != image.height)
        return host->fail(call, SEG_STAGE,
                          "input 'labels': it is %d x %d, not %d x %d as the image", labels.width,
                          labels.height, image.width, image.height);
    if (!COMMON_SCRATCH(&env, planes, features.channels))
        return common_nomem(&env);
    for (int32_t k = 0; k < features.channels; k++)
        planes[k] = features.data + (size_t)k * features.stride;
    status = common_regions(&env, &labels, "labels", planes, features.channels, &regions);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, number, regions.count))
        return common_nomem(&env);
    const struct common_merge merge = {
        .most = params->regions ? HUGE_VAL : params->threshold,
        .regions = (uint32_t)params->regions,
        .min_area = (uint32_t)params->min_area,
        .ward = params->criterion,
    };
    status = common_merge(&env, &regions, features.channels, &merge, number, &count);
    if (status)
        return status;
    common_merge_labels(number, &labels, &merged);
    return host->value(call, "regions", count);
}

static const struct seg_choice criteria[] = {
    {"mean", "the distance of the mean colours"},
    {"ward", "what the sum of squared distances to the means rises by"},
};

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, threshold, 20, 0, 1e12, NULL,
                 "regions merge up to this cost, where 'regions' is not given")},
    {SEG_P_INT(struct params, regions, 0, 0, INT32_MAX, NULL,
               "regions merge until so many are left; 0: not given")},
    {SEG_P_INT(struct params, min_area, 0, 0, INT32_MAX, "px",
               "smaller regions then join the neighbour of the least cost")},
    {SEG_P_CHOICE(struct params, criterion, 0, criteria, "the cost of merging two regions")},
    {SEG_P_CHOICE(struct params, space, COMMON_LEVELS, common_spaces, "what is compared")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "labels",
     .summary = "the regions, such as superpixels or basins of a watershed",
     .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "merged", .summary = "the regions, from 1 on", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage region_merge = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "region.merge",
    .summary = "merge adjacent regions of like colour",
    .detail = "Merges the two adjacent regions of the least cost, again and again, until that "
              "exceeds 'threshold', or until 'regions' are left. The cost is the distance of the "
              "mean colours, as in scikit-image's merge_hierarchical, or Ward's, which "
              "favours regions of even size. Background (0) and void (-1) stay as they are. "
              "Regions are neighbours where pixels share an edge.\n\n"
              "Samples are scaled so that the type's range, for floating point the image's own, "
              "is 0..255; alpha is left out. Merging is serial by nature. Reports 'regions', how "
              "many are left.",
    .reference = "J. H. Ward, Hierarchical grouping to optimize an objective function, Journal of "
                 "the American Statistical Association 58 (301), 1963",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
