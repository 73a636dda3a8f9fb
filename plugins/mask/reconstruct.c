/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.reconstruct: keeps the components that a marker touches. */
#include "pick_stages.h"

#include <string.h>

struct params {
    int32_t connectivity;
};

static int process_reconstruct(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct mask_pick pick;
    struct seg_view marker = SEG_VIEW;
    int status = mask_pick_find(&env, true, params->connectivity, &pick);
    if (!status)
        status = host->input(call, 1, &marker);
    if (status)
        return status;
    memset(pick.flip, true, ((size_t)pick.count + 1) * sizeof *pick.flip);
    const struct common_runs *runs = &pick.runs;
    for (int32_t y = 0; y < runs->height; y++) {
        const uint8_t *row = seg_row(&marker, 0, y);
        for (size_t i = runs->row[y]; i < runs->row[y + 1]; i++) {
            size_t left = (size_t)runs->edge[2 * i], right = (size_t)runs->edge[2 * i + 1];
            if (pick.flip[runs->label[i]] && memchr(row + left, 1, right - left))
                pick.flip[runs->label[i]] = false;
        }
    }
    return mask_pick_write(&env, &pick, "components", "removed");
}

static const struct seg_param reconstruct_params[] = {
    {SEG_P_CHOICE(struct params, connectivity, COMMON_EIGHT, common_connectivity,
                  "which pixels are neighbours")},
};

static const struct seg_port inputs[] = {
    MASK_INPUT,
    {.name = "marker",
     .summary = "what the objects to keep contain",
     .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {MASK_OUTPUT("kept", "the objects with a marker")};

COMMON_STAGE(
    mask, reconstruct, .summary = "keep the components that a marker touches",
    .detail =
        "Morphological reconstruction of 'mask' from 'marker': of each connected component of "
        "'mask' "
        "all pixels stay if at least one of them is set in 'marker', and none otherwise. Marker "
        "pixels "
        "outside the mask do not count. Reports 'components', how many are left, and 'removed'.\n\n"
        "Hysteresis is such a reconstruction: of what is above a low threshold, from what is above "
        "a "
        "high one.",
    .reference = "L. Vincent, Morphological grayscale reconstruction in image analysis, IEEE "
                 "Transactions on "
                 "Image Processing 2 (2), 1993");
