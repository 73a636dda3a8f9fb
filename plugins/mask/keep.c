/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.remove_small, clear_border and keep_largest: components of the objects become background. */
#include "pick_stages.h"

#include <stdlib.h>

struct params {
    int32_t connectivity;
    int32_t min_area, buffer, count;
};

static int process_remove_small(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mask_pick pick;
    int status = mask_pick_find(&env, true, params->connectivity, &pick);
    if (status)
        return status;
    for (int32_t k = 1; k <= pick.count; k++)
        pick.flip[k] = pick.stats[k].area < params->min_area;
    return mask_pick_write(&env, &pick, "components", "removed");
}

static int process_clear_border(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mask_pick pick;
    int status = mask_pick_find(&env, true, params->connectivity, &pick);
    if (status)
        return status;
    int32_t near = params->buffer, right = pick.runs.width - near, bottom = pick.runs.height - near;
    for (int32_t k = 1; k <= pick.count; k++) {
        const struct common_stat *stat = &pick.stats[k];
        pick.flip[k] = stat->left <= near || stat->top <= near || stat->right >= right ||
                       stat->bottom >= bottom;
    }
    return mask_pick_write(&env, &pick, "components", "removed");
}

struct ranked {
    int64_t area;
    int32_t component;
};

/* The largest first; of equal ones the earlier. */
static int by_area(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->area != q->area)
        return p->area > q->area ? -1 : 1;
    return (p->component > q->component) - (p->component < q->component);
}

static int process_keep_largest(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mask_pick pick;
    struct ranked *ranked;
    int status = mask_pick_find(&env, true, params->connectivity, &pick);
    if (status)
        return status;
    if (!COMMON_SCRATCH(&env, ranked, (size_t)pick.count + 1))
        return common_nomem(&env);
    for (int32_t k = 1; k <= pick.count; k++)
        ranked[k - 1] = (struct ranked){pick.stats[k].area, k};
    qsort(ranked, (size_t)pick.count, sizeof *ranked, by_area);
    for (int32_t i = params->count; i < pick.count; i++)
        pick.flip[ranked[i].component] = true;
    return mask_pick_write(&env, &pick, "components", "removed");
}

#define CONNECTIVITY                                                                               \
    {                                                                                              \
        SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,               \
                     "which pixels are neighbours")                                                \
    }

static const struct seg_param remove_small_params[] = {
    CONNECTIVITY,
    {SEG_P_INT(struct params, min_area, 64, 0, INT32_MAX, "px", "smaller components are removed")},
};

static const struct seg_param clear_border_params[] = {
    CONNECTIVITY,
    {SEG_P_INT(struct params, buffer, 0, 0, 1 << 20, "px", "how far from the border still counts")},
};

static const struct seg_param keep_largest_params[] = {
    CONNECTIVITY,
    {SEG_P_INT(struct params, count, 1, 0, INT32_MAX, NULL, "how many components stay")},
};

static const struct seg_port inputs[] = {MASK_INPUT};
static const struct seg_port outputs[] = {MASK_OUTPUT("kept", "the components that stay")};

#define KEEP_TEXT " Reports 'components', how many are left, and 'removed'."

COMMON_STAGE(
    mask, remove_small, .summary = "remove small components",
    .detail = "Connected components of fewer than 'min_area' pixels become background. By default "
              "corners connect, as in mask.components; scikit-image's remove_small_objects takes "
              "'connectivity' 4 unless told." KEEP_TEXT);

COMMON_STAGE(mask, clear_border, .summary = "remove components that touch the border",
             .detail =
                 "Connected components with a pixel at the border of the image, or no further than "
                 "'buffer' pixels from it, become background: they are likely cut off." KEEP_TEXT);

COMMON_STAGE(mask, keep_largest, .summary = "keep the largest components",
             .detail =
                 "All connected components but the 'count' largest become background. Of two that "
                 "are equally large the one stays whose first pixel comes first, row by "
                 "row." KEEP_TEXT);
