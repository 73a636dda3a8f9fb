/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.close: morphological closing. */
#include "binary.h"
#include "stages.h"

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    return mask_morph(&env, self, (enum mask_step[]){MASK_DILATE, MASK_ERODE});
}

static int32_t reach(const void *params)
{
    const struct mask_morph *morph = params;
    return 2 * morph->radius;
}

static const struct seg_param params[] = {MASK_MORPH_PARAMS(struct mask_morph)};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "closed",
     .summary = "the objects with their gaps filled",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage mask_close = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "mask.close",
    .summary = "fill gaps that are thinner than the structuring element",
    .detail = "A dilation followed by an erosion with the same element: gaps and holes that the "
              "element does not fit into are filled, and everything else keeps its size.\n\n"
              "What lies outside the image neither erodes nor dilates.",
    .reference = "J. Serra, Image Analysis and Mathematical Morphology, Academic Press 1982",
    .version = 1,
    .params_size = sizeof(struct mask_morph),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
    .reach = reach,
};
