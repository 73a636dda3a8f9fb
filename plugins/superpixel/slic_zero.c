/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* superpixel.slic_zero. */
#include "slic.h"
#include "stages.h"

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    return superpixel_slic_process(host, call, self, true);
}

static const struct seg_param params[] = {SUPERPIXEL_SLIC_PARAMS(10)};

static const struct seg_port inputs[] = {
    {.name = "image",
     .summary = "gray, colour, or up to eight planes",
     .kinds = SEG_KIND_BIT(SEG_IMAGE),
     .dtypes = SEG_ANY_SAMPLE},
    {.name = "mask",
     .summary = "where superpixels are wanted; everywhere when it is not connected",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_OPTIONAL},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "the superpixels", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage superpixel_slic_zero = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "superpixel.slic_zero",
    .summary = "superpixels that are compact everywhere",
    .detail =
        "Clusters pixels by place and colour, starting from a grid, and makes the clusters "
        "connected. RGB images are compared in L*a*b*; of other images each plane is scaled "
        "to 0..100.\n\n"
        "Colour is weighed in each cluster by the largest difference that it has met there, so "
        "that smooth and textured places give equally regular regions; 'compactness' is only "
        "where that begins. "
        "'segments' says about how many there are to be, or 'size' about how wide each is. "
        "Reports 'superpixels', how many came out.",
    .reference = "R. Achanta, A. Shaji, K. Smith, A. Lucchi, P. Fua, S. Suesstrunk, SLIC "
                 "superpixels compared to state-of-the-art superpixel methods, IEEE Transactions "
                 "on Pattern Analysis and Machine Intelligence 34 (11), 2012",
    .version = 1,
    .params_size = sizeof(struct superpixel_slic),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};
