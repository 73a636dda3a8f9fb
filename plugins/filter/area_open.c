/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filter.area_open, area_close: remove peaks and basins by area.
 *
 * Pixels are taken from the highest to the lowest and joined with their neighbours that were taken
 * before. A set that is still smaller than the area wanted sinks to the level of the pixel that
 * joins it; others are left as they are. */
#include "common/choices.h"
#include "common/forest.h"
#include "common/order.h"
#include "common/sample.h"
#include "stages.h"
#include "table.h"

struct params {
    int32_t min_area;
    int32_t connectivity;
};

#define ABSENT INT32_MIN /* not taken yet */

struct open {
    const struct params *params;
    struct common_order order;
    int32_t *link; /* a pixel taken later of the same level in the result; of a root minus the area,
                      as far as it counts, and all that counts once it touches a set that stays */
};

static void join(struct open *open, uint32_t root, uint32_t near)
{
    const float *value = open->order.value;
    uint32_t set = common_root(open->link, near);
    int32_t enough = -open->params->min_area;
    if (set == root)
        return;
    if (open->link[set] > enough || value[set] <= value[root]) {
        int64_t sum = (int64_t)open->link[root] + open->link[set];
        open->link[root] = sum > enough ? (int32_t)sum : enough;
        open->link[set] = (int32_t)root;
    } else if (open->link[root] > enough) {
        open->link[root] = enough;
    }
}

static int take_all(const struct common_env *env, struct open *open, int32_t width, int32_t height)
{
    int connectivity = open->params->connectivity == COMMON_EIGHT ? 8 : 4;
    for (size_t i = 0; i < open->order.count; i++) {
        uint32_t pixel = (uint32_t)open->order.order[i], near[8];
        open->link[pixel] = -1;
        int count = common_neighbours(pixel, width, height, connectivity, near);
        for (int k = 0; k < count; k++)
            if (open->link[near[k]] != ABSENT)
                join(open, pixel, near[k]);
        if (i % (1 << 20) == 0) {
            int status = env->host->progress(env->call, (double)i / (double)open->order.count);
            if (status)
                return status;
        }
    }
    for (size_t i = open->order.count; i-- > 0;) { /* parents come before what hangs on them */
        uint32_t pixel = (uint32_t)open->order.order[i];
        int32_t parent = open->link[pixel];
        if (parent >= 0)
            open->order.value[pixel] = open->order.value[parent];
    }
    return SEG_OK;
}

static int open_plane(const struct common_env *env, struct open *open, const struct seg_view *in,
                      int32_t plane, bool lowest, const struct seg_view *out)
{
    struct seg_view floats;
    size_t width = (size_t)in->width;
    int status = common_float_plane(env, in, plane, &floats);
    if (!status)
        status = common_order(env, &floats, lowest, &open->order);
    if (status)
        return status;
    for (size_t i = 0; i < common_pixels(in); i++)
        open->link[i] = ABSENT;
    status = take_all(env, open, in->width, in->height);
    float *row = open->order.value;
    for (int32_t y = 0; y < in->height && !status; y++, row += width) {
        for (size_t x = 0; lowest && x < width; x++)
            row[x] = -row[x];
        common_store(out, plane, y, row, width);
    }
    return status;
}

static int run(const struct params *params, const struct seg_host *host, struct seg_call *call,
               bool lowest)
{
    const struct common_env env = {host, call};
    struct open open = {.params = params};
    struct seg_view in, out;
    int status = common_open(&env, &in, &out);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, open.link, common_pixels(&in)))
        return common_nomem(&env);
    for (int32_t plane = 0; plane < in.planes && !status; plane++)
        status = open_plane(&env, &open, &in, plane, lowest, &out);
    return status;
}

static const struct seg_param params[] = {
    {SEG_P_INT(struct params, min_area, 64, 1, INT32_MAX, "px", "area of the smallest that stays"),
     .alias = "area_threshold"},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {FILTER_INPUT(SEG_ANY_SAMPLE)};

static const struct seg_port outputs[] = {FILTER_OUTPUT("result", SEG_ANY_SAMPLE)};

#define STAGE(NAME, LOWEST, SUMMARY, DETAIL)                                                       \
    static int process_##NAME(void *self, const struct seg_host *host, struct seg_call *call)      \
    {                                                                                              \
        return run(self, host, call, LOWEST);                                                      \
    }                                                                                              \
    const struct seg_stage filter_##NAME = {                                                       \
        FILTER_TABLES,                                                                             \
        .id = "filter." #NAME,                                                                     \
        .summary = SUMMARY,                                                                        \
        .detail = DETAIL " Each plane is treated by itself; NaN stays and belongs to nothing. "    \
                         "Time hardly depends on the area.",                                       \
        .reference = "A. Meijster, M. H. F. Wilkinson, A comparison of algorithms for connected "  \
                     "set openings and closings, IEEE Transactions on Pattern Analysis and "       \
                     "Machine Intelligence 24 (4), 2002",                                          \
        .version = 1,                                                                              \
        .process = process_##NAME,                                                                 \
    }

STAGE(area_open, false, "remove what is bright and of small area",
      "Lowers each bright region until it is 'min_area' pixels large: whatever its form, nothing "
      "smaller stands out any more, and the outlines of what is larger stay as they are.");
STAGE(area_close, true, "remove what is dark and of small area",
      "Raises each dark region until it is 'min_area' pixels large: whatever its form, nothing "
      "smaller is left, and the outlines of what is larger stay as they are.");
