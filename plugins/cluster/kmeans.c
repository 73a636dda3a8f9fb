/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cluster.kmeans: classes of colour. */
#include "means.h"
#include "stages.h"

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct cluster_params *params = self;
    const struct common_env env = {host, call};
    struct cluster_input input;
    struct cluster_means means;
    struct seg_view mask, labels = SEG_VIEW;
    int status = cluster_open(&env, params->space, &input, &mask);
    if (!status)
        status = host->output(call, 0, NULL, &labels);
    if (!status)
        status = cluster_means_find(&env, &input, params, &means);
    if (!status)
        status = cluster_means_label(&env, &input, &means, &labels);
    if (!status)
        status = host->value(call, "clusters", means.count);
    if (!status)
        status = host->value(call, "rounds", means.rounds);
    return status ? status : host->value(call, "inertia", means.inertia);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct cluster_params, clusters, 4, 1, CLUSTER_MOST, NULL, "how many classes"),
     .alias = "k"},
    {SEG_P_INT(struct cluster_params, iterations, 100, 1, 10000, NULL, "the most rounds")},
    {SEG_P_FLOAT(struct cluster_params, tolerance, 0.1, 0, 1e6, NULL,
                 "rounds end when no mean moves farther")},
    {SEG_P_CHOICE(struct cluster_params, space, COMMON_LEVELS, common_spaces, "what is compared")},
    {SEG_P_INT(struct cluster_params, seed, 0, 0, INT32_MAX, NULL,
               "another number gives other first means")},
};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray, colour, or up to eight planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "mask",
     .summary = "the pixels to cluster; all when it is not connected",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the class of each pixel", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage cluster_kmeans = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "cluster.kmeans",
    .summary = "classes of colour by k-means",
    .detail = "Finds 'clusters' mean colours and labels each pixel with the nearest one, from 1, "
              "the darkest (by the sum of the planes), on. First means are drawn by k-means++ from "
              "a generator that always starts the same for the same 'seed'.\n\n"
              "Samples are scaled so that the type's range, for floating point the image's own, is "
              "0..255, or RGB is made L*a*b*; alpha is left out. 'tolerance' is in these units. "
              "Reports 'clusters', fewer than asked for where fewer colours differ, 'rounds', and "
              "'inertia', the sum of squared distances.",
    .reference = "S. P. Lloyd, Least squares quantization in PCM, IEEE Transactions on Information "
                 "Theory 28 (2), 1982; D. Arthur, S. Vassilvitskii, k-means++: the advantages of "
                 "careful seeding, ACM-SIAM Symposium on Discrete Algorithms, 2007",
    .version = 1,
    SEG_TABLES(struct cluster_params, params, inputs, outputs),
    .process = process,
};
