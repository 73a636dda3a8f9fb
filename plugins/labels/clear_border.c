/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.clear_border: leaves out regions at the border. */
#include "common/ids.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t buffer;
};

/* Zeroes the entries of the labels in part of a row. */
static void strike(const struct common_ids *ids, const int32_t *row, int32_t begin, int32_t end,
                   int32_t *lut)
{
    for (int32_t x = begin; x < end; x++)
        lut[common_ids_place(ids, row[x])] = 0;
}

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
    memcpy(lut, ids.sorted, ((size_t)ids.count + 1) * sizeof *lut);
    int32_t width = labels.width, height = labels.height;
    int32_t rim = params->buffer < width ? params->buffer + 1 : width;
    for (int32_t y = 0; y < height; y++) {
        const int32_t *row = seg_row(&labels, 0, y);
        bool whole = y <= params->buffer || height - y - 1 <= params->buffer;
        strike(&ids, row, 0, whole ? width : rim, lut);
        if (!whole)
            strike(&ids, row, width - rim, width, lut);
    }
    for (int32_t i = 1; i <= ids.count; i++)
        count += lut[i] != 0;
    status = common_ids_map(&env, &ids, lut, &labels, &kept);
    if (!status)
        status = host->value(call, "regions", count);
    return status ? status : host->value(call, "removed", ids.count - count);
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, buffer, 0, 0, 1 << 20, "px", "how far from the border still counts")},
};

static const struct seg_port inputs[] = {
    {.name = "labels", .summary = "the regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "kept",
     .summary = "the regions that lie inside",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage labels_clear_border = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "labels.clear_border",
    .summary = "remove regions that touch the border",
    .detail =
        "Regions with a pixel at the border of the image, or no further than 'buffer' pixels from "
        "it, become background: they are likely cut off, and would spoil areas and shapes. "
        "The others keep their labels. Void (-1) stays. Reports 'regions', how many are "
        "left, and 'removed'.",
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
