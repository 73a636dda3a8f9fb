/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mask.outline: the pixels along the border of objects. */
#include "binary.h"
#include "common/choices.h"
#include "common/stage.h"
#include "stages.h"

struct params {
    int32_t side, connectivity, thickness;
};

enum { INNER, OUTER };

static int subtract_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct seg_view *views = arg;
    for (size_t y = begin; y < end; y++) {
        const uint8_t *mask = seg_row(&views[0], 0, (int32_t)y);
        uint8_t *row = seg_row(&views[1], 0, (int32_t)y);
        for (int32_t x = 0; x < views[0].width; x++)
            row[x] ^= mask[x];
    }
    return SEG_OK;
}

static int process_outline(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    const struct mask_element element = {.shape = params->connectivity == COMMON_FOUR ? MASK_DIAMOND
                                                                                      : MASK_SQUARE,
                                         .radius = params->thickness};
    struct seg_view views[2];
    int status =
        mask_morph(&env, &element,
                   (enum mask_step[]){params->side == INNER ? MASK_ERODE : MASK_DILATE, MASK_END});
    if (!status)
        status = common_open(&env, &views[0], &views[1]);
    if (status)
        return status;
    return common_parallel(&env, (size_t)views[0].height, common_grain(views[0].width),
                           subtract_rows, views);
}

static int32_t reach(const void *params)
{
    return ((const struct params *)params)->thickness;
}

static const struct seg_choice sides[] = {
    [INNER] = {"inner", "pixels of the objects"},
    [OUTER] = {"outer", "pixels of the background"},
};

static const struct seg_param outline_params[] = {
    {SEG_P_CHOICE(struct params, side, INNER, sides, "on which side of the border")},
    {SEG_P_CHOICE(struct params, connectivity, COMMON_FOUR, common_connectivity,
                  "which pixels are neighbours")},
    {SEG_P_INT(struct params, thickness, 1, 1, 4096, "px", "how far from the border")},
};

static const struct seg_port inputs[] = {
    {.name = "mask", .summary = "the objects", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

static const struct seg_port outputs[] = {
    {.name = "outline", .summary = "the outline", .kinds = SEG_KIND_BIT(SEG_MASK)},
};

COMMON_STAGE(
    mask, outline, .summary = "mark the border of objects",
    .detail = "Pixels of an object with a neighbour in the background, or of the background with "
              "one in an object; with 'thickness' above 1 those that are so many steps away. "
              "The border of the image is none.",
    .reach = reach);
