/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.relabel: numbers regions consecutively. */
#include "common/ids.h"
#include "stages.h"

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self;
    const struct common_env env = {host, call};
    struct seg_view labels, relabelled;
    struct common_ids ids;
    int32_t *lut;
    int status = common_open(&env, &labels, &relabelled);
    if (!status)
        status = common_ids_find(&env, &labels, &ids);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, lut, (size_t)ids.count + 1))
        return common_nomem(&env);
    for (int32_t i = 0; i <= ids.count; i++)
        lut[i] = i;
    status = common_ids_map(&env, &ids, lut, &labels, &relabelled);
    return status ? status : host->value(call, "regions", ids.count);
}

static const struct seg_port inputs[] = {
    {.name = "labels", .summary = "the regions", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

static const struct seg_port outputs[] = {
    {.name = "relabelled",
     .summary = "the same regions, numbered 1 to N",
     .kinds = SEG_KIND_BIT(SEG_LABELS),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage labels_relabel = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "labels.relabel",
    .summary = "number regions without gaps",
    .detail =
        "Gives regions the numbers 1 to N in the order of their labels. Background (0) and void "
        "(-1) stay. Reports 'regions', which is N.",
    .version = 1,
    SEG_PORTS(inputs, outputs),
    .process = process,
};
