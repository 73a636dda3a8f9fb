/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.remove_small: leaves out small regions. */
#include "common/ids.h"
#include "stages.h"

struct params {
    int32_t min_area;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view labels, kept;
    struct common_ids ids;
    int32_t *lut, count = 0;
    int status = common_open(&env, &labels, &kept);
    if (!status)
        status = common_ids_find(&env, &labels, &ids);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, lut, (size_t)ids.count + 1))
        return common_nomem(&env);
    for (int32_t i = 1; i <= ids.count; i++) {
        bool keep = ids.area[i] >= (uint64_t)params->min_area;
        lut[i] = keep ? ids.sorted[i] : 0;
        count += keep;
    }
    status = common_ids_map(&env, &ids, lut, &labels, &kept);
    if (!status)
        status = host->value(call, "regions", count);
    return status ? status : host->value(call, "removed", ids.count - count);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, min_area, 64, 0, INT32_MAX, "px", "smaller regions are removed")},
};

static const struct seg_port inputs[] = {
    {.name = "labels", .summary = "the regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "kept",
     .summary = "the regions that are large enough",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage labels_remove_small = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "labels.remove_small",
    .summary = "remove small regions",
    .detail =
        "Regions of fewer than 'min_area' pixels become background; a region is all pixels of one "
        "label, connected or not. The others keep their labels: labels.relabel makes the "
        "numbers consecutive again. Void (-1) stays. Reports 'regions', how many are left, "
        "and 'removed'.",
    .version = 1,
    .params_size = sizeof(struct params),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};
