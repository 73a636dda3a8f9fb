/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO's run lengths: down the columns, zeros first, and their text form. */
#ifndef SEGI_COCO_RLE_H
#define SEGI_COCO_RLE_H

#include "fill.h"
#include "sink.h"

#include "../data/regions.h"

/* Writes the text form of a region on a canvas as JSON wants it: its backslashes are doubled. */
int segi_coco_rle_write(struct segi_sink *sink, const struct segi_region *region, int32_t width,
                        int32_t height, struct seg_error *err);

/* Runs that are being read into a fill as large as they claim. */
struct segi_coco_rle {
    struct segi_fill *fill;
    uint64_t at; /* pixels so far */
    bool ones;
};
int segi_coco_rle_run(struct segi_coco_rle *rle, double length, struct seg_error *err);
int segi_coco_rle_text(struct segi_coco_rle *rle, const char *text, size_t size,
                       struct seg_error *err);

#endif
