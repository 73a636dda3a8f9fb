/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in a layer, in a few words. */
#include "summary.h"

#include "progress.h"

#include "../base/names.h"

#include <segkit/plugin-util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Labels need not be without gaps: regions are the different labels above 0. */
static size_t count_regions(const struct seg_view *view)
{
    int32_t top = 0;
    for (int32_t y = 0; y < view->height; y++) {
        const int32_t *row = seg_row(view, 0, y);
        for (int32_t x = 0; x < view->width; x++)
            top = row[x] > top ? row[x] : top;
    }
    unsigned char *seen = calloc((size_t)top / 8 + 1, 1);
    size_t count = 0;
    for (int32_t y = 0; seen && y < view->height; y++) {
        const int32_t *row = seg_row(view, 0, y);
        for (int32_t x = 0; x < view->width; x++) {
            if (row[x] < 1)
                continue;
            unsigned char *byte = &seen[row[x] / 8];
            const unsigned bit = 1u << (row[x] % 8);
            count += !(*byte & bit);
            *byte = (unsigned char)(*byte | bit);
        }
    }
    free(seen);
    return count;
}

static double share_of_mask(const struct seg_view *view)
{
    size_t count = 0;
    for (int32_t y = 0; y < view->height; y++) {
        const uint8_t *row = seg_row(view, 0, y);
        for (int32_t x = 0; x < view->width; x++)
            count += row[x];
    }
    return (double)count / ((double)view->width * view->height);
}

static void describe(const seg_layer *layer, char *text, size_t size)
{
    struct seg_view view = SEG_VIEW;
    size_t count = 0;
    if (seg_layer_view(layer, &view, NULL)) {
        seg_layer_instances(layer, &count);
        snprintf(text, size, "%zu instance%s", count, count == 1 ? "" : "s");
    } else if (view.kind == SEG_LABELS) {
        count = count_regions(&view);
        snprintf(text, size, "%zu region%s", count, count == 1 ? "" : "s");
    } else if (view.kind == SEG_MASK) {
        snprintf(text, size, "mask of %.1f %%", 100 * share_of_mask(&view));
    } else {
        snprintf(text, size, "%s of %d x %d x %d %s", segi_kind_name(view.kind), view.width,
                 view.height, view.planes, segi_dtype_name(view.dtype));
    }
}

void cli_summary(const char *image, const seg_layer *layer, const char *path)
{
    char text[128];
    describe(layer, text, sizeof text);
    cli_progress_clear();
    fprintf(!strcmp(path, "-") ? stderr : stdout, "%s: %s -> %s\n", image, text, path);
}
