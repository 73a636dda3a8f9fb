/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stage that fills its labels with 1, for plugins whose fault lies elsewhere. */
#include <segkit/plugin-util.h>

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    struct seg_view out = SEG_VIEW;
    (void)self;
    int status = host->output(call, 0, NULL, &out);
    for (int32_t y = 0; !status && y < out.height; y++)
        for (int32_t x = 0; x < out.width; x++)
            ((int32_t *)seg_row(&out, 0, y))[x] = 1;
    return status;
}

static const struct seg_port inputs[] = {
    {.name = "image", .summary = "the image", .kinds = SEG_KIND_BIT(SEG_IMAGE)}};
static const struct seg_port outputs[] = {
    {.name = "labels", .summary = "all ones", .kinds = SEG_KIND_BIT(SEG_LABELS)}};
