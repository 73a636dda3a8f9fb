/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.distance: the distance transform of a mask. */
#include "common/distance.h"
#include "stages.h"

struct params {
    int32_t metric;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view mask, distance;
    int status = common_open(&env, &mask, &distance);
    return status ? status : common_distance(&env, &mask, params->metric, &distance);
}

static const struct seg_choice metrics[] = {
    [COMMON_EUCLIDEAN] = {"euclidean", "sqrt(dx^2 + dy^2), exact"},
    [COMMON_CITYBLOCK] = {"cityblock", "|dx| + |dy|"},
    [COMMON_CHESSBOARD] = {"chessboard", "the larger of |dx| and |dy|"},
};

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, metric, COMMON_EUCLIDEAN, metrics, "how distance is measured")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "distance",
     .summary = "in pixels, 0 in the background",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_DTYPE_BIT(SEG_F32),
     .planes_min = 1},
};

const struct seg_stage markers_distance = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "markers.distance",
    .summary = "distance of each object pixel to the background",
    .detail = "The distance from the centre of each object pixel to the centre of the nearest "
              "background pixel, so that a pixel at the edge of an object has the distance 1. Its "
              "peaks lie in the middle of objects, and between two objects that touch there is a "
              "valley.\n\n"
              "What lies outside the image is not background. Without any background pixel all "
              "distances are the length of the image's diagonal. Squared Euclidean distances are "
              "exact up to 2^53.",
    .reference = "A. Meijster, J. B. T. M. Roerdink, W. H. Hesselink, A general algorithm for "
                 "computing distance transforms in linear time, ISMM 2000",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
