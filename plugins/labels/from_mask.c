/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.from_mask: one region of all that a mask holds. */
#include "keep.h"

struct params {
    int32_t label;
};

static int process_from_mask(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view mask, labels;
    int status = common_open(&env, &mask, &labels);
    for (int32_t y = 0; !status && y < mask.height; y++) {
        const uint8_t *from = seg_row(&mask, 0, y);
        int32_t *to = seg_row(&labels, 0, y);
        for (int32_t x = 0; x < mask.width; x++)
            to[x] = from[x] * params->label;
    }
    return status;
}

static int32_t reach(const void *params)
{
    (void)params;
    return 0;
}

static const struct seg_param from_mask_params[] = {
    {SEG_P_INT(struct params, label, 1, 1, INT32_MAX, NULL, "of the pixels of the mask")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "a region", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

COMMON_STAGE(labels, from_mask, .summary = "make one region of a mask",
             .detail = "Every pixel of the mask gets 'label', the others 0, whether they are "
                       "connected or not: a class, for instance. mask.components gives each "
                       "connected part a label of its own.",
             .reach = reach);
