/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which stage to insert where a layer is of the wrong kind. */
#include "plan.h"

#include <string.h>

/* The usual ones, where there are many. */
static const struct {
    uint32_t from, to;
    const char *id;
} usual[] = {
    {SEG_IMAGE, SEG_MASK, "threshold.otsu"},
    {SEG_MASK, SEG_LABELS, "mask.components"},
};

struct hint {
    uint32_t kind, kinds;
    const char *id;
};

/* Whether a stage needs just one layer of the kind and makes one of the kinds wanted. */
static int try_stage(void *user, const struct seg_stage *stage)
{
    struct hint *hint = user;
    uint32_t required = 0, fits = 0;
    for (uint32_t i = 0; i < stage->input_count; i++)
        if (!(stage->inputs[i].flags & SEG_PORT_OPTIONAL)) {
            required++;
            fits += (stage->inputs[i].kinds & SEG_KIND_BIT(hint->kind)) != 0;
        }
    if (required == 1 && fits == 1 && (stage->outputs[0].kinds & hint->kinds))
        hint->id = stage->id;
    return hint->id != NULL;
}

const char *segi_hint_kind(seg_context *context, uint32_t kind, uint32_t kinds)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const struct seg_stage *stage;
        if (kind == usual[i].from && (kinds & SEG_KIND_BIT(usual[i].to)) &&
            !seg_stage_find(context, usual[i].id, &stage, NULL))
            return stage->id;
    }
    struct hint hint = {kind, kinds, NULL};
    if (kind != SEG_IMAGE) /* anything can be made of an image: no guess */
        seg_stage_each(context, try_stage, &hint);
    return hint.id;
}
