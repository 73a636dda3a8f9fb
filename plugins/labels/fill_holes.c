/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.fill_holes: fills background that one region encloses. */
#include "common/choices.h"
#include "common/runs.h"
#include "keep.h"

#include <string.h>

struct params {
    int32_t connectivity, max_area;
};

enum { NOBODY = 0, SEVERAL = -1 };

/* Notes that a component of the background touches `label`. */
static void touch(int32_t *owner, int32_t label)
{
    if (label != 0)
        *owner = *owner == NOBODY || *owner == label ? label : SEVERAL;
}

static void touch_row(const struct common_runs *runs, size_t i, const int32_t *row, int32_t *owner)
{
    for (int32_t x = runs->edge[2 * i]; x < runs->edge[2 * i + 1]; x++)
        touch(owner, row[x]);
}

/* The only label around each component of the background; what reaches the border has none. */
static void find_owners(const struct common_runs *runs, const struct seg_view *labels,
                        int32_t *owner)
{
    int32_t last = runs->height - 1;
    for (int32_t y = 0; y <= last; y++) {
        const int32_t *row = seg_row(labels, 0, y);
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            int32_t left = runs->edge[2 * i], right = runs->edge[2 * i + 1];
            if (runs->value[i] != 0)
                continue;
            int32_t *mine = &owner[runs->label[i]];
            if (y == 0 || y == last || left == 0 || right == runs->width) {
                *mine = SEVERAL;
                continue;
            }
            touch(mine, row[left - 1]);
            touch(mine, row[right]);
            touch_row(runs, i, seg_row(labels, 0, y - 1), mine);
            touch_row(runs, i, seg_row(labels, 0, y + 1), mine);
        }
    }
}

static int process_fill_holes(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct seg_view in, out;
    struct common_runs runs;
    struct common_stat *stats;
    int32_t count, holes = 0, *name;
    int status = common_open(&env, &in, &out);
    if (!status)
        status = common_runs_of_labels(&env, &in, &runs);
    if (!status)
        status =
            common_runs_label(&env, &runs, params->connectivity == COMMON_EIGHT ? 8 : 4, &count);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, name, (size_t)count + 1) ||
        !COMMON_SCRATCH(&env, stats, (size_t)count + 1))
        return common_nomem(&env);
    memset(name, 0, ((size_t)count + 1) * sizeof *name);
    common_runs_measure(&runs, count, stats);
    find_owners(&runs, &in, name);
    for (int32_t k = 1; k <= count; k++) {
        bool fill = name[k] > 0 && (!params->max_area || stats[k].area <= params->max_area);
        name[k] = fill ? name[k] : 0;
        holes += fill;
    }
    for (uint32_t i = 0; i < runs.count; i++)
        if (runs.value[i] != 0)
            name[runs.label[i]] = runs.value[i];
    status = common_runs_paint(&env, &runs, name, &out);
    return status ? status : host->value(call, "holes", holes);
}

static const struct seg_param fill_holes_params[] = {
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels of the background are neighbours")},
    {SEG_P_INT(struct params, max_area, 0, 0, INT32_MAX, "px",
               "larger holes stay open; 0: none is too large")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {LABELS_OUTPUT("filled", "the regions without holes")};

COMMON_STAGE(labels, fill_holes, .summary = "fill the holes of regions",
             .detail = "A connected component of the background that does not reach the border of "
                       "the image, and that touches one region alone, becomes part of it if it has "
                       "at most 'max_area' pixels. Regions that lie in a hole stay, and so does "
                       "background between several. Reports 'holes', the number that was filled.");
