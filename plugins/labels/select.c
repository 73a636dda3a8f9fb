/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.select: keeps regions by their labels. */
#include "keep.h"

#include <math.h>

struct params {
    struct seg_floats ids;
    bool invert;
};

static int shape(const struct seg_host *host, struct seg_call *call, const void *self,
                 const struct seg_shape *in, struct seg_shape *out)
{
    (void)in, (void)out;
    const struct params *params = self;
    for (uint32_t i = 0; i < params->ids.count; i++)
        if (params->ids.values[i] != floor(params->ids.values[i]))
            return host->fail(call, SEG_USAGE, "parameter 'ids': %g is no integer",
                              params->ids.values[i]);
    return SEG_OK;
}

static int process_select(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct labels_keep keep;
    bool *chosen;
    int status = labels_keep_find(&env, &keep);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, chosen, (size_t)keep.ids.count + 1))
        return common_nomem(&env);
    for (int32_t i = 0; i <= keep.ids.count; i++)
        chosen[i] = false;
    for (uint32_t i = 0; i < params->ids.count; i++)
        chosen[common_ids_place(&keep.ids, (int32_t)params->ids.values[i])] = true;
    for (int32_t i = 1; i <= keep.ids.count; i++)
        if (chosen[i] == params->invert)
            keep.lut[i] = 0;
    return labels_keep_write(&env, &keep);
}

static const struct seg_param select_params[] = {
    {SEG_P_FLOATS(struct params, ids, NULL, 1, 4096, 1, INT32_MAX, NULL, "labels of regions"),
     .flags = SEG_PARAM_REQUIRED},
    {SEG_P_BOOL(struct params, invert, false, "keep all but those")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {LABELS_OUTPUT("kept", "the regions that stay")};

COMMON_STAGE(labels, select, .summary = "keep regions by their labels",
             .detail = "All regions but those of 'ids' become background, or with 'invert' only "
                       "those. Labels that do not occur are no error." LABELS_KEEP_TEXT,
             .shape = shape);
