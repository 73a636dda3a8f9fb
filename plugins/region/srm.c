/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* region.srm: statistical region merging. */
#include "common/choices.h"
#include "common/edges.h"
#include "common/forest.h"
#include "stages.h"

#include <math.h>

struct params {
    double q;
    int32_t min_size;
};

enum { LEVELS = 256 };

struct srm {
    const struct common_features *in;
    int32_t *link;
    float *mean;   /* of roots; planes as in the features */
    double factor; /* LEVELS^2 / (2 q) */
    double chance; /* the logarithm of 1 over the chance of an error */
};

/* How far, squared, the mean of so many pixels may be from what is expected. */
static double bound(const struct srm *s, int32_t size)
{
    double n = size;
    return s->factor * (fmin(n, LEVELS) * log(n + 1) + s->chance) / n;
}

static bool alike(const struct srm *s, uint32_t a, uint32_t b)
{
    double most = bound(s, -s->link[a]) + bound(s, -s->link[b]);
    const float *plane = s->mean;
    for (int32_t k = 0; k < s->in->channels; k++, plane += s->in->stride) {
        double d = (double)(plane[a] - plane[b]);
        if (d * d > most)
            return false;
    }
    return true;
}

static void join(const struct srm *s, uint32_t a, uint32_t b)
{
    double na = -s->link[a], nb = -s->link[b];
    uint32_t root = common_join(s->link, a, b);
    float *plane = s->mean;
    for (int32_t k = 0; k < s->in->channels; k++, plane += s->in->stride)
        plane[root] = (float)(((double)plane[a] * na + (double)plane[b] * nb) / (na + nb));
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view image, labels;
    struct common_features features;
    struct common_edges edges;
    int32_t count;
    int status = common_open(&env, &image, &labels);
    if (!status)
        status = common_features(&env, &image, COMMON_LEVELS, &features);
    if (!status)
        status = common_edges(&env, &features, COMMON_FOUR, COMMON_LARGEST, &edges);
    if (!status)
        status = host->progress(call, 0.5);
    if (status)
        return status;
    double pixels = (double)features.stride;
    struct srm s = {.in = &features,
                    .mean = features.data, /* edges are done with the samples */
                    .factor = (double)LEVELS * LEVELS / (2 * params->q),
                    .chance = log(6) + 2 * log(pixels)};
    s.link = common_forest(&env, features.stride);
    if (!s.link)
        return common_nomem(&env);
    for (size_t i = 0; i < edges.count; i++) {
        uint32_t a, b;
        common_edge_ends(&edges, edges.list[i], &a, &b);
        a = common_root(s.link, a);
        b = common_root(s.link, b);
        if (a != b && alike(&s, a, b))
            join(&s, a, b);
    }
    common_edges_join_small(&edges, s.link, params->min_size);
    status = common_forest_labels(&env, s.link, &labels, &count);
    return status ? status : host->value(call, "regions", count);
}

static const struct seg_param params[] = {
    {SEG_P_FLOAT(struct params, q, 32, 1e-3, 1e6, NULL,
                 "how many independent values a pixel is thought to sum; larger gives more "
                 "regions")},
    {SEG_P_INT(struct params, min_size, 0, 0, INT32_MAX, "px",
               "smaller regions join the neighbour that is most alike at one pair of pixels")},
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

const struct seg_stage region_srm = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "region.srm",
    .summary = "regions by statistical merging",
    .detail = "Goes through all pairs of edge neighbours from the least to the largest difference "
              "of a plane and joins their regions where in every plane the means differ by no "
              "more than chance would make them: the squared bound of a region of n of the "
              "image's N pixels is 256^2 (min(n, 256) ln(n + 1) + ln(6 N^2)) / (2 q n), and those "
              "of both add up. 'q' sets the scale: 256, 128, 64, 32, 16 are common. Then regions "
              "of less than 'min_size' pixels join another.\n\n"
              "Samples are scaled so that the type's range, for floating point the image's own, is "
              "0..255; alpha is left out. Joining is serial by nature; differences and sorting use "
              "all threads. Reports 'regions', how many came out.",
    .reference = "R. Nock, F. Nielsen, Statistical region merging, IEEE Transactions on Pattern "
                 "Analysis and Machine Intelligence 26 (11), 2004",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
