/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.fill_holes: fills what the objects enclose. */
#include "common/choices.h"
#include "common/runs.h"
#include "stages.h"

#include <string.h>

struct params {
    int32_t connectivity;
    int32_t max_area;
};

struct fill {
    struct seg_view in, out;
    const struct common_runs *runs;
    const uint8_t *hole; /* by label of the background */
};

static int fill_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct fill *fill = arg;
    const struct common_runs *runs = fill->runs;
    for (size_t y = begin; y < end; y++) {
        uint8_t *row = seg_row(&fill->out, 0, (int32_t)y);
        const uint8_t *from = seg_row(&fill->in, 0, (int32_t)y);
        if (row != from)
            memcpy(row, from, (size_t)runs->width);
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            size_t left = (size_t)runs->edge[2 * i], right = (size_t)runs->edge[2 * i + 1];
            if (fill->hole[runs->label[i]])
                memset(row + left, 1, right - left);
        }
    }
    return SEG_OK;
}

/* Marks the components of the background that do not touch the border and returns their number. */
static int32_t find_holes(const struct common_runs *runs, int32_t count, int64_t max_area,
                          int64_t *area, uint8_t *hole)
{
    int32_t holes = 0;
    memset(hole, 1, (size_t)count + 1);
    memset(area, 0, ((size_t)count + 1) * sizeof *area);
    for (int32_t y = 0; y < runs->height; y++) {
        bool rim = y == 0 || y == runs->height - 1;
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            int32_t left = runs->edge[2 * i], right = runs->edge[2 * i + 1];
            area[runs->label[i]] += right - left;
            if (rim || left == 0 || right == runs->width)
                hole[runs->label[i]] = 0;
        }
    }
    for (int32_t k = 1; k <= count; k++) {
        if (max_area && area[k] > max_area)
            hole[k] = 0;
        holes += hole[k];
    }
    return holes;
}

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct fill fill;
    struct common_runs runs;
    int32_t count = 0;
    int64_t *area = NULL;
    uint8_t *hole = NULL;
    int status = common_open(&env, &fill.in, &fill.out);
    if (!status)
        status = common_runs_find(&env, &fill.in, false, &runs);
    if (!status)
        status =
            common_runs_label(&env, &runs, params->connectivity == COMMON_EIGHT ? 8 : 4, &count);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, area, (size_t)count + 1) ||
        !COMMON_SCRATCH(&env, hole, (size_t)count + 1))
        return common_nomem(&env);
    int32_t holes = find_holes(&runs, count, params->max_area, area, hole);
    fill.runs = &runs;
    fill.hole = hole;
    status = common_parallel(&env, (size_t)runs.height, common_grain(runs.width), fill_rows, &fill);
    return status ? status : host->value(call, "holes", holes);
}

static const struct seg_param params[] = {
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels of the background are neighbours")},
    {SEG_P_INT(struct params, max_area, 0, 0, INT32_MAX, "px",
               "larger holes stay open; 0: none is too large")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "filled",
     .summary = "the objects without their holes",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

const struct seg_stage mask_fill_holes = {
    .struct_size = sizeof(struct seg_stage),
    .flags = SEG_STAGE_REENTRANT,
    .id = "mask.fill_holes",
    .summary = "fill the holes of objects",
    .detail = "A hole is a connected component of the background that does not reach the border "
              "of the image. Every hole of at most 'max_area' pixels becomes object.\n\n"
              "With 'connectivity' 4, the default, an outline that is closed only across corners "
              "encloses its inside; with 8 it leaks there. Reports 'holes', the number that was "
              "filled.",
    .reference = "P. Soille, Morphological Image Analysis, second edition, Springer 2003, "
                 "section 6.3.7",
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
