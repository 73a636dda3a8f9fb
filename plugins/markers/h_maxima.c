/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* markers.h_maxima: maxima that stand out. */
#include "extrema_stage.h"
#include "stages.h"

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct common_env env = {host, call};
    return markers_extrema(&env, self, false);
}

MARKERS_EXTREMA_TABLES("maxima");

const struct seg_stage markers_h_maxima = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "markers.h_maxima",
    .summary = "mark regional maxima that stand out by h",
    .detail = "Marks the pixels of every regional maximum of dynamic 'h' or more: whoever walks "
              "from it to a higher point has to go down by at least h. Of all maxima of equal "
              "value each counts for itself. With 'h' 0 these are all regional maxima. NaN "
              "belongs to none. mask.components gives each a number, as a watershed wants it.",
    .reference = "M. Grimaud, A new measure of contrast: the dynamics, Proceedings of SPIE 1769, "
                 "1992",
    .version = 1,
    .params_size = sizeof(struct markers_extrema),
    .params = params,
    .inputs = inputs,
    .outputs = outputs,
    .param_count = SEG_COUNT(params),
    .input_count = SEG_COUNT(inputs),
    .output_count = SEG_COUNT(outputs),
    .process = process,
};
