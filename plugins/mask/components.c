/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.components: labels the connected components of a mask. */
#include "common/choices.h"
#include "common/runs.h"
#include "stages.h"

struct params {
    int32_t connectivity;
    int32_t min_area, max_area;
};

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view mask, labels;
    struct common_runs runs;
    struct common_stat *stats = NULL;
    int32_t count = 0, kept = 0, *lut = NULL;
    int64_t area = 0;
    int status = common_open(&env, &mask, &labels);
    if (!status)
        status = common_runs_find(&env, &mask, true, &runs);
    if (!status)
        status =
            common_runs_label(&env, &runs, params->connectivity == COMMON_EIGHT ? 8 : 4, &count);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, stats, (size_t)count + 1) ||
        !COMMON_SCRATCH(&env, lut, (size_t)count + 1))
        return common_nomem(&env);
    common_runs_measure(&runs, count, stats);
    for (int32_t k = 1; k <= count; k++) {
        bool keep = stats[k].area >= params->min_area &&
                    (!params->max_area || stats[k].area <= params->max_area);
        lut[k] = keep ? ++kept : 0;
        area += keep ? stats[k].area : 0;
    }
    status = common_runs_paint(&env, &runs, kept < count ? lut : NULL, &labels);
    if (!status)
        status = host->value(call, "components", kept);
    if (!status && kept)
        status = host->value(call, "mean_area", (double)area / kept);
    return status;
}

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
    {SEG_P_INT(struct params, min_area, 1, 1, INT32_MAX, "px", "smaller components are left out")},
    {SEG_P_INT(struct params, max_area, 0, 0, INT32_MAX, "px",
               "larger components are left out; 0: none is too large")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "a number for each component", .kinds = SEG_KIND_BIT(SEG_LABELS)},
};

const struct seg_stage mask_components = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "mask.components",
    .summary = "label the connected components of a mask",
    .detail = "Gives every connected component of the mask a number of its own, 1 to N, in the "
              "order of their first pixels from top left, row by row.\n\n"
              "Components whose area is below 'min_area' or above 'max_area' become background "
              "and get no number. Reports 'components', how many there are, and 'mean_area'.\n\n"
              "It works on runs of pixels, so that sparse masks cost little more than reading "
              "them and writing the labels.",
    .reference = "A. Rosenfeld, J. L. Pfaltz, Sequential operations in digital picture "
                 "processing, Journal of the ACM 13 (4), 1966",
    .version = 1,
    SEG_TABLES(struct params, params, inputs, outputs),
    .process = process,
};
