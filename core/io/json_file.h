/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions out of JSON files. */
#ifndef SEGI_JSON_FILE_H
#define SEGI_JSON_FILE_H

#include "fill.h"
#include "format.h"

#include "../base/json.h"

int segi_coco_load(struct segi_reading *reading, const struct segi_json *root);
int segi_coco_load_results(struct segi_reading *reading, const struct segi_json *list);
int segi_coco_save(struct segi_writing *writing);
int segi_geojson_load(struct segi_reading *reading, const struct segi_json *root);

/* Makes the layer of instances, of a width and height that the file states. */
int segi_json_start(struct segi_reading *reading, const struct segi_json *width,
                    const struct segi_json *height);

/* Adds what was filled. An id that cannot be one of ours becomes the next number; `box` (may be
 * NULL): x, y, width, height, used where there are no pixels. */
int segi_json_add(struct segi_reading *reading, struct segi_fill *fill, double id, int32_t class_id,
                  double score, const struct segi_json *box);

#endif
