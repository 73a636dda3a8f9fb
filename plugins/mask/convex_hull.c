/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.convex_hull: the hull of all objects, or of each. */
#include "common/choices.h"
#include "common/runs.h"
#include "common/stage.h"
#include "stages.h"

#include <segkit/regions.h>
#include <string.h>

struct params {
    int32_t of, connectivity;
};

enum { WHOLE, OBJECTS };

/* Runs object after object; the objects' runs stay in the order of their rows. */
struct sorted {
    struct seg_run *runs;
    size_t *begin; /* of object k, from 1: begin[k - 1] .. begin[k] - 1 */
};

static int sort_runs(const struct common_env *env, const struct common_runs *runs, int32_t objects,
                     struct sorted *sorted)
{
    if (!COMMON_SCRATCH(env, sorted->runs, (size_t)runs->count + 1) ||
        !COMMON_SCRATCH(env, sorted->begin, (size_t)objects + 2))
        return common_nomem(env);
    size_t *end = sorted->begin + 1; /* of an object, as far as its runs are in place */
    memset(sorted->begin, 0, ((size_t)objects + 2) * sizeof *sorted->begin);
    for (size_t i = 0; i < runs->count; i++)
        sorted->begin[runs->label[i] + 1]++;
    for (int32_t k = 1; k <= objects; k++)
        sorted->begin[k + 1] += sorted->begin[k];
    for (int32_t y = 0; y < runs->height; y++)
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            int32_t left = runs->edge[2 * i], right = runs->edge[2 * i + 1];
            sorted->runs[end[runs->label[i] - 1]++] = (struct seg_run){y, left, right - left};
        }
    return SEG_OK;
}

static int fill_hull(const struct common_env *env, const struct seg_regions_api *api,
                     const struct seg_run *runs, size_t count, struct seg_run *spans,
                     const struct seg_view *out)
{
    int status = api->hull(env->call, runs, count, spans);
    size_t rows = (size_t)(runs[count - 1].y - runs[0].y) + 1;
    for (size_t i = 0; i < rows && !status; i++)
        memset((uint8_t *)seg_row(out, 0, spans[i].y) + spans[i].x, 1, (size_t)spans[i].length);
    return status;
}

static int process_convex_hull(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const struct seg_regions_api *api = host->extension(call, SEG_REGIONS_SERVICE);
    struct seg_view in, out;
    struct common_runs runs;
    struct sorted sorted;
    struct seg_run *spans;
    int32_t objects = 1;
    if (!api)
        return host->fail(call, SEG_STAGE, "the host does not offer '%s'", SEG_REGIONS_SERVICE);
    int status = common_open(&env, &in, &out);
    if (!status)
        status = common_runs_find(&env, &in, true, &runs);
    if (!status && params->of == OBJECTS)
        status =
            common_runs_label(&env, &runs, params->connectivity == COMMON_EIGHT ? 8 : 4, &objects);
    if (status)
        return status;
    for (size_t i = 0; params->of == WHOLE && i < runs.count; i++)
        runs.label[i] = 1;
    if (!COMMON_SCRATCH(&env, spans, in.height))
        return common_nomem(&env);
    status = sort_runs(&env, &runs, objects, &sorted);
    if (status)
        return status;
    for (int32_t y = 0; y < in.height; y++)
        memset(seg_row(&out, 0, y), 0, (size_t)in.width);
    for (int32_t k = 0; k < objects && !status && runs.count; k++)
        status = fill_hull(&env, api, sorted.runs + sorted.begin[k],
                           sorted.begin[k + 1] - sorted.begin[k], spans, &out);
    return status;
}

static const struct seg_choice whats[] = {
    [WHOLE] = {"whole", "one hull around all objects"},
    [OBJECTS] = {"objects", "a hull around each connected component"},
};

static const struct seg_param convex_hull_params[] = {
    {SEG_P_CHOICE(struct params, of, WHOLE, whats, "what the hull goes around")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "hull",
     .summary = "the pixels in the hulls",
     .kinds = SEG_KIND_BIT(SEG_MASK),
     .flags = SEG_PORT_IN_PLACE},
};

COMMON_STAGE(
    mask, convex_hull, .summary = "fill the convex hull of objects",
    .detail = "The smallest convex polygon that holds the middles of the edges of all object "
              "pixels, of all together or component by component; set are the pixels whose centre "
              "it holds, its line included. That is scikit-image's convex_hull_image, and its "
              "convex_hull_object for 'of' objects. Hulls of different objects may touch.",
    .reference = "A. M. Andrew, Another efficient algorithm for convex hulls in two dimensions, "
                 "Information Processing Letters 9 (5), 1979");
