/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.invert: background for objects. */
#include "common/env.h"
#include "stages.h"

static int invert_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct seg_view *views = arg;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *from = seg_row(&views[0], 0, (int32_t)y);
        uint8_t *to = seg_row(&views[1], 0, (int32_t)y);
        for (int32_t x = 0; x < views[0].width; x++)
            to[x] = !from[x];
    }
    return SEG_OK;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self;
    const struct common_env env = {host, call};
    struct seg_view views[2];
    const int status = common_open(&env, &views[0], &views[1]);
    if (status)
        return status;
    return common_parallel(&env, (size_t)views[0].height, common_grain(views[0].width), invert_rows,
                           views);
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "inverted",
     .summary = "what was background",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage mask_invert = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "mask.invert",
    .summary = "exchange objects and background",
    .detail = "For objects darker than what is around them; most threshold stages do the same when "
              "told so by 'invert'. filter.invert is for images.",
    .version = 1,
    SEG_PORTS(inputs, outputs),
    .process = process,
    .reach = reach,
};
