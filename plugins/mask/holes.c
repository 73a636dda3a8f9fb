/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.fill_holes and mask.remove_small_holes: components of the background become object. */
#include "pick_stages.h"

struct params {
    int32_t connectivity;
    int32_t min_area, max_area;
};

static int process_fill_holes(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mask_pick pick;
    int status = mask_pick_find(&env, false, params->connectivity, &pick);
    if (status)
        return status;
    for (int32_t k = 1; k <= pick.count; k++) {
        const struct common_stat *stat = &pick.stats[k];
        bool inside = stat->left > 0 && stat->top > 0 && stat->right < pick.runs.width &&
                      stat->bottom < pick.runs.height;
        pick.flip[k] = inside && (!params->max_area || stat->area <= params->max_area);
    }
    return mask_pick_write(&env, &pick, NULL, "holes");
}

static int process_remove_small_holes(void *self, const struct seg_host *host,
                                      struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mask_pick pick;
    int status = mask_pick_find(&env, false, params->connectivity, &pick);
    if (status)
        return status;
    for (int32_t k = 1; k <= pick.count; k++)
        pick.flip[k] = pick.stats[k].area < params->min_area;
    return mask_pick_write(&env, &pick, NULL, "holes");
}

#define CONNECTIVITY                                                                               \
    {                                                                                              \
        SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,                \
                     "which pixels of the background are neighbours")                              \
    }

static const struct seg_param fill_holes_params[] = {
    CONNECTIVITY,
    {SEG_P_INT(struct params, max_area, 0, 0, INT32_MAX, "px",
               "larger holes stay open; 0: none is too large")},
};

static const struct seg_param remove_small_holes_params[] = {
    CONNECTIVITY,
    {SEG_P_INT(struct params, min_area, 64, 0, INT32_MAX, "px", "smaller holes are filled")},
};

static const struct seg_port inputs[] = {MASK_INPUT};
static const struct seg_port outputs[] = {
    MASK_OUTPUT("filled", "the objects without their holes"),
};

COMMON_STAGE(
    mask, fill_holes, .summary = "fill the holes of objects",
    .detail =
        "A hole is a connected component of the background that does not reach the border of the "
        "image. Every hole of at most 'max_area' pixels becomes object.\n\n"
        "With 'connectivity' 4, the default, an outline that is closed only across corners "
        "encloses "
        "its inside; with 8 it leaks there. Reports 'holes', the number that was filled.",
    .reference =
        "P. Soille, Morphological Image Analysis, second edition, Springer 2003, section 6.3.7");

COMMON_STAGE(
    mask, remove_small_holes, .summary = "fill small parts of the background",
    .detail =
        "Every connected component of the background with fewer than 'min_area' pixels becomes "
        "object, "
        "whether objects enclose it or it lies between them and the border of the image; "
        "mask.fill_holes spares those at the border. Reports 'holes', the number that was filled.");
