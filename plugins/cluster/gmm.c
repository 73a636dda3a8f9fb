/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cluster.gmm: classes of colour by a mixture of Gaussians. */
#include "mixture.h"
#include "stages.h"

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct cluster_params *params = self;
    const struct common_env env = {host, call};
    const struct cluster_params first = {
        .clusters = params->clusters, .iterations = 20, .seed = params->seed, .tolerance = 0.1};
    struct cluster_input input;
    struct cluster_means means;
    struct cluster_mixture *mixture;
    struct seg_view mask, labels = SEG_VIEW, scores = SEG_VIEW;
    struct seg_shape shape = SEG_SHAPE;
    if (!COMMON_SCRATCH(&env, mixture, 1))
        return common_nomem(&env);
    int status = cluster_open(&env, params->space, &input, &mask);
    if (!status)
        status = cluster_means_find(&env, &input, &first, &means);
    if (!status)
        status = cluster_mixture_find(&env, &input, params, &means, mixture);
    if (status)
        return status;
    shape.planes = mixture->count;
    status = host->output(call, 0, NULL, &labels);
    if (!status)
        status = host->output(call, 1, &shape, &scores);
    if (!status)
        status = cluster_mixture_write(&env, &input, mixture, &labels, &scores);
    if (!status)
        status = host->value(call, "clusters", mixture->count);
    if (!status)
        status = host->value(call, "rounds", mixture->rounds);
    return status ? status : host->value(call, "likelihood", mixture->likelihood);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct cluster_params, clusters, 4, 1, CLUSTER_MOST, NULL, "how many Gaussians"),
     .alias = "k"},
    {SEG_P_INT(struct cluster_params, iterations, 100, 1, 10000, NULL, "the most rounds")},
    {SEG_P_FLOAT(struct cluster_params, tolerance, 1e-3, 0, 1e6, NULL,
                 "rounds end when the mean logarithm of the likelihood rises by no more")},
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
    {.name = "labels", .summary = "the likeliest class", .kinds = SEG_KIND_BIT(SEG_LABELS)},
    {.name = "scores",
     .summary = "how likely each class is, a plane each",
     .kinds = SEG_KIND_BIT(SEG_SCORES),
     .flags = SEG_PORT_SIZED},
};

const struct seg_stage cluster_gmm = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "cluster.gmm",
    .summary = "classes of colour by a mixture of Gaussians",
    .detail = "Describes the colours of all pixels by 'clusters' Gaussians with full covariances "
              "and labels each pixel with the likeliest, in the order of the means that "
              "cluster.kmeans finds first. Unlike k-means it tells classes of different spread "
              "apart, and says how sure it is: 'scores'.\n\n"
              "Samples are scaled so that the type's range, for floating point the image's own, is "
              "0..255, or RGB is made L*a*b*; alpha is left out. Variances are at least 1/12, that "
              "of rounding. Outside of the mask labels are 0 and scores equal. Reports 'clusters', "
              "fewer than asked for where fewer colours differ, 'rounds', and 'likelihood', the "
              "mean logarithm without the constant.",
    .reference = "A. P. Dempster, N. M. Laird, D. B. Rubin, Maximum likelihood from incomplete "
                 "data via the EM algorithm, Journal of the Royal Statistical Society B 39 (1), "
                 "1977",
    .version = 1,
    SEG_TABLES(struct cluster_params, params, inputs, outputs),
    .process = process,
};
