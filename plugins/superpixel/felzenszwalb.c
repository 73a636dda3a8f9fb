/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* superpixel.felzenszwalb: regions by comparing borders with what is inside. */
#include "common/choices.h"
#include "common/edges.h"
#include "common/forest.h"
#include "stages.h"

#include <math.h>

struct params {
    double scale, sigma;
    int32_t min_size, connectivity;
};

/* Joins across edges in ascending order where the edge is less than what both sides bear: the
 * largest edge inside, and scale by the number of pixels. Only edges that still part two regions
 * are kept. */
static void join_alike(struct common_edges *edges, int32_t *link, float *limit, float scale)
{
    size_t kept = 0;
    uint32_t a, b;
    for (size_t i = 0; i < edges->count; i++) {
        uint64_t edge = edges->list[i];
        common_edge_ends(edges, edge, &a, &b);
        a = common_root(link, a);
        b = common_root(link, b);
        if (a == b)
            continue;
        float inside = sqrtf(common_edge_difference(edge));
        if (inside < limit[a] && inside < limit[b]) {
            a = common_join(link, a, b);
            limit[a] = inside + scale / (float)-link[a];
        } else {
            edges->list[kept++] = edge;
        }
    }
    edges->count = kept;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, labels;
    struct common_features features;
    struct common_edges edges;
    float *limit;
    int32_t count;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = common_features(&env, &image, COMMON_LEVELS, &features);
    if (!status)
        status = common_features_smooth(&env, &features, params->sigma);
    if (!status)
        status = common_edges(&env, &features, params->connectivity, COMMON_SQUARES, &edges);
    if (!status)
        status = host->progress(call, 0.5);
    if (status)
        return status;
    size_t pixels = common_pixels(&image);
    int32_t *link = common_forest(&env, pixels);
    if (!link || !COMMON_SCRATCH(&env, limit, pixels))
        return common_nomem(&env);
    for (size_t i = 0; i < pixels; i++)
        limit[i] = (float)params->scale;
    join_alike(&edges, link, limit, (float)params->scale);
    common_edges_join_small(&edges, link, params->min_size);
    status = common_forest_labels(&env, link, &labels, &count);
    return status ? status : host->value(call, "superpixels", count);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, scale, 100, 0, 1e9, NULL,
                 "how much small regions are favoured to join; larger gives larger regions"),
     .alias = "k"},
    {SEG_P_FLOAT(struct params, sigma, 0.8, 0, 100, "px", "smoothing before")},
    {SEG_P_INT(struct params, min_size, 50, 0, INT32_MAX, "px", "smaller regions join another")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "any number of planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage superpixel_felzenszwalb = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "superpixel.felzenszwalb",
    .summary = "regions whose borders differ more than what is inside them",
    .detail = "Goes through all pairs of neighbours from the most alike to the least "
              "and joins their regions where the pair differs by less than either region's "
              "largest such difference inside plus 'scale' by its number of pixels. Regions of "
              "less than 'min_size' pixels then join the neighbour that is most alike at one "
              "pair. Differences are Euclidean over the planes, alpha left out.\n\n"
              "Samples are scaled so that the type's range, for floating point the image's own, "
              "is 0..255: 'scale' is then that of scikit-image and, for images of 8 bits, the k "
              "of OpenCV and of the authors' program. Defaults differ: scikit-image has scale 1, "
              "sigma 0.8, min_size 20; OpenCV sigma 0.5, k 300, min_size 100, connectivity 4.\n\n"
              "Takes 64 bytes a pixel beside the image. Joining is serial by nature; smoothing, "
              "differences and sorting use all threads. Reports 'superpixels', how many came out.",
    .reference = "P. F. Felzenszwalb, D. P. Huttenlocher, Efficient graph-based image "
                 "segmentation, International Journal of Computer Vision 59 (2), 2004",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
