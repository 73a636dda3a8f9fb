/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COCO sets for segkit eval, and small things that commands write with. */
#ifndef SEGI_EVAL_COCO_H
#define SEGI_EVAL_COCO_H

#include "command.h"

#include "../base/json.h"

struct cli_coco {
    const char *iou, *compat;
};

int cli_eval_coco(struct cli *cli, const struct cli_coco *options, const char *detections,
                  const char *truth, bool json);

/* Reads a whole JSON file; a failure is told with its place. */
int cli_json_load(const char *path, struct segi_json_doc *doc);

/* A CSV field, in quotes where it needs them. */
void cli_csv_text(FILE *to, const char *text);

#endif
