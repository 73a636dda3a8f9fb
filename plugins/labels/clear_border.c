/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.clear_border: leaves out regions at the border. */
#include "keep.h"

struct params {
    int32_t buffer;
};

/* Zeroes the entries of the labels in part of a row. */
static void strike(const struct labels_keep *keep, const int32_t *row, int32_t begin, int32_t end)
{
    for (int32_t x = begin; x < end; x++)
        keep->lut[common_ids_place(&keep->ids, row[x])] = 0;
}

static int process_clear_border(void *self, const struct seg_host *host, struct seg_call *call)
{
    const struct params *params = self;
    const struct common_env env = {host, call};
    struct labels_keep keep;
    int status = labels_keep_find(&env, &keep);
    if (status)
        return status;
    int32_t width = keep.labels.width, height = keep.labels.height;
    int32_t rim = params->buffer < width ? params->buffer + 1 : width;
    for (int32_t y = 0; y < height; y++) {
        const int32_t *row = seg_row(&keep.labels, 0, y);
        bool whole = y <= params->buffer || height - y - 1 <= params->buffer;
        strike(&keep, row, 0, whole ? width : rim);
        if (!whole)
            strike(&keep, row, width - rim, width);
    }
    return labels_keep_write(&env, &keep);
}

static const struct seg_param clear_border_params[] = {
    {SEG_P_INT(struct params, buffer, 0, 0, 1 << 20, "px", "how far from the border still counts")},
};

static const struct seg_port inputs[] = {LABELS_INPUT};
static const struct seg_port outputs[] = {LABELS_OUTPUT("kept", "the regions that lie inside")};

COMMON_STAGE(
    labels, clear_border, .summary = "remove regions that touch the border",
    .detail =
        "Regions with a pixel at the border of the image, or no further than 'buffer' pixels from "
        "it, become background: they are likely cut off, and would spoil areas and "
        "shapes." LABELS_KEEP_TEXT);
